/**
 * What a very good engineer could do, from a reading of 120 fixes of the dev repositories (one judge; seeded sample of
 * `real-files`): counts of its judgements. Told nothing: the place found and this very fix written. Told the place: the fix
 * written. `nowhere`: tokens that stand neither in the file nor in a library nor in the project.
 */
import type { FixSlice, TierGroup, View } from './fix-kinds';

/** Name of the source, for tables. */
export const CEILING_SOURCE = 'a reading of 120 fixes';

/** Counts of the reading, of `n` fixes. */
export interface Ceiling {
  n: number;
  /** From this view. */
  toldNothing: Record<View, number>;
  toldThePlace: Record<View, number>;
  nowhere: number;
}

const of = (
  n: number,
  [nothingFunction, nothingFile]: [number, number],
  [placeFunction, placeFile]: [number, number],
  nowhere: number,
): Ceiling => ({
  n,
  toldNothing: { function: nothingFunction, file: nothingFile },
  toldThePlace: { function: placeFunction, file: placeFile },
  nowhere,
});

/** The reading's counts by tier and group of fixes. */
export const CEILINGS: Readonly<Record<TierGroup, Readonly<Record<FixSlice, Ceiling>>>> = {
  A: {
    'one-token': of(26, [8, 14], [16, 17], 0),
    'published-kinds': of(11, [6, 7], [10, 10], 0),
    'at-most-8-tokens': of(55, [17, 32], [34, 39], 1),
  },
  'A+B': {
    'one-token': of(60, [12, 27], [29, 34], 8),
    'published-kinds': of(22, [7, 10], [17, 17], 1),
    'at-most-8-tokens': of(120, [22, 51], [58, 67], 13),
  },
};
