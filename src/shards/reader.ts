import { DuckDBBlobValue, DuckDBTypeId, type DuckDBDataChunk } from '@duckdb/node-api';
import {
  Binary,
  Bool,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  makeBuilder,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  type Data,
  type DataType,
} from 'apache-arrow';
import { DataError } from '../core/errors';
import { escapeGlob, openDuckDB, toDataError } from './duckdb';

/** Settings of {@link readBatches} and {@link readTable}. */
export interface ReadOptions {
  /** Columns to read, in this order; the others are not decoded. Default: all. */
  columns?: readonly string[];
}

/**
 * Reads a Parquet file as a stream of Arrow record batches of at most 2048 rows, in file order. DuckDB decodes;
 * its column vectors become Arrow vectors. Memory is bounded by a row group of the file.
 * @throws DataError when the file is missing or damaged, lacks a column, or holds a type that shards never have
 */
export async function* readBatches(path: string, { columns }: ReadOptions = {}): AsyncGenerator<RecordBatch> {
  const list = columns?.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ') ?? '*';
  yield* queryBatches(`SELECT ${list} FROM read_parquet($1)`, path);
}

/** Reads a whole Parquet file into one Arrow table. See {@link readBatches} for errors. */
export async function readTable(path: string, options: ReadOptions = {}): Promise<Table> {
  const batches: RecordBatch[] = [];
  for await (const batch of readBatches(path, options)) batches.push(batch);
  return new Table(batches);
}

/**
 * Number of rows a Parquet file says it has, from its footer alone.
 * @throws DataError when the file is missing or damaged
 */
export async function countRows(path: string): Promise<number> {
  for await (const batch of queryBatches('SELECT num_rows FROM parquet_file_metadata($1)', path))
    return Number(batch.getChildAt(0)?.get(0));
  throw new DataError(`${path}: expected a Parquet footer, got none`);
}

/** The file's own key-value metadata, for example `trm:sampleVersion`. @throws DataError */
export async function readFooterMetadata(path: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const sql = 'SELECT key, value FROM parquet_kv_metadata($1)';
  const text = (cell: unknown): string => Buffer.from(cell as Uint8Array).toString('utf8');
  for await (const batch of queryBatches(sql, path))
    for (let i = 0; i < batch.numRows; i++)
      found[text(batch.getChildAt(0)?.get(i))] = text(batch.getChildAt(1)?.get(i));
  return found;
}

/**
 * Refuses a shard whose footer states another version of its record.
 * @throws DataError
 */
export async function requireVersion(path: string, key: string, version: number): Promise<void> {
  const found = ((await readFooterMetadata(path))[key] as string | undefined) ?? 'none';
  if (found !== String(version))
    throw new DataError(
      `${path}: expected ${key} ${version}, got ${found}`,
      'it was made by another version of the project; make it again',
    );
}

async function* queryBatches(sql: string, path: string): AsyncGenerator<RecordBatch> {
  // One thread: rows come in the order of the file, and the caller decides how many files are read at once.
  const database = await openDuckDB(1);
  try {
    const result = await database.connection.stream(sql, [escapeGlob(path)]);
    const types = result
      .columnNames()
      .map((name, i) => ({ name, type: arrowType(result.columnTypeId(i), name, path) }));
    const schema = new Schema(types.map(({ name, type }) => new Field(name, type, true)));
    let empty = true;
    for await (const chunk of result) {
      if (chunk.rowCount === 0) continue;
      empty = false;
      yield toRecordBatch(chunk, schema);
    }
    // A reader of no rows still learns the columns.
    if (empty) yield toRecordBatch(undefined, schema);
  } catch (error) {
    const hint = 'the file may be missing, cut short or changed; make it again';
    throw toDataError(error, `cannot read ${path} as Parquet`, hint);
  } finally {
    database.close();
  }
}

const ARROW_TYPES: Partial<Record<DuckDBTypeId, () => DataType>> = {
  [DuckDBTypeId.VARCHAR]: () => new Utf8(),
  [DuckDBTypeId.BLOB]: () => new Binary(),
  [DuckDBTypeId.BOOLEAN]: () => new Bool(),
  [DuckDBTypeId.INTEGER]: () => new Int32(),
  [DuckDBTypeId.BIGINT]: () => new Int64(),
  [DuckDBTypeId.FLOAT]: () => new Float32(),
  [DuckDBTypeId.DOUBLE]: () => new Float64(),
};

function arrowType(id: DuckDBTypeId, name: string, path: string): DataType {
  const make = ARROW_TYPES[id];
  if (make) return make();
  throw new DataError(
    `${path}: column "${name}" has the type ${DuckDBTypeId[id]}, which shards never have`,
    `shards hold ${Object.keys(ARROW_TYPES)
      .map((key) => DuckDBTypeId[Number(key)])
      .join(', ')}`,
  );
}

/** @param chunk undefined makes a batch of no rows */
function toRecordBatch(chunk: DuckDBDataChunk | undefined, schema: Schema): RecordBatch {
  const length = chunk?.rowCount ?? 0;
  const children = schema.fields.map((field, column) => {
    const builder = makeBuilder({ type: field.type as DataType, nullValues: [null] });
    const vector = chunk?.getColumnVector(column);
    for (let row = 0; row < length; row++) {
      const value = vector?.getItem(row);
      builder.append(value instanceof DuckDBBlobValue ? value.bytes : value);
    }
    return builder.finish().flush() as Data<DataType>;
  });
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }),
  );
}
