import { sha256 } from '../../core/hash';
import type { Split } from './split';

/** Rows of a split before balancing. */
export interface ClassCounts {
  clean: number;
  buggy: number;
}

/**
 * How often a row is written so that clean and buggy rows come out about 1:1. Only training repeats rows: in
 * validation and test each row must count once. A fraction of a copy is drawn with a seeded hash of the id, so the
 * answer for one sample does not depend on the others beyond the counts.
 * @param maxRepeats most copies of a clean row
 * @returns 0 = left out
 */
export function rowCopies(
  row: { id: string; clean: boolean },
  { clean, buggy }: ClassCounts,
  { split, seed, maxRepeats }: { split: Split; seed: number; maxRepeats: number },
): number {
  // With one class alone there is nothing to balance.
  if (clean === 0 || buggy === 0) return 1;
  const [own, other] = row.clean ? [clean, buggy] : [buggy, clean];
  let copies = 1;
  if (own > other) {
    // In training the smaller clean class is repeated instead, as far as that goes.
    const reach = !row.clean && split === 'train' ? other * maxRepeats : other;
    copies = Math.min(1, reach / own);
  } else if (row.clean && split === 'train') {
    copies = Math.min(maxRepeats, other / own);
  }
  const whole = Math.floor(copies);
  const point = parseInt(sha256(`copies/${seed}/${row.id}`).slice(0, 12), 16) / 2 ** 48;
  return whole + (point < copies - whole ? 1 : 0);
}
