import { DataError } from '../../core/errors';
import { aimedShares } from '../../generation/mixture/aims';
import { BUG_TYPES, bugTypeByCode } from '../../taxonomy/table';
import type { RowCount } from './block';
import type { FeedConfig } from './config';
import type { Mixture } from './feed';

/** How often rows are dealt under a mixture. */
export interface MixturePlan {
  /** Expected rows by bucket that come out of one epoch (or block) of the counted rows. */
  supply: readonly { clean: number; buggy: number }[];
  /** How often a row is dealt in an epoch, on average; at most `maxRepeats`. */
  repeats: (bucket: number, row: Pick<RowCount, 'clean' | 'bugType' | 'difficulty'>) => number;
}

/** Settings of {@link planMixture}. */
export interface PlanOptions {
  /** Ascending; every counted row fits the last one. */
  bucketLengths: readonly number[];
  mixture: Mixture;
  /** Most times that a row is dealt in an epoch to make up for rows that are rare. */
  maxRepeats: number;
}

/** Relative weight of a row in a mixture: family x type x difficulty; rows without a bug have 1. */
export function mixtureWeight(
  { clean, bugType, difficulty }: Pick<RowCount, 'clean' | 'bugType' | 'difficulty'>,
  { families = {}, types = {}, difficulties = [] }: Partial<Mixture>,
): number {
  if (clean) return 1;
  const type = bugTypeByCode(bugType);
  const level = difficulty || (type?.difficulty ?? 0);
  return (type ? (families[type.family] ?? 1) * (types[type.id] ?? 1) : 1) * (difficulties[level - 1] ?? 1);
}

/**
 * Whether a mixture leaves some bug type a weight above 0, whatever the data hold.
 * @param planted aimed shares of the source `mutations`, which the mixture multiplies. Default: rows of any type may be
 *   there
 */
export function leavesBugs(
  mixture: Partial<Mixture>,
  planted?: Pick<FeedConfig['mutations'], 'families' | 'types'>,
): boolean {
  const aims = planted && aimedShares(planted);
  return BUG_TYPES.some(({ id, code, difficulty: own }) => {
    // A stored row of several bugs may be harder than its type.
    const levels = planted ? [own] : [1, 2, 3, 4, 5];
    return (
      (aims === undefined || aims[id] > 0) &&
      levels.some((difficulty) => mixtureWeight({ clean: false, bugType: code, difficulty }, mixture) > 0)
    );
  });
}

/** The error for a mixture that leaves no row of the data at hand. */
export function noRowLeft(mixture: Mixture): DataError {
  return new DataError(
    `the mixture ${JSON.stringify(mixture)} leaves no row of the training data`,
    'give a family, type or difficulty that the data has a weight above 0',
  );
}

/** True when rows that were made for a mixture hold some that its share of clean rows wants. */
export function leavesRows(counts: readonly RowCount[], { cleanShare }: Mixture): boolean {
  return counts.some(({ clean, rows }) => rows > 0 && (clean ? cleanShare > 0 : cleanShare < 1));
}

/** Index of the bucket that a length belongs to; -1 when it is longer than the last. */
export function bucketOf(length: number, bucketLengths: readonly number[]): number {
  return bucketLengths.findIndex((most) => length <= most);
}

/**
 * Works out how often rows must be dealt so that every bucket gives as many rows as it holds, `cleanShare` of them
 * clean, bugs in proportion to their weights. The rarer side of a bucket is repeated, the other thinned; where
 * repeating would go beyond `maxRepeats`, the bucket gives fewer rows. So what a bucket supplies is what batches ask
 * of it, and few rows have to be thrown away.
 * @throws DataError when the mixture leaves no row
 */
export function planMixture(
  counts: readonly RowCount[],
  { bucketLengths, mixture, maxRepeats }: PlanOptions,
): MixturePlan {
  const buckets = bucketLengths.map(() => ({ clean: [] as Weighted[], buggy: [] as Weighted[] }));
  for (const count of counts) {
    const weight = mixtureWeight(count, mixture);
    if (weight === 0) continue;
    const side = buckets[bucketOf(count.length, bucketLengths)][count.clean ? 'clean' : 'buggy'];
    side.push({ rows: count.rows, weight });
  }
  const plans = buckets.map(({ clean, buggy }) => planBucket(clean, buggy, mixture.cleanShare, maxRepeats));
  if (plans.every(({ clean, buggy }) => clean.supply + buggy.supply === 0)) throw noRowLeft(mixture);
  return {
    supply: plans.map(({ clean, buggy }) => ({ clean: clean.supply, buggy: buggy.supply })),
    repeats: (bucket, row) => {
      const { factor, scale } = plans[bucket][row.clean ? 'clean' : 'buggy'];
      return factor * Math.min(maxRepeats, scale * mixtureWeight(row, mixture));
    },
  };
}

interface Weighted {
  rows: number;
  weight: number;
}

/** A row of weight w is dealt `factor * min(maxRepeats, scale * w)` times: `supply` rows in all. */
interface SidePlan {
  scale: number;
  factor: number;
  supply: number;
}

function planBucket(
  clean: readonly Weighted[],
  buggy: readonly Weighted[],
  share: number,
  maxRepeats: number,
): { clean: SidePlan; buggy: SidePlan } {
  const total = [...clean, ...buggy].reduce((sum, { rows }) => sum + rows, 0);
  // A bucket that has one side only deals that, unless none of it is wanted.
  const only = clean.length === 0 || buggy.length === 0;
  const wanted = {
    clean: only ? (share > 0 && clean.length > 0 ? total : 0) : total * share,
    buggy: only ? (share < 1 && buggy.length > 0 ? total : 0) : total * (1 - share),
  };
  const sides = {
    clean: planSide(clean, wanted.clean, maxRepeats),
    buggy: planSide(buggy, wanted.buggy, maxRepeats),
  };
  const reached = (['clean', 'buggy'] as const).map((side) =>
    wanted[side] > 0 ? sides[side].supply / wanted[side] : 1,
  );
  return {
    clean: thin(sides.clean, wanted.clean * Math.min(...reached)),
    buggy: thin(sides.buggy, wanted.buggy * Math.min(...reached)),
  };
}

function planSide(side: readonly Weighted[], wanted: number, maxRepeats: number): SidePlan {
  const weighted = side.reduce((sum, { rows, weight }) => sum + rows * weight, 0);
  const scale = weighted > 0 ? wanted / weighted : 0;
  const supply = side.reduce((sum, { rows, weight }) => sum + rows * Math.min(maxRepeats, scale * weight), 0);
  return { scale, factor: 1, supply };
}

function thin(plan: SidePlan, supply: number): SidePlan {
  return plan.supply > 0 ? { ...plan, factor: supply / plan.supply, supply } : plan;
}
