import { existsSync } from 'node:fs';
import { appendFile, mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeError, writeFileAtomic } from '../core/files';
import { metricSchema, type Metric } from '../records/run';

/** Name of the log, in the stage's folder of live files while it grows and in its output. */
export const METRICS_KEY = 'metrics.jsonl';

/** Values of a line; what is no finite number becomes null. */
export type MetricValues = Readonly<Record<string, number | string | null>>;

/** Appends one line to a metrics log, `time` added; returns the line. @throws DataError when the disk is full */
export async function appendMetric(path: string, step: number, values: MetricValues): Promise<Metric> {
  const clean = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'number' && !Number.isFinite(value) ? null : value,
    ]),
  );
  const line: Metric = { step, time: Date.now() / 1000, ...clean };
  await mkdir(dirname(path), { recursive: true });
  try {
    await appendFile(path, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw writeError(error, path);
  }
  return line;
}

/** Reads a metrics log; a last line that is cut short is left out. Empty when there is no file. */
export async function readMetrics(path: string): Promise<Metric[]> {
  if (!existsSync(path)) return [];
  return parseMetrics(await readFile(path, 'utf8'));
}

/** The lines of a log's text; those that are cut short are left out. */
export function parseMetrics(text: string): Metric[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      const parsed = metricSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch (error) {
      // A process that was killed leaves half a line; the steps in it are run again.
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}

/** The lines of a log up to `step`: a resumed run writes the later ones anew. */
export function metricsUntil(text: string, step: number): string {
  const kept = parseMetrics(text).filter((metric) => metric.step <= step);
  return kept.map((metric) => `${JSON.stringify(metric)}\n`).join('');
}

/**
 * Puts the lines of an earlier start's log up to `step` in the place of the log at `path`; followers begin anew.
 * @param logged text of that log, '' for none
 */
export async function restoreMetrics(path: string, logged: string, step: number): Promise<void> {
  await writeFileAtomic(path, metricsUntil(logged, step));
}

/** Settings of {@link followMetrics}. */
export interface FollowOptions {
  /** True when no more lines will come. */
  finished: () => boolean;
  /** Milliseconds between two looks at the file. Default 250. */
  intervalMs?: number;
  signal?: AbortSignal;
}

/**
 * Yields a log's lines as they are written, the present ones first, until `finished` and the end is reached. A resumed
 * training replaces the file by one without the lines after its checkpoint; then all lines come anew, and a line takes
 * the place of those that came for its step and later ones.
 */
export async function* followMetrics(
  path: string,
  { finished, intervalMs = 250, signal }: FollowOptions,
): AsyncGenerator<Metric> {
  let offset = 0;
  let rest = '';
  let file: bigint | undefined;
  while (!signal?.aborted) {
    // Asked before reading: lines written in between are then read in this very round.
    const last = finished();
    const { size, ino } = await fileState(path);
    if (ino !== file) [offset, rest, file] = [0, '', ino];
    if (size > offset) {
      const text = rest + (await readRange(path, offset, size));
      offset = size;
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      yield* parseMetrics(text.slice(0, end));
    }
    if (last) return;
    await sleep(intervalMs);
  }
}

/** Size and identity of a file; a file that is not there is empty. */
async function fileState(path: string): Promise<{ size: number; ino: bigint | undefined }> {
  if (!existsSync(path)) return { size: 0, ino: undefined };
  const { size, ino } = await stat(path, { bigint: true });
  return { size: Number(size), ino };
}

async function readRange(path: string, start: number, end: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}
