import { JsonLinesWriter } from './json-lines';
import type { ObjectStore } from './object-store';

/** Key of what a stage dropped, one JSON object a line; each has a `reason`. */
export const DROPS_KEY = 'drops.jsonl';

/** Writes `drops.jsonl` of a stage and counts the lines by reason. Owns a writer: commit or abort it. */
export class DropLog<Line extends { reason: string }> {
  /** Lines by reason. */
  readonly counts: Record<string, number> = {};

  private constructor(private readonly writer: JsonLinesWriter) {}

  static async create<Line extends { reason: string }>(store: ObjectStore): Promise<DropLog<Line>> {
    return new DropLog<Line>(await JsonLinesWriter.create(store, DROPS_KEY));
  }

  async drop(line: Line): Promise<void> {
    this.counts[line.reason] = (this.counts[line.reason] ?? 0) + 1;
    await this.writer.write(line);
  }

  /** Publishes the file. */
  async commit(): Promise<void> {
    await this.writer.commit();
  }

  /** Leaves nothing behind; after `commit` it does nothing. */
  async abort(): Promise<void> {
    await this.writer.abort();
  }
}

/**
 * Writes a whole `drops.jsonl`.
 * @returns lines by reason
 */
export async function writeDrops(
  store: ObjectStore,
  lines: AsyncIterable<{ reason: string }> | Iterable<{ reason: string }>,
): Promise<Record<string, number>> {
  const log = await DropLog.create(store);
  try {
    for await (const line of lines) await log.drop(line);
    await log.commit();
  } finally {
    await log.abort();
  }
  return log.counts;
}
