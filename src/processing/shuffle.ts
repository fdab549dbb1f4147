import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JsonLinesWriter, readLines } from '../storage/json-lines';

/** A row with its place in the shuffled order. */
export interface KeyedRow<T> {
  /** Hex digits of a seeded hash, 8 or more and equally many for all rows; rows come out by ascending key. */
  key: string;
  value: T;
}

/** Settings of {@link shuffleRows}. */
export interface ShuffleOptions {
  /** Folder of its own for temporary files. */
  folder: string;
  /** Rows to expect, at least roughly: decides into how many files they are dealt. */
  expected: number;
  /** Rows held in memory at a time. Default 20,000. */
  rowsInMemory?: number;
}

/** Rows in shuffled order; may be iterated again and again. */
export interface ShuffledRows<T> extends AsyncIterable<T> {
  readonly count: number;
  /** Removes the temporary files. */
  dispose(): Promise<void>;
}

/**
 * Shuffles more rows than fit into memory: deals them into files by the first digits of their key, then sorts one
 * file at a time. The order depends on the keys alone, not on the order of arrival.
 */
export async function shuffleRows<T>(
  rows: AsyncIterable<KeyedRow<T>>,
  { folder, expected, rowsInMemory = 20_000 }: ShuffleOptions,
): Promise<ShuffledRows<T>> {
  const paths = Array.from({ length: Math.max(1, Math.ceil(expected / rowsInMemory)) }, (_, i) =>
    join(folder, `bucket_${i}.jsonl`),
  );
  const writers = await Promise.all(paths.map((path) => JsonLinesWriter.scratch(path)));
  try {
    for await (const row of rows) {
      const bucket = Math.floor((parseInt(row.key.slice(0, 8), 16) / 2 ** 32) * writers.length);
      await writers[bucket].write([row.key, row.value]);
    }
    await Promise.all(writers.map((writer) => writer.commit()));
  } finally {
    await Promise.all(writers.map((writer) => writer.abort()));
  }
  return {
    count: writers.reduce((sum, writer) => sum + writer.count, 0),
    async *[Symbol.asyncIterator]() {
      for (const path of paths) {
        // A line begins with its key, so lines sort as rows do; values stay text until they are wanted.
        const lines: string[] = [];
        for await (const line of readLines(path)) lines.push(line);
        lines.sort();
        for (const line of lines) yield (JSON.parse(line) as [string, T])[1];
      }
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
