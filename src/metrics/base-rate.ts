import { clusterBootstrap, type BootstrapOptions } from './cluster-bootstrap';
import { clusterProportion, isSparse, sumByCluster, type ClusterProportion } from './clusters';

/** One judged function of {@link precisionAtBaseRate}. */
export interface ShownRow {
  cluster: string;
  clean: boolean;
  /** An edit was shown for it. */
  shown: boolean;
  /** The edit is exactly right; never for a clean function. */
  right: boolean;
}

/** A quotient with its 95 % interval by cluster. */
export interface ClusterEstimate {
  /** NaN where there is nothing to divide by. */
  value: number;
  low: number;
  high: number;
  clusters: number;
}

/**
 * Share of shown edits that are right where a share `baseRate` of all functions is buggy (Bayes' rule): with r and w the shares of buggy functions
 * with a right and a wrong edit shown, and a that of clean functions with any, precision = pi r / (pi (r + w) + (1 - pi) a). The share of buggy rows
 * in the set does not matter. Interval: cluster bootstrap; where r or a is found in few clusters, as far as the ends of their own intervals reach.
 * @returns value NaN and [0, 1] where nothing is shown, or one of the two kinds is missing
 */
export function precisionAtBaseRate(
  rows: readonly ShownRow[],
  baseRate: number,
  options: BootstrapOptions = {},
): ClusterEstimate {
  const sums = sumByCluster(rows, ({ clean, shown, right }) => [
    Number(right && shown),
    Number(!clean && shown && !right),
    Number(!clean),
    Number(clean && shown),
    Number(clean),
  ]);
  const precision = (right: number, wrong: number, alarms: number): number => {
    const found = baseRate * right;
    return found / (found + baseRate * wrong + (1 - baseRate) * alarms);
  };
  const statistic = ([right, wrong, buggy, alarms, clean]: ArrayLike<number> & Iterable<number>): number =>
    precision(right / buggy, wrong / buggy, alarms / clean);
  const totals = Array.from({ length: 5 }, (_, i) => sums.reduce((sum, each) => sum + each[i], 0));
  const value = sums.length === 0 ? NaN : statistic(totals);
  const ends = sums.length < 2 ? null : clusterBootstrap(sums, statistic, options);
  if (ends === null || Number.isNaN(value)) return { value, low: 0, high: 1, clusters: sums.length };
  let [low, high] = ends;
  if (
    isSparse(sums.map(([right, , buggy]) => [right, buggy])) ||
    isSparse(sums.map((each) => each.slice(3)))
  ) {
    const ofBuggy = rows.filter(({ clean }) => !clean);
    const right = share(ofBuggy, (row) => row.shown && row.right, options);
    const wrong = share(ofBuggy, (row) => row.shown && !row.right, options);
    const alarms = share(
      rows.filter(({ clean }) => clean),
      (row) => row.shown,
      options,
    );
    low = Math.min(low, orZero(precision(right.low, wrong.high, alarms.high)));
    high = Math.max(high, orZero(precision(right.high, wrong.low, alarms.low)));
  }
  return { value, low, high, clusters: sums.length };
}

const orZero = (value: number): number => (Number.isNaN(value) ? 0 : value);

function share(
  rows: readonly ShownRow[],
  isHit: (row: ShownRow) => boolean,
  options: BootstrapOptions,
): ClusterProportion {
  return clusterProportion(
    rows.map((row) => ({ cluster: row.cluster, hit: isHit(row) })),
    options,
  );
}

/** One clean function of {@link findingsPerThousandLines}. */
export interface CleanRow {
  cluster: string;
  /** Lines of its source. */
  lines: number;
  shown: boolean;
}

/**
 * Findings shown in 1,000 lines of clean code. Interval: hull of the cluster bootstrap of the quotient and of the share of functions with a
 * finding, its ends turned into findings a line at the mean length: so no finding at all has an upper end, too.
 * @returns value NaN and [0, Infinity] without lines
 */
export function findingsPerThousandLines(
  rows: readonly CleanRow[],
  options: BootstrapOptions = {},
): ClusterEstimate & { findings: number; lines: number } {
  const sums = sumByCluster(rows, ({ shown, lines }) => [Number(shown), lines]);
  const lines = rows.reduce((sum, row) => sum + row.lines, 0);
  const findings = rows.filter(({ shown }) => shown).length;
  const clusters = sums.length;
  if (lines === 0) return { value: NaN, low: 0, high: Infinity, clusters, findings, lines };
  const value = (1000 * findings) / lines;
  const scale = (1000 * rows.length) / lines;
  const share = clusterProportion(
    rows.map(({ cluster, shown }) => ({ cluster, hit: shown })),
    options,
  );
  const ends = clusterBootstrap(sums, ([found, of]) => (1000 * found) / of, options) ?? [value, value];
  return {
    value,
    low: Math.min(ends[0], scale * share.low),
    high: Math.max(ends[1], scale * share.high),
    clusters,
    findings,
    lines,
  };
}
