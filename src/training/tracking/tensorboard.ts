import { existsSync } from 'node:fs';
import { mkdir, open, readdir, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { redactValue, type Redactor } from '../../core/text/redact';
import { readMetrics } from '../metrics-log';
import { encodeEvent, type EventPayload } from './event-file';
import { scalarsOf } from './metric-tags';
import type { MetricLine, OpenTrackersOptions, Tracker } from './contract';

/** Settings of {@link openTensorboard}. */
export type TensorboardOptions = Pick<
  OpenTrackersOptions,
  'metricsPath' | 'folder' | 'step' | 'experiment' | 'warn'
> & { redact: Redactor };

/** Bytes that may wait for the disk; when it takes no more, lines are left out rather than memory filled. */
const MOST_PENDING_BYTES = 4 << 20;

/**
 * Writes event files for `tensorboard --logdir <folder>`. Every start of a training adds a file; a resumed one begins
 * with a mark that voids what earlier files have after `step`, so that curves never run double. When the folder is
 * empty but the log is not (tracking was switched on later), the lines so far are written first.
 * @throws Error when the folder or file cannot be made
 */
export async function openTensorboard(options: TensorboardOptions): Promise<Tracker> {
  const { metricsPath, folder, step, experiment, redact, warn } = options;
  await mkdir(folder, { recursive: true });
  const existing = (await readdir(folder)).filter((name) => name.startsWith(PREFIX));
  const earlier = existing.length === 0 && existsSync(metricsPath) ? await readMetrics(metricsPath) : [];
  const writer = new EventWriter(await open(join(folder, fileName(existing)), 'ax'), (error) =>
    warn(
      `TensorBoard's event file cannot be written (${error.message}) and is left as it is; metrics.jsonl has everything`,
    ),
  );
  const now = Date.now() / 1000;
  writer.write(now, 0, { kind: 'version' });
  if (existing.length > 0) writer.write(now, step + 1, { kind: 'start' });
  const yaml = stringify(redactValue(experiment, redact));
  writer.write(now, step, { kind: 'text', tag: 'config', text: `\`\`\`yaml\n${yaml}\`\`\`` });
  const log = (line: MetricLine): void => {
    const values = scalarsOf(line);
    if (values.length > 0) writer.write(line.time, line.step, { kind: 'scalars', values });
  };
  earlier.forEach(log);
  return { log, close: () => writer.close() };
}

const PREFIX = 'events.out.tfevents.';

/** A name that sorts after all earlier ones: TensorBoard reads files in the order of their names. */
function fileName(existing: readonly string[]): string {
  const times = existing.map((name) => Number(name.slice(PREFIX.length).split('.')[0]));
  const time = Math.max(Math.floor(Date.now() / 1000), ...times.map((earlier) => earlier + 1));
  return `${PREFIX}${String(time).padStart(10, '0')}.${hostname()}.${process.pid}.0`;
}

/** Appends events to a file, one after the other, without anyone waiting for the disk. Owns the file. */
export class EventWriter {
  private queue = Promise.resolve();
  private pending = 0;
  private failed = false;

  constructor(
    private readonly file: FileHandle,
    private readonly onError: (error: Error) => void,
  ) {}

  write(time: number, step: number, payload: EventPayload): void {
    if (this.failed) return;
    const bytes = encodeEvent({ time, step, payload });
    this.pending += bytes.length;
    if (this.pending > MOST_PENDING_BYTES)
      return this.fail(new Error('the disk does not take the data as fast as it comes'));
    this.queue = this.queue.then(async () => {
      if (!this.failed) await this.file.appendFile(bytes).catch((error: Error) => this.fail(error));
      this.pending -= bytes.length;
    });
  }

  private fail(error: Error): void {
    if (!this.failed) this.onError(error);
    this.failed = true;
  }

  async close(): Promise<void> {
    await this.queue;
    await this.file.close();
  }
}
