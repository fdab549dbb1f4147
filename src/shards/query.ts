import type { ObjectStore } from '../storage/object-store';
import { escapeGlob, openDuckDB, toDataError } from './duckdb';
import { listShards } from './writer';

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
  const keys = from.endsWith('.parquet') ? [from] : await listShards(store, from);
  const paths = await Promise.all(keys.map((key) => store.localFile(key)));
  const files = paths.map((path) => `'${escapeGlob(path).replaceAll("'", "''")}'`).join(', ');
  const database = await openDuckDB();
  try {
    await database.connection.run(`CREATE VIEW shards AS SELECT * FROM read_parquet([${files}])`);
    const result = await database.connection.runAndReadAll(sql);
    return result.getRowObjectsJS().map(plainRow) as Row[];
  } catch (error) {
    throw toDataError(error, `query on ${store.location}/${from} failed`, `the query was: ${sql}`);
  } finally {
    database.close();
  }
}

function plainRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}
