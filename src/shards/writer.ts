import { ParquetSchema, ParquetWriter, type FieldDefinition } from 'parquetjs-lite';
import { DataError } from '../core/errors';
import type { Resource } from '../records/manifest';
import type { ObjectStore } from '../storage/object-store';
import { checkRow, type Column, type ColumnType, type Row } from './columns';
import { RowDigest } from './row-digest';
import { createSink, type Sink } from './sink';
import { listKeys } from '../storage/objects';

/** Media type of Parquet files in manifests. */
export const PARQUET_MEDIA_TYPE = 'application/vnd.apache.parquet';

/** Settings of {@link writeShard}. */
export interface ShardOptions {
  /** Rows held in memory and written together. Default 5000; smaller for wide rows. */
  rowGroupSize?: number;
  /** Key-value pairs for the file's footer, for example the record's version. */
  metadata?: Readonly<Record<string, string>>;
  /** Split the rows belong to, for the manifest. */
  split?: Resource['trm:split'];
}

/** Settings of {@link writeShards}. */
export interface ShardsOptions extends ShardOptions {
  /** Rows of a shard; the last one may have fewer. Default 10000. */
  rowsPerShard?: number;
  /** Number of the first shard, for writers that go on after shards written earlier. Default 0. */
  firstShard?: number;
}

/**
 * Writes one Parquet file (GZIP, data page version 1, no statistics) as a stream: memory is bounded by a row
 * group. The key appears in the store when the file is whole.
 * @returns the manifest's resource: path, bytes, sha256, rows
 * @throws DataError when a row does not fit the columns or the disk is full; nothing is left in the store then
 */
export async function writeShard(
  store: ObjectStore,
  key: string,
  columns: readonly Column[],
  rows: AsyncIterable<Row> | Iterable<Row>,
  { rowGroupSize = 5000, metadata = {}, split }: ShardOptions = {},
): Promise<Resource> {
  const writer = await store.create(key);
  try {
    const sink = createSink(writer);
    const { count, content } = await writeParquet(sink, columns, rows, rowGroupSize, metadata);
    await writer.commit();
    return {
      name: key.toLowerCase(),
      path: key,
      mediatype: PARQUET_MEDIA_TYPE,
      format: 'binary',
      bytes: sink.bytes,
      hash: `sha256:${sink.digest()}`,
      'trm:content': content,
      'trm:rows': count,
      ...(split && { 'trm:split': split }),
    };
  } catch (error) {
    // parquetjs-lite throws bare strings.
    if (error instanceof Error) throw error;
    throw new DataError(`the Parquet writer refused ${store.location}/${key}: ${String(error)}`);
  } finally {
    await writer.abort();
  }
}

/**
 * Writes `<folder>/shard_00000.parquet`, `shard_00001.parquet`, ... in the order of the rows. No row at all makes
 * one empty shard, so that "nothing came out" and "was never written" stay apart.
 */
export async function writeShards(
  store: ObjectStore,
  folder: string,
  columns: readonly Column[],
  rows: AsyncIterable<Row> | Iterable<Row>,
  { rowsPerShard = 10_000, firstShard = 0, ...options }: ShardsOptions = {},
): Promise<Resource[]> {
  if (!Number.isInteger(rowsPerShard) || rowsPerShard < 1)
    throw new DataError(`rowsPerShard: expected a positive integer, got ${rowsPerShard}`);
  const source = toIterator(rows);
  const resources: Resource[] = [];
  try {
    let next = await source.next();
    do {
      const part = takeRows(source, next, rowsPerShard, (after) => (next = after));
      const key = shardKey(folder, firstShard + resources.length);
      resources.push(await writeShard(store, key, columns, part, options));
    } while (!next.done);
  } finally {
    // Lets the generators behind the rows release what they hold when a row was refused.
    await source.return?.();
  }
  return resources;
}

/** Key of a folder's shard: `samples`, 3 -> `samples/shard_00003.parquet`. */
export function shardKey(folder: string, index: number): string {
  return `${folder}/shard_${String(index).padStart(5, '0')}.parquet`;
}

/**
 * Keys of a folder's shards in order; shards of folders below it are not among them.
 * @throws DataError when there is none
 */
export async function listShards(store: ObjectStore, folder: string): Promise<string[]> {
  const keys = (await listKeys(store, `${folder}/`)).filter((key) =>
    /^shard_\d{5,}\.parquet$/.test(key.slice(folder.length + 1)),
  );
  if (keys.length === 0)
    throw new DataError(
      `expected shards ${folder}/shard_*.parquet in ${store.location}, found none`,
      'check the folder, or run the stage that writes it',
    );
  return keys;
}

/** Local files of a folder's shards in order, for the Parquet reader. @throws DataError when there is none */
export async function shardFiles(store: ObjectStore, folder: string): Promise<string[]> {
  const keys = await listShards(store, folder);
  return Promise.all(keys.map((key) => store.localFile(key)));
}

const PARQUET_TYPE: Record<ColumnType, FieldDefinition['type']> = {
  string: 'UTF8',
  int32: 'INT32',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  bytes: 'BYTE_ARRAY',
};

async function writeParquet(
  sink: Sink,
  columns: readonly Column[],
  rows: AsyncIterable<Row> | Iterable<Row>,
  rowGroupSize: number,
  metadata: Readonly<Record<string, string>>,
): Promise<{ count: number; content: string }> {
  const fields: Record<string, FieldDefinition> = {};
  for (const { name, type, nullable = false } of columns)
    fields[name] = { type: PARQUET_TYPE[type], optional: nullable, compression: 'GZIP', statistics: false };
  const digest = new RowDigest(columns);
  let count = 0;
  // Pages of fewer rows than a group, so that a page of long strings is not encoded in one piece.
  const pageSize = Math.min(2000, rowGroupSize);
  const options = { rowGroupSize, pageSize, useDataPageV2: false };
  const writer = await ParquetWriter.openStream(new ParquetSchema(fields), sink, options);
  for (const [key, value] of Object.entries(metadata)) writer.setMetadata(key, value);
  for await (const row of rows) {
    checkRow(columns, row);
    digest.add(row);
    if (!appendInside(writer, columns, row, options)) await writer.appendRow(row);
    sink.check();
    count++;
  }
  await writer.close();
  sink.check();
  return { count, content: digest.finish() };
}

/**
 * Adds a row to the page at hand, as the library's `appendRow` does; that makes three arrays and a set for each cell, for
 * nested columns and statistics that shards have not, and takes longer than the rest of the writing.
 * @returns false for the first row of a group and the last one of a page, which are the library's to add
 */
function appendInside(
  { rowBuffer }: ParquetWriter,
  columns: readonly Column[],
  row: Row,
  { rowGroupSize, pageSize }: { rowGroupSize: number; pageSize: number },
): boolean {
  if (rowBuffer.columnData === undefined) return false;
  if (rowBuffer.pageRowCount + 1 >= pageSize || rowBuffer.rowCount + 1 >= rowGroupSize) return false;
  for (const { name, nullable = false } of columns) {
    const column = rowBuffer.columnData[name];
    const value = row[name];
    column.rlevels.push(0);
    column.dlevels.push(nullable && value !== null ? 1 : 0);
    column.count += 1;
    if (value === null) continue;
    // A copy of the bytes: whoever made the row may use them again.
    const isText = typeof value === 'string';
    column.values.push(
      isText ? Buffer.from(value) : value instanceof Uint8Array ? Buffer.from(value) : value,
    );
  }
  rowBuffer.pageRowCount += 1;
  rowBuffer.rowCount += 1;
  return true;
}

function toIterator(rows: AsyncIterable<Row> | Iterable<Row>): AsyncIterator<Row> {
  return (async function* () {
    yield* rows;
  })();
}

/** Yields `first` and then up to `count - 1` more; hands the result after the last one to `rest`. */
async function* takeRows(
  source: AsyncIterator<Row>,
  first: IteratorResult<Row>,
  count: number,
  rest: (next: IteratorResult<Row>) => void,
): AsyncGenerator<Row> {
  let next = first;
  for (let taken = 0; taken < count && !next.done; taken++) {
    yield next.value;
    next = await source.next();
  }
  rest(next);
}
