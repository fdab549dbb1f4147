import type { Metric } from '../../records/run';
import type { Secrets } from '../../storage/secrets';

/** One line of metrics.jsonl: `step`, `time`, `kind`, and numbers by name. */
export type MetricLine = Metric;

/** How a training ended, for those who show it. */
export type Outcome = 'finished' | 'interrupted' | 'failed';

/** Something that shows the lines of metrics.jsonl elsewhere. */
export interface Tracker {
  /** Takes a line that stands in metrics.jsonl already. Returns at once. */
  log(line: MetricLine): void;
  /** Writes out what is left, within a bounded time. Default outcome `finished`. */
  close(outcome?: Outcome): Promise<void>;
}

/** Settings of `openTrackers`. */
export interface OpenTrackersOptions {
  /** metrics.jsonl, already cut back to `step`. */
  metricsPath: string;
  /** Folder of the trackers' own files: event files and the W&B cursor. */
  folder: string;
  /** Optimizer step that training goes on from; 0 for a new run. */
  step: number;
  /** Name of the run, for people. */
  name: string;
  /** Resolved config, shown beside the curves. Secrets in it are redacted. */
  experiment: unknown;
  /** Told once of each tracker that fails: what happened and what to do. */
  warn: (message: string) => void;
  /** What holds `WANDB_API_KEY`. Default: the environment's and those of `.env`. */
  secrets?: Secrets;
}
