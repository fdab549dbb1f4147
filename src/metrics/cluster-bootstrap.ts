import { seedStream } from '../core/rng';
import { percentile } from './percentile';

/** Settings of {@link clusterBootstrap}. */
export interface BootstrapOptions {
  /** Default {@link RESAMPLES}. */
  resamples?: number;
  /** Same seed, same interval. Default 0. */
  seed?: number;
}

/** Resamples behind each interval of the tables: the ends then move by about a fortieth of the width from seed to seed. */
export const RESAMPLES = 2000;

/**
 * 95 % percentile interval by the cluster bootstrap (Field & Welsh, "Bootstrapping clustered data", 2007): whole clusters are drawn with
 * replacement, as many as there are, so rows that depend on each other stay together. A statistic of sums needs only the clusters' sums.
 * @param sums one list a cluster: what the statistic adds up
 * @param statistic of the sums over the drawn clusters; NaN where it is not defined, and such draws are left out
 * @returns null without clusters, or when no draw has a value
 */
export function clusterBootstrap(
  sums: readonly (readonly number[])[],
  statistic: (totals: Float64Array) => number,
  { resamples = RESAMPLES, seed = 0 }: BootstrapOptions = {},
): [low: number, high: number] | null {
  if (sums.length === 0) return null;
  const rng = seedStream(seed, 'cluster-bootstrap');
  const width = sums[0].length;
  const flat = Float64Array.from(sums.flat());
  const totals = new Float64Array(width);
  const values: number[] = [];
  for (let draw = 0; draw < resamples; draw++) {
    totals.fill(0);
    for (let n = 0; n < sums.length; n++) {
      const at = rng.int(sums.length) * width;
      for (let j = 0; j < width; j++) totals[j] += flat[at + j];
    }
    const value = statistic(totals);
    if (!Number.isNaN(value)) values.push(value);
  }
  return values.length === 0 ? null : [percentile(values, 2.5), percentile(values, 97.5)];
}
