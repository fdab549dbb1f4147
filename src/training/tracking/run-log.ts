import type { Metric } from '../../records/run';
import { appendMetric, restoreMetrics, type MetricValues } from '../metrics-log';
import { openTrackers } from './tracker';
import type { OpenTrackersOptions, Outcome, Tracker } from './contract';
import type { TrackingConfig } from './config';

/** metrics.jsonl of a training and what shows it elsewhere. */
export interface RunLog {
  /** Appends a line to metrics.jsonl, `time` added, then hands it to the trackers. Throws only when the file cannot be written. */
  append(step: number, values: MetricValues): Promise<Metric>;
  /** Tells a failure that does not stop the training, beside a line of kind `warning`. */
  warn(reason: string): void;
  /** Ends the trackers within a bounded time; the log needs no end. */
  close(outcome: Outcome): Promise<void>;
}

/** Settings of {@link openRunLog}. */
export type RunLogOptions = Omit<OpenTrackersOptions, 'warn'> & {
  /** Log of the start that training goes on from, '' for a new run; its lines up to `step` begin this one. */
  logged: string;
  /** Told of warnings, beside a line of kind `warning` in the log. Default: standard error. */
  warn?: (message: string) => unknown;
};

/**
 * Opens the log of a training that starts or goes on at `step`, with the lines that it has up to there.
 * @throws Error when metrics.jsonl cannot be written; trackers never make it fail
 */
export async function openRunLog(config: TrackingConfig, options: RunLogOptions): Promise<RunLog> {
  const { metricsPath, logged, step, warn = (message) => process.stderr.write(`${message}\n`) } = options;
  await restoreMetrics(metricsPath, logged, step);
  let last = step;
  const warned = (reason: string): void => {
    warn(reason);
    // Best effort: the log may be on the disk whose failure is being told.
    void appendMetric(metricsPath, last, { kind: 'warning', reason }).catch(() => undefined);
  };
  const trackers: Tracker = await openTrackers(config, { ...options, warn: warned });
  return {
    async append(at, values) {
      last = at;
      const line = await appendMetric(metricsPath, at, values);
      trackers.log(line);
      return line;
    },
    warn: warned,
    close: (outcome) => trackers.close(outcome),
  };
}
