import { DataError } from '../../core/errors';
import { aimedShares } from '../../generation/mixture/aims';
import { ROW_ORIGINS, tierOfOrigin, TIERS } from '../../records/mined-fix';
import { BUG_TYPES, bugTypeByCode } from '../../taxonomy/table';
import type { RowCount } from './block';
import type { FeedConfig } from './config';
import { DEFAULT_TIER_WEIGHTS, type Mixture } from './feed';

/** What a mixture goes by. */
export type MixedRow = Pick<RowCount, 'clean' | 'bugType' | 'difficulty' | 'origin'>;

/** How often rows are dealt under a mixture. */
export interface MixturePlan {
  /** Expected rows by bucket that come out of one epoch (or block) of the counted rows. */
  supply: readonly { clean: number; buggy: number }[];
  /** How often a row is dealt in an epoch, on average; at most `maxRepeats`. */
  repeats: (bucket: number, row: MixedRow) => number;
}

/** Settings of {@link planMixture}. */
export interface PlanOptions {
  /** Ascending; every counted row fits the last one. */
  bucketLengths: readonly number[];
  mixture: Mixture;
  /** Most times that a row is dealt in an epoch to make up for rows that are rare. */
  maxRepeats: number;
}

/**
 * Relative weight of a row in a mixture: family x type x difficulty x tier. Rows without a bug have that of their tier
 * alone, and 1 where they come of no mined fix. What `realShare` does is no part of it.
 */
export function mixtureWeight(
  { clean, bugType, difficulty, origin }: MixedRow,
  { families = {}, types = {}, difficulties = [], tiers = {} }: Partial<Mixture>,
): number {
  const tier = tierOfOrigin(origin);
  const trust = tier === null ? 1 : (tiers[tier] ?? DEFAULT_TIER_WEIGHTS[tier]);
  if (clean) return trust;
  const type = bugTypeByCode(bugType);
  const level = difficulty || (type?.difficulty ?? 0);
  const ofType = type ? (families[type.family] ?? 1) * (types[type.id] ?? 1) : 1;
  return ofType * (difficulties[level - 1] ?? 1) * trust;
}

/** Whether a row comes of a mined fix: the bug that was mended, or what it was mended to. */
export function isReal({ origin }: Pick<RowCount, 'origin'>): boolean {
  return tierOfOrigin(origin) !== null;
}

/** What all rows of planted bugs have in common. */
export const PLANTED = { clean: false, origin: ROW_ORIGINS.indexOf('planted') } as const;

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
  // Of real fixes alone nobody knows beforehand which types they are.
  if (!planted && mixture.realShare === 1)
    return TIERS.some((tier) => (mixture.tiers?.[tier] ?? DEFAULT_TIER_WEIGHTS[tier]) > 0);
  return BUG_TYPES.some(({ id, code, difficulty: own }) => {
    // A stored row of several bugs may be harder than its type.
    const levels = planted ? [own] : [1, 2, 3, 4, 5];
    return (
      (aims === undefined || aims[id] > 0) &&
      levels.some((difficulty) => mixtureWeight({ ...PLANTED, bugType: code, difficulty }, mixture) > 0)
    );
  });
}

/** The error for a mixture that leaves no row of the data at hand. */
export function noRowLeft(mixture: Mixture): DataError {
  return new DataError(
    `the mixture ${JSON.stringify(mixture)} leaves no row of the training data`,
    'give a family, type, difficulty, tier or origin that the data has a weight or share above 0',
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
 * clean, of both sides `realShare` of mined fixes, and all in proportion to their weights. What is rare in a bucket is
 * repeated, the rest thinned; where repeating would go beyond `maxRepeats`, the bucket gives fewer rows. So what a bucket
 * supplies is what batches ask of it, and few rows have to be thrown away.
 * @throws DataError when the mixture leaves no row
 */
export function planMixture(
  counts: readonly RowCount[],
  { bucketLengths, mixture, maxRepeats }: PlanOptions,
): MixturePlan {
  const buckets = bucketLengths.map(emptyBucket);
  for (const count of counts) {
    const weight = mixtureWeight(count, mixture);
    if (weight === 0) continue;
    partOf(buckets[bucketOf(count.length, bucketLengths)], count, mixture).push({ rows: count.rows, weight });
  }
  const plans = buckets.map((bucket) => planBucket(bucket, mixture, maxRepeats));
  const supply = plans.map(({ clean, buggy }) => ({ clean: supplyOf(clean), buggy: supplyOf(buggy) }));
  if (supply.every(({ clean, buggy }) => clean + buggy === 0)) throw noRowLeft(mixture);
  return {
    supply,
    repeats: (bucket, row) => {
      const { factor, scale } = partOf(plans[bucket], row, mixture);
      return factor * Math.min(maxRepeats, scale * mixtureWeight(row, mixture));
    },
  };
}

interface Weighted {
  rows: number;
  weight: number;
}

/** What is planned apart: rows of mined fixes have a part of their own only where a mixture gives them a share. */
interface Parts<Part> {
  other: Part;
  real: Part;
}

interface Sides<Part> {
  clean: Parts<Part>;
  buggy: Parts<Part>;
}

const emptyBucket = (): Sides<Weighted[]> => ({
  clean: { other: [], real: [] },
  buggy: { other: [], real: [] },
});

function partOf<Part>(bucket: Sides<Part>, row: MixedRow, { realShare }: Partial<Mixture>): Part {
  const apart = realShare !== undefined && isReal(row);
  return bucket[row.clean ? 'clean' : 'buggy'][apart ? 'real' : 'other'];
}

/** A row of weight w is dealt `factor * min(maxRepeats, scale * w)` times: `supply` rows in all. */
interface PartPlan {
  scale: number;
  factor: number;
  supply: number;
}

function planBucket(
  { clean, buggy }: Sides<Weighted[]>,
  { cleanShare, realShare = 0 }: Mixture,
  maxRepeats: number,
): Sides<PartPlan> {
  const sizes = {
    clean: rowsOf(clean.other) + rowsOf(clean.real),
    buggy: rowsOf(buggy.other) + rowsOf(buggy.real),
  };
  const [wantedBuggy, wantedClean] = shareOut(
    sizes.clean + sizes.buggy,
    [sizes.buggy, sizes.clean],
    cleanShare,
  );
  const wantedParts = (side: Parts<Weighted[]>, wanted: number): number[] =>
    shareOut(wanted, [rowsOf(side.other), rowsOf(side.real)], realShare);
  const parts = [clean.other, clean.real, buggy.other, buggy.real];
  const wanted = [...wantedParts(clean, wantedClean), ...wantedParts(buggy, wantedBuggy)];
  const plans = parts.map((part, i) => planPart(part, wanted[i], maxRepeats));
  const reached = plans.map(({ supply }, i) => (wanted[i] > 0 ? supply / wanted[i] : 1));
  const [cleanOther, cleanReal, buggyOther, buggyReal] = plans.map((plan, i) =>
    thin(plan, wanted[i] * Math.min(...reached)),
  );
  return {
    clean: { other: cleanOther, real: cleanReal },
    buggy: { other: buggyOther, real: buggyReal },
  };
}

/** Divides `total` between two kinds; where one is not there, the other has all of it, unless none of it is wanted. */
function shareOut(total: number, [first, second]: [number, number], secondShare: number): [number, number] {
  if (first === 0 || second === 0)
    return [first > 0 && secondShare < 1 ? total : 0, second > 0 && secondShare > 0 ? total : 0];
  return [total * (1 - secondShare), total * secondShare];
}

function rowsOf(part: readonly Weighted[]): number {
  return part.reduce((sum, { rows }) => sum + rows, 0);
}

function supplyOf({ other, real }: Parts<PartPlan>): number {
  return other.supply + real.supply;
}

function planPart(part: readonly Weighted[], wanted: number, maxRepeats: number): PartPlan {
  const weighted = part.reduce((sum, { rows, weight }) => sum + rows * weight, 0);
  const scale = weighted > 0 ? wanted / weighted : 0;
  const supply = part.reduce((sum, { rows, weight }) => sum + rows * Math.min(maxRepeats, scale * weight), 0);
  return { scale, factor: 1, supply };
}

function thin(plan: PartPlan, supply: number): PartPlan {
  return plan.supply > 0 ? { ...plan, factor: supply / plan.supply, supply } : plan;
}
