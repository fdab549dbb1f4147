import { recogniseBug } from '../../generation/mutation/recognise';
import { MUTATORS } from '../../generation/mutators';
import type { ModuleContext } from '../../records/file-context';
import type { Sample } from '../../records/sample';
import { REVERSED } from '../../records/mined-fix';
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

/** A mined fix whose bug wants a type. */
export interface UnnamedFix extends Pick<Sample, 'before' | 'after'> {
  /** What the module around it binds. */
  context: ModuleContext;
  /** Whether CPython accepts `before`. */
  compiles: boolean;
}

/** Is this a bug that nobody has named yet? Reversed fixes have none: they end in the bug. */
export function isUnclassified(sample: Pick<Sample, 'before' | 'after' | 'bugType' | 'flags'>): boolean {
  return !isClean(sample) && sample.bugType === null && !sample.flags.includes(REVERSED);
}

/**
 * The bug type that explains a mined fix best: the most specific one whose mutator makes exactly this bug, among those
 * whose bugs compile or do not, as this one. Null where none does. Takes tens of milliseconds.
 */
export function bugTypeOfFix({ compiles, ...fix }: UnnamedFix): string | null {
  const [best] = recogniseBug(fix, compiles ? COMPILING : BROKEN);
  return best?.bugType ?? null;
}
