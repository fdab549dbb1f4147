/**
 * 95 % intervals of shares whose rows are not independent: functions of one module or repository are alike, so the cluster, not
 * the function, is what was drawn. An interval is the hull of two: the cluster bootstrap, which needs no model but is too narrow
 * for few clusters and of width 0 where all rows agree, and the Wilson interval on the effective number of rows, which is sound
 * there. `clusters.test.ts` holds the hull to its promise in a simulation.
 */
import { clusterBootstrap, type BootstrapOptions } from './cluster-bootstrap';
import { wilsonInterval, type Proportion } from './intervals';
import { studentQuantile95 } from './student';

/** A share with its 95 % interval by cluster. */
export interface ClusterProportion extends Proportion {
  /** Clusters that the rows come from. */
  clusters: number;
}

/** Below this many clusters an interval says little, and tables mark it. */
export const FEW_CLUSTERS = 10;

/** Hits (or misses) found in fewer clusters than this do not tell how alike the rows of a cluster are. */
const SPARSE = 5;
/** Correlation within clusters that is assumed there: a choice on the safe side (0.04 was measured for bugs mended of the quickstart's test split). */
const ASSUMED_CORRELATION = 0.1;

/** One row of a share. */
export interface ClusterRow {
  /** Repository, package or module. */
  cluster: string;
  hit: boolean;
}

/**
 * Share of hits with its 95 % interval: hull of the cluster bootstrap ({@link clusterBootstrap}) and Wilson's interval on the effective
 * number of rows. That number is n / max(1, deff), deff the ratio of the variance between clusters (linearised: G / (G - 1) * sum of
 * (hits - share * rows)² / n²) to the binomial one (Kish, "Survey Sampling", 1965); the quantile is Student's with n² / (sum of rows²) - 1 degrees, the
 * effective number of clusters less one, at least 1. Where fewer than five clusters hold a hit, or a miss, deff is at least that of a correlation of 0.1 within
 * clusters. So 0 of n and n of n have an interval, too. A single cluster tells nothing of others: its interval is [0, 1].
 * @returns rate NaN and the interval [0, 1] without rows
 */
export function clusterProportion(
  rows: Iterable<ClusterRow>,
  options: BootstrapOptions = {},
): ClusterProportion {
  const sums = sumByCluster(rows, ({ hit }) => [Number(hit), 1]);
  const count = sums.reduce((total, [hits]) => total + hits, 0);
  const total = sums.reduce((all, [, n]) => all + n, 0);
  const clusters = sums.length;
  if (clusters < 2) return { ...wilsonInterval(count, total), low: 0, high: 1, clusters };
  const rate = count / total;
  const ends = clusterBootstrap(sums, ([hits, n]) => hits / n, options) ?? [rate, rate];
  const wilson = effectiveWilson(sums, rate, total);
  return {
    count,
    total,
    rate,
    low: Math.max(0, Math.min(ends[0], wilson[0])),
    high: Math.min(1, Math.max(ends[1], wilson[1])),
    clusters,
  };
}

/** One row of {@link pairedDifference}: the same case, judged twice. */
export interface PairedRow {
  cluster: string;
  first: boolean;
  second: boolean;
}

/** A difference of two shares over the same rows. */
export interface PairedDifference {
  /** Share of the first less that of the second; NaN without rows. */
  difference: number;
  /** Ends of the 95 % interval, within [-1, 1]. */
  low: number;
  high: number;
  /** Rows that only the first, or only the second one hits. */
  onlyFirst: number;
  onlySecond: number;
  total: number;
  clusters: number;
}

/**
 * Difference of two shares over the same rows with its 95 % interval: hull of the paired cluster bootstrap and the interval of Bonett & Price
 * ("Adjusted Wald confidence interval for a difference of binomial proportions based on paired data", 2012: one row is added to either kind of
 * disagreement, so 10 : 0 of 10 has an interval) on the effective number of rows, with the rules of {@link clusterProportion}.
 */
export function pairedDifference(
  rows: Iterable<PairedRow>,
  options: BootstrapOptions = {},
): PairedDifference {
  const sums = sumByCluster(rows, ({ first, second }) => [
    Number(first && !second),
    Number(second && !first),
    1,
  ]);
  const add = (i: number): number => sums.reduce((total, each) => total + each[i], 0);
  const [onlyFirst, onlySecond, total] = [add(0), add(1), add(2)];
  const clusters = sums.length;
  const difference = total === 0 ? NaN : (onlyFirst - onlySecond) / total;
  const counts = { onlyFirst, onlySecond, total, clusters };
  if (clusters < 2) return { difference, low: -1, high: 1, ...counts };
  const ends = clusterBootstrap(sums, ([a, b, n]) => (a - b) / n, options) ?? [difference, difference];
  const adjusted = effectiveBonettPrice(sums, counts);
  return {
    difference,
    low: Math.max(-1, Math.min(ends[0], adjusted[0])),
    high: Math.min(1, Math.max(ends[1], adjusted[1])),
    ...counts,
  };
}

/** Adds rows up by cluster, in the order of the clusters' names: the order of the rows changes nothing. */
export function sumByCluster<R extends { cluster: string }>(
  rows: Iterable<R>,
  termsOf: (row: R) => readonly number[],
): number[][] {
  const sums = new Map<string, number[]>();
  for (const row of rows) {
    const terms = termsOf(row);
    const sum = sums.get(row.cluster);
    if (sum) terms.forEach((term, i) => (sum[i] += term));
    else sums.set(row.cluster, [...terms]);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** True where hits or misses lie in too few clusters to tell how alike the rows of one are. @param sums `[hits, rows]` a cluster */
export function isSparse(sums: readonly (readonly number[])[]): boolean {
  const withHit = sums.filter(([hits]) => hits > 0).length;
  const withMiss = sums.filter(([hits, n]) => hits < n).length;
  return Math.min(withHit, withMiss) < SPARSE;
}

/** Student's quantile and the design effect of a correlation of {@link ASSUMED_CORRELATION}, of clusters of these sizes. */
function sizesOf(sizes: readonly number[]): { quantile: number; assumed: number } {
  const total = sizes.reduce((sum, n) => sum + n, 0);
  const squares = sizes.reduce((sum, n) => sum + n * n, 0);
  return {
    quantile: studentQuantile95(Math.max(1, (total * total) / squares - 1)),
    // The mean size of the cluster that a row lies in, not that of a cluster.
    assumed: 1 + (squares / total - 1) * ASSUMED_CORRELATION,
  };
}

/** Variance of a share or difference between clusters. @param residuals of the clusters, their hits less the share times their rows */
function varianceOf(residuals: readonly number[], total: number): number {
  const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0);
  return ((residuals.length / (residuals.length - 1)) * squares) / (total * total);
}

function effectiveWilson(
  sums: readonly (readonly number[])[],
  rate: number,
  total: number,
): [low: number, high: number] {
  const { quantile, assumed } = sizesOf(sums.map(([, n]) => n));
  const binomial = (rate * (1 - rate)) / total;
  const between = varianceOf(
    sums.map(([hits, n]) => hits - rate * n),
    total,
  );
  const effect = Math.max(1, binomial > 0 ? between / binomial : 1, isSparse(sums) ? assumed : 1);
  const rows = total / effect;
  const z2 = (quantile * quantile) / rows;
  const centre = rate + z2 / 2;
  const half = quantile * Math.sqrt((rate * (1 - rate)) / rows + z2 / (4 * rows));
  return [rate === 0 ? 0 : (centre - half) / (1 + z2), rate === 1 ? 1 : (centre + half) / (1 + z2)];
}

function effectiveBonettPrice(
  sums: readonly (readonly number[])[],
  { onlyFirst, onlySecond, total }: Pick<PairedDifference, 'onlyFirst' | 'onlySecond' | 'total'>,
): [low: number, high: number] {
  const { quantile, assumed } = sizesOf(sums.map(([, , n]) => n));
  const difference = (onlyFirst - onlySecond) / total;
  const simple = ((onlyFirst + onlySecond) / total - difference ** 2) / total;
  const between = varianceOf(
    sums.map(([a, b, n]) => a - b - difference * n),
    total,
  );
  const disagree = sums.map(([a, b, n]) => [a + b, n]);
  const effect = Math.max(1, simple > 0 ? between / simple : 1, isSparse(disagree) ? assumed : 1);
  const rows = total / effect + 2;
  const [first, second] = [onlyFirst / effect + 1, onlySecond / effect + 1].map((count) => count / rows);
  const half = quantile * Math.sqrt((first + second - (first - second) ** 2) / rows);
  return [first - second - half, first - second + half];
}
