import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../core/errors';
import { ParquetReader } from '../../shards/reader';
import type { Drop } from '../folders/python-file';
import { RECORD_FIELDS } from './fix-record';

/** A row of a file of mined fixes: a value that nobody has looked at, or why there is none. */
export interface PairRow {
  /** Number of the row in its file, from 0. */
  row: number;
  value: unknown;
  /** The row cannot be read at all. */
  drop: Drop | null;
}

/** Columns that are read of a Parquet file: those that it must have, and those that it may. */
export interface PairFields {
  needed: readonly string[];
  optional: readonly string[];
}

/**
 * Rows of a file from a row on, streaming. `.parquet` is read by row groups; every other file is JSON Lines, gzipped
 * where its name ends in `.gz`. Empty lines count and give nothing.
 * @param maxBytes longer lines are not kept in memory
 * @param fields default: what a sample is made of
 * @throws DataError when the file cannot be read, or a Parquet file lacks a column
 */
export async function* pairRows(
  path: string,
  from: number,
  maxBytes: number,
  fields: PairFields = RECORD_FIELDS,
): AsyncGenerator<PairRow> {
  yield* path.endsWith('.parquet') ? parquetRows(path, from, fields) : jsonRows(path, from, maxBytes);
}

/** Rows of a file where that can be known without reading it; else undefined. */
export async function countPairRows(path: string): Promise<number | undefined> {
  if (!path.endsWith('.parquet')) return undefined;
  const reader = await ParquetReader.open();
  try {
    return await reader.countRows(path);
  } finally {
    reader.close();
  }
}

async function* parquetRows(
  path: string,
  from: number,
  { needed, optional }: PairFields,
): AsyncGenerator<PairRow> {
  const reader = await ParquetReader.open();
  try {
    const there = new Set(await reader.columns(path));
    const missing = needed.filter((name) => !there.has(name));
    if (missing.length > 0)
      throw new DataError(
        `${path}: expected the columns ${needed.join(', ')}, found no ${missing.join(', ')}`,
        'it holds no mined fixes with their files; docs/DATA.md names the fields',
      );
    const names = [...needed, ...optional.filter((name) => there.has(name))];
    const count = await reader.countRows(path);
    if (from >= count) return;
    let row = from;
    const rest = { path, firstRow: from, rows: count - from };
    for await (const { rows, cells } of reader.readGroup(rest, names))
      for (let i = 0; i < rows; i++, row++) {
        const value = Object.fromEntries(names.map((name, column) => [name, cells[column][i]]));
        yield { row, value, drop: null };
      }
  } finally {
    reader.close();
  }
}

async function* jsonRows(path: string, from: number, maxBytes: number): AsyncGenerator<PairRow> {
  let row = 0;
  for await (const line of boundedLines(path, maxBytes)) {
    const at = row++;
    if (at < from || line?.length === 0) continue;
    yield { row: at, ...valueOf(line) };
  }
}

function valueOf(line: Buffer | null): Pick<PairRow, 'value' | 'drop'> {
  if (line === null) return { value: null, drop: { reason: 'too_large', detail: 'line' } };
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line)), drop: null };
  } catch (error) {
    return { value: null, drop: { reason: 'bad_row', detail: (error as Error).message } };
  }
}

/** Lines of a file, without their ends; null for one that is longer than `maxBytes`. */
async function* boundedLines(path: string, maxBytes: number): AsyncGenerator<Buffer | null> {
  let parts: Buffer[] = [];
  let size = 0;
  const add = (part: Buffer): void => {
    size += part.length;
    if (size > maxBytes) parts = [];
    else parts.push(part);
  };
  const finish = (): Buffer | null => {
    const line = size > maxBytes ? null : Buffer.concat(parts);
    parts = [];
    size = 0;
    return line;
  };
  for await (const chunk of chunksOf(path)) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      add(chunk.subarray(start, end));
      yield finish();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (size > 0) yield finish();
}

/** Bytes of a file, unpacked. */
async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  const out = new PassThrough();
  const unpack = path.endsWith('.gz') ? createGunzip() : new PassThrough();
  // What goes wrong ends `out` with the same error, which its reader is told.
  const done = pipeline(createReadStream(path), unpack, out).catch(() => undefined);
  try {
    for await (const chunk of out) yield chunk as Buffer;
  } catch (error) {
    throw new DataError(
      `${basename(path)}: cannot be read to its end: ${(error as Error).message}`,
      'the file may be cut short; copy or make it again',
      { cause: error },
    );
  } finally {
    out.destroy();
    await done;
  }
}
