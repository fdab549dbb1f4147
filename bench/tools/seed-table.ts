/** Two models over several seeds of training: what differs, and by how much luck. */
import { clusterBootstrap } from '../../src/metrics/cluster-bootstrap';
import { studentQuantile95 } from '../../src/metrics/student';

/** One function of a set, judged with both models of one seed. */
export interface SeedRow {
  seed: number;
  sampleId: string;
  /** Repository, package or module. */
  group: string;
  clean: boolean;
  /** Buggy: mended exactly. Clean: left alone. */
  first: boolean;
  second: boolean;
}

/** Shares of right rows of both models, 0..1; NaN without rows. */
export interface Pair {
  first: number;
  second: number;
  /** `first` less `second`. */
  difference: number;
}

/** A difference over seeds and its two intervals, which answer two questions. */
export interface SeedSummary {
  bySeed: (Pair & { seed: number })[];
  /** Mean over the seeds. */
  mean: Pair;
  /** 95 % t-interval of the difference, paired by seed: would other seeds show it on these functions? Null for one seed. */
  seeds: [low: number, high: number] | null;
  /** 95 % cluster bootstrap over the groups, of the mean over these seeds: would other repositories show it? Null without groups. */
  groups: [low: number, high: number] | null;
  /** Functions and groups. */
  rows: number;
  clusters: number;
}

/** Sums up the buggy or the clean rows of a set. Every seed has the same functions. */
export function summariseSeeds(all: readonly SeedRow[], clean: boolean): SeedSummary {
  const rows = all.filter((row) => row.clean === clean);
  const seeds = [...new Set(rows.map(({ seed }) => seed))].sort((a, b) => a - b);
  const bySeed = seeds.map((seed) => ({ seed, ...pairOf(rows.filter((row) => row.seed === seed)) }));
  const sums = new Map<string, [first: number, second: number, rows: number]>();
  for (const { group, first, second } of rows) {
    const sum = sums.get(group) ?? [0, 0, 0];
    sums.set(group, [sum[0] + Number(first), sum[1] + Number(second), sum[2] + 1]);
  }
  // In the order of their names: the order of the rows changes nothing.
  const clusters = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  return {
    bySeed,
    mean: pairOf(rows),
    seeds: seedInterval(bySeed.map(({ difference }) => difference)),
    groups: clusterBootstrap(clusters, ([first, second, n]) => (first - second) / n),
    rows: new Set(rows.map(({ sampleId }) => sampleId)).size,
    clusters: clusters.length,
  };
}

function pairOf(rows: readonly SeedRow[]): Pair {
  const share = (key: 'first' | 'second'): number => rows.filter((row) => row[key]).length / rows.length;
  return { first: share('first'), second: share('second'), difference: share('first') - share('second') };
}

/** Mean +- t * s / sqrt(n), s the standard deviation with n - 1. */
function seedInterval(differences: readonly number[]): [number, number] | null {
  const n = differences.length;
  if (n < 2) return null;
  const mean = differences.reduce((sum, x) => sum + x, 0) / n;
  const variance = differences.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const half = studentQuantile95(n - 1) * Math.sqrt(variance / n);
  return [mean - half, mean + half];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const points = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)}`;
const between = (ends: [number, number] | null): string =>
  ends === null ? 'none' : `${points(ends[0])} to ${points(ends[1])}`;

/**
 * The table of a set as Markdown, with a sentence that says what the seeds show and no more.
 * @param names of the first and the second model
 */
export function renderSeedTable(
  set: string,
  names: readonly [string, string],
  rows: readonly SeedRow[],
): string {
  const [bugs, clean] = [summariseSeeds(rows, false), summariseSeeds(rows, true)];
  const line = (label: string, bug: Pair, kept: Pair | undefined): string =>
    `| ${label} | ${percent(bug.first)} | ${percent(bug.second)} | ${points(bug.difference)} | ` +
    `${kept ? percent(kept.first) : ''} | ${kept ? percent(kept.second) : ''} |`;
  const { difference } = bugs.mean;
  const shown = bugs.seeds !== null && bugs.seeds[0] * bugs.seeds[1] > 0;
  return [
    `## ${set}: ${bugs.rows} bugs and ${clean.rows} clean functions of ${bugs.clusters} groups`,
    '',
    `| seed | ${names[0]}: mended | ${names[1]}: mended | difference | ${names[0]}: clean kept | ${names[1]}: clean kept |`,
    '|---|---|---|---|---|---|',
    ...bugs.bySeed.map((bug) =>
      line(
        String(bug.seed),
        bug,
        clean.bySeed.find(({ seed }) => seed === bug.seed),
      ),
    ),
    line('mean', bugs.mean, clean.mean),
    '',
    `${names[0]} less ${names[1]}: ${points(difference)} points of mended bugs. 95 % interval over ${bugs.bySeed.length} seeds, paired ` +
      `(Student's t, which is wide for so few): ${between(bugs.seeds)}. Over ${bugs.clusters} groups of functions (cluster ` +
      `bootstrap of the mean of these seeds): ${between(bugs.groups)}.`,
    shown
      ? 'The interval over seeds leaves 0 out: at this size and budget the difference is not the luck of one seed.'
      : 'The interval over seeds holds 0: at this size and budget these seeds show no difference.',
    '',
  ].join('\n');
}
