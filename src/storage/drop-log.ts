import { JsonLinesWriter } from './json-lines';
import type { ObjectStore } from './object-store';

/** Key of what a stage dropped, one JSON object a line; each has a `reason`. */
export const DROPS_KEY = 'drops.jsonl';

/** Writes `drops.jsonl` of a stage and counts the lines by reason. Owns a writer: commit or abort it. */
export class DropLog<Line extends { reason: string }> {
  /** Lines by reason. */
  readonly counts: Record<string, number> = {};
  /** The same of each kind of lines. */
  readonly countsByKind: Record<string, Record<string, number>> = {};

  private constructor(
    private readonly writer: JsonLinesWriter,
    private readonly kindOf: (line: Line) => string | null,
  ) {}

  /** @param kindOf names the kind of a line that is to be counted apart as well. Default: null, none is */
  static async create<Line extends { reason: string }>(
    store: ObjectStore,
    kindOf: (line: Line) => string | null = () => null,
  ): Promise<DropLog<Line>> {
    return new DropLog<Line>(await JsonLinesWriter.create(store, DROPS_KEY), kindOf);
  }

  async drop(line: Line): Promise<void> {
    const { reason } = line;
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
    const kind = this.kindOf(line);
    if (kind !== null) {
      const counts = (this.countsByKind[kind] ??= {});
      counts[reason] = (counts[reason] ?? 0) + 1;
    }
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
