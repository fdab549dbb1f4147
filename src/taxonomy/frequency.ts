import { compilesWithBug, type BugType } from './bug-type';
import { REAL_FIXES, REAL_SYNTAX_FIXES } from './frequencies';

/** How often a bug type was seen in real fixes. */
export interface RealFrequency {
  /** Real fixes that the type explains, and out of how many. */
  count: number;
  of: number;
  /** Fixes of a thousand. */
  perThousand: number;
}

/** How often real fixes mend a bug of this type: syntax bugs among fixes of broken code, the others among the rest. */
export function realFrequency(type: BugType): RealFrequency {
  const { pairs, types } = compilesWithBug(type) ? REAL_FIXES : REAL_SYNTAX_FIXES;
  const count = types[type.id] ?? 0;
  return { count, of: pairs, perThousand: (1000 * count) / pairs };
}
