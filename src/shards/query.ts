import { DuckDBInstance } from '@duckdb/node-api';
import { DataError } from '../core/errors';
import type { ObjectStore } from '../storage/stage';
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
  const paths = keys.map((key) => store.localPath(key));
  const files = paths.map((path) => `'${escapeGlob(path).replaceAll("'", "''")}'`).join(', ');
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    try {
      await connection.run(`CREATE VIEW shards AS SELECT * FROM read_parquet([${files}])`);
      const result = await connection.runAndReadAll(sql);
      return result.getRowObjectsJS().map(plainRow) as Row[];
    } finally {
      connection.closeSync();
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Error') throw error;
    throw new DataError(
      `query on ${store.location}/${from} failed: ${error.message.split('\n')[0]}`,
      `the query was: ${sql}`,
      { cause: error },
    );
  } finally {
    instance.closeSync();
  }
}

/** DuckDB takes a path for a pattern; a bracket expression of one character stands for itself. */
function escapeGlob(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}

function plainRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}
