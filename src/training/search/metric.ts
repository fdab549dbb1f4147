import { ConfigError, nearestName } from '../../core/errors';
import { wilsonInterval } from '../../metrics/intervals';
import type { Metric } from '../../records/run';

/** The last evaluation of a training, as a sweep sees it. */
export interface FinalMetric {
  value: number | null;
  /** 95 % interval, see {@link metricInterval}. */
  interval: [number, number] | null;
  steps: number;
  seconds: number;
}

/**
 * Reads a metric off the last evaluation line of a log: the end of the schedule, where runs compare.
 * @returns value null when the log has no evaluation, or when it is no finite number there
 * @throws ConfigError when evaluations do not have that metric
 */
export function finalMetric(metrics: readonly Metric[], name: string): FinalMetric {
  const steps = metrics.reduce((most, { step }) => Math.max(most, step), 0);
  const last = metrics.findLast(({ kind }) => kind === 'evaluation');
  if (!last) return { value: null, interval: null, steps, seconds: 0 };
  requireMetric(last, name);
  const seconds = typeof last.seconds === 'number' ? last.seconds : 0;
  const value = last[name];
  if (typeof value !== 'number') return { value: null, interval: null, steps, seconds };
  return { value, interval: metricInterval(last, name), steps, seconds };
}

/** @throws ConfigError with the nearest name when an evaluation line does not have the metric */
export function requireMetric(line: Metric, name: string): void {
  if (name in line) return;
  const known = Object.keys(line).filter((key) => key.startsWith('val_'));
  const near = nearestName(name, known);
  throw new ConfigError(
    `metric.name: evaluations have no "${name}"${near ? `, did you mean "${near}"?` : ''}; they have ${known.join(', ')}`,
    'correct metric.name in the sweep file',
  );
}

/**
 * 95 % interval of a share among validation rows: Wilson's for a plain share; for `val_score`, the mean of two shares,
 * Newcombe's square-and-add of Wilson's (Newcombe 1998, method 10). It says how far another validation set of that size
 * would move the figure, not how far another seed would.
 * @returns null for metrics that are no shares, or where the line does not say of how many rows
 */
export function metricInterval(line: Metric, name: string): [number, number] | null {
  const { val_examples: examples, val_buggy: buggy } = line;
  if (typeof examples !== 'number' || typeof buggy !== 'number') return null;
  const rowsOf: Readonly<Record<string, number>> = {
    val_joint: buggy,
    val_location: buggy,
    val_content: buggy,
    val_cleanKept: examples - buggy,
  };
  const ends = (share: string): { rate: number; low: number; high: number } | null => {
    const rate = line[share];
    const rows = rowsOf[share];
    return typeof rate === 'number' && rows > 0 ? wilsonInterval(Math.round(rate * rows), rows) : null;
  };
  if (name in rowsOf) {
    const share = ends(name);
    return share && [share.low, share.high];
  }
  if (name !== 'val_score') return null;
  const parts = [ends('val_joint'), ends('val_cleanKept')].filter((part) => part !== null);
  if (parts.length === 0) return null;
  const mean = parts.reduce((sum, { rate }) => sum + rate, 0) / parts.length;
  const spread = (distance: (part: (typeof parts)[number]) => number): number =>
    Math.hypot(...parts.map(distance)) / parts.length;
  return [mean - spread(({ rate, low }) => rate - low), mean + spread(({ rate, high }) => high - rate)];
}
