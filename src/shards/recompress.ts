import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../core/files';
import type { Resource } from '../records/manifest';
import type { ObjectStore } from '../storage/object-store';
import { escapeGlob, openDuckDB, toDataError } from './duckdb';
import { withReader } from './reader';
import { hashObject, putFile } from '../storage/objects';

/**
 * Writes a finished shard anew with zstd at its highest useful level, for small files that are kept in git: about a third of the
 * size that the streaming writer's gzip gives. Rows, their order and the footer's own metadata stay.
 * @param scratch folder for the new file until it is whole
 * @returns the manifest's resource as it is now
 * @throws DataError when the shard is damaged
 */
export async function recompressShard(
  store: ObjectStore,
  resource: Resource,
  scratch: string,
): Promise<Resource> {
  const path = await store.localFile(resource.path);
  await makeFolder(scratch);
  // Shards of several folders may be packed at the same time.
  const temporary = join(scratch, resource.path.replaceAll('/', '-'));
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const metadata = Object.entries(await withReader((reader) => reader.metadata(path)))
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
    await putFile(store, resource.path, temporary);
  } catch (error) {
    throw toDataError(error, `cannot compress ${path}`, 'the file may be damaged; make it again');
  } finally {
    database.close();
    await rm(temporary, { force: true });
  }
  const { bytes, sha256 } = await hashObject(store, resource.path);
  return { ...resource, bytes, hash: `sha256:${sha256}` };
}
