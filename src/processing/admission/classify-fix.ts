import { recogniseBug } from '../../generation/mutation/recognise';
import { MUTATORS } from '../../generation/mutators';
import type { ModuleContext } from '../../records/file-context';
import type { Sample } from '../../records/sample';
import { compilesWithBug } from '../../taxonomy/bug-type';
import { bugType } from '../../taxonomy/table';
import { isClean } from './validate';

/** Mined fixes by whether a bug type explains them. */
export interface FixCounts {
  recognised: number;
  unexplained: number;
}

/** Mutators of the types whose bugs compile, and of those whose bugs do not. */
const COMPILING = MUTATORS.filter(({ bugType: id }) => compilesWithBug(bugType(id)));
const BROKEN = MUTATORS.filter((mutator) => !COMPILING.includes(mutator));

/** Is this a real bug that nobody has named yet? */
export function isUnclassified(sample: Pick<Sample, 'before' | 'after' | 'bugType'>): boolean {
  return !isClean(sample) && sample.bugType === null;
}

/**
 * A mined fix with the bug type that explains it best: the most specific one whose mutator makes exactly this bug,
 * among those whose bugs compile or do not, as this one. The sample itself where none does.
 * @param context what the module around it binds
 * @param compiles whether CPython accepts `before`
 */
export function classifyFix(sample: Sample, context: ModuleContext, compiles: boolean): Sample {
  const { before, after } = sample;
  const [best] = recogniseBug({ before, after, context }, compiles ? COMPILING : BROKEN);
  return best ? { ...sample, bugType: best.bugType, family: bugType(best.bugType).family } : sample;
}
