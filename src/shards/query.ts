import type { DuckDBResultReader } from '@duckdb/node-api';
import { Table, vectorFromArray } from 'apache-arrow';
import type { ObjectStore } from '../storage/object-store';
import { escapeGlob, openDuckDB, toDataError, type DuckDB } from './duckdb';
import { shardFiles } from './writer';

/**
 * Asks SQL of shards, for tables and figures: the rows are in a view named `shards`, for example
 * `SELECT family, count(*) AS n FROM shards GROUP BY family ORDER BY n DESC`. DuckDB's dialect; a column named
 * `group` is written `"group"`.
 * @param from a folder (`samples`) or one file (`predictions.parquet`)
 * @returns rows as plain objects; 64-bit integers become numbers
 * @throws DataError when there is no shard, one is damaged, or the SQL is wrong
 */
export async function queryShards<Row extends object = Record<string, unknown>>(
  store: ObjectStore,
  from: string,
  sql: string,
): Promise<Row[]> {
  return ask(store, from, sql, (result) => result.getRowObjectsJS().map(plainRow) as Row[]);
}

/**
 * {@link queryShards} with the answer as an Arrow table: by columns, so that a million values are a few arrays and no
 * objects. Danfojs, Arrow's IPC files, pandas and polars take it as it is.
 */
export async function queryArrow(store: ObjectStore, from: string, sql: string): Promise<Table> {
  return ask(store, from, sql, (result) => {
    const columns = Object.entries(result.getColumnsObjectJS());
    return new Table(
      Object.fromEntries(columns.map(([name, values]) => [name, vectorFromArray(values.map(plainValue))])),
    );
  });
}

async function ask<Answer>(
  store: ObjectStore,
  from: string,
  sql: string,
  take: (result: DuckDBResultReader) => Answer,
): Promise<Answer> {
  const paths = from.endsWith('.parquet') ? [await store.localFile(from)] : await shardFiles(store, from);
  const files = paths.map((path) => `'${escapeGlob(path).replaceAll("'", "''")}'`).join(', ');
  const database = await openDuckDB();
  try {
    await database.connection.run(`CREATE VIEW stored AS SELECT * FROM read_parquet([${files}])`);
    await database.connection.run(
      `CREATE VIEW shards AS SELECT ${await recordColumns(database)} FROM stored`,
    );
    return take(await database.connection.runAndReadAll(sql));
  } catch (error) {
    throw toDataError(error, `query on ${store.location}/${from} failed`, `the query was: ${sql}`);
  } finally {
    database.close();
  }
}

/** The columns as records have them: of clean functions the source is stored once, in `before`. */
async function recordColumns({ connection }: DuckDB): Promise<string> {
  const described = await connection.runAndReadAll('DESCRIBE stored');
  const names = new Set(described.getRows().map(([name]) => name));
  const hasBoth = names.has('before') && names.has('after');
  return hasBoth ? '* REPLACE (coalesce(after, before) AS after)' : '*';
}

function plainRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
