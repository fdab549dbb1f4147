import { rm, stat } from 'node:fs/promises';
import { sha256File } from '../core/hash';
import type { Resource } from '../records/manifest';
import type { ObjectStore } from '../storage/stage';
import { escapeGlob, openDuckDB, toDataError } from './duckdb';
import { readFooterMetadata } from './reader';

/**
 * Writes a finished shard anew with zstd at its highest useful level, for small files that are kept in git: about a third of the
 * size that the streaming writer's gzip gives. Rows, their order and the footer's own metadata stay.
 * @returns the manifest's resource as it is now
 * @throws DataError when the shard is damaged
 */
export async function recompressShard(store: ObjectStore, resource: Resource): Promise<Resource> {
  const path = store.localPath(resource.path);
  const temporary = `${path}.tmp`;
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const metadata = Object.entries(await readFooterMetadata(path))
    .filter(([key]) => key.startsWith('trm:'))
    .map(([key, value]) => `${quoted(key)}: ${quoted(value)}`);
  const options = [
    'FORMAT parquet',
    'COMPRESSION zstd',
    'COMPRESSION_LEVEL 19',
    ...(metadata.length > 0 ? [`KV_METADATA {${metadata.join(', ')}}`] : []),
  ];
  const database = await openDuckDB(1);
  try {
    const rows = `SELECT * FROM read_parquet(${quoted(escapeGlob(path))})`;
    await database.connection.run(`COPY (${rows}) TO ${quoted(temporary)} (${options.join(', ')})`);
  } catch (error) {
    await rm(temporary, { force: true });
    throw toDataError(error, `cannot compress ${path}`, 'the file may be damaged; make it again');
  } finally {
    database.close();
  }
  await store.commit(resource.path);
  return { ...resource, bytes: (await stat(path)).size, hash: `sha256:${await sha256File(path)}` };
}
