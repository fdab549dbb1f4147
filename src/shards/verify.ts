import { DataError } from '../core/errors';
import type { Resource } from '../records/manifest';
import { JOURNAL } from '../storage/journal';
import type { ObjectStore } from '../storage/object-store';
import { MANIFEST_KEY, readManifest } from './manifest';
import { withReader } from './reader';
import { PARQUET_MEDIA_TYPE } from './writer';
import { hashObject } from '../storage/objects';

/** What can be wrong with a file of a dataset. */
export type FileProblem = 'missing' | 'extra' | 'truncated' | 'changed' | 'unreadable' | 'wrong_rows';

/** One file that is not what the manifest says. */
export interface VerifyProblem {
  path: string;
  problem: FileProblem;
  /** What was expected and what was found. */
  message: string;
}

/** Result of {@link verifyDataset}. */
export interface VerifyReport {
  location: string;
  ok: boolean;
  /** Files the manifest names. */
  files: number;
  bytes: number;
  /** Rows of all shards by the manifest. */
  rows: number;
  problems: VerifyProblem[];
}

/**
 * Compares every file of a dataset with its manifest: bytes, sha256, rows (from the Parquet footers), and finds
 * files that are missing or that the manifest does not know. Reads every byte once.
 * @throws DataError when there is no valid manifest to compare with
 */
export async function verifyDataset(store: ObjectStore): Promise<VerifyReport> {
  const { resources } = await readManifest(store);
  const present = new Map<string, number>();
  for await (const { key, bytes } of store.list()) present.set(key, bytes);
  const problems: VerifyProblem[] = [];
  for (const resource of resources) {
    const size = present.get(resource.path);
    const problem =
      size === undefined
        ? { problem: 'missing' as const, message: `expected ${resource.bytes} bytes, found no file` }
        : await checkFile(store, resource, size);
    if (problem) problems.push({ path: resource.path, ...problem });
  }
  const known = new Set([MANIFEST_KEY, ...resources.map((resource) => resource.path)]);
  for (const path of present.keys())
    if (!known.has(path) && !path.startsWith(JOURNAL))
      problems.push({ path, problem: 'extra', message: 'the manifest does not name it' });
  return {
    location: store.location,
    ok: problems.length === 0,
    files: resources.length,
    bytes: resources.reduce((sum, resource) => sum + resource.bytes, 0),
    rows: resources.reduce((sum, resource) => sum + (resource['trm:rows'] ?? 0), 0),
    problems,
  };
}

async function checkFile(
  store: ObjectStore,
  resource: Resource,
  size: number,
): Promise<Omit<VerifyProblem, 'path'> | undefined> {
  if (size < resource.bytes)
    return { problem: 'truncated', message: `expected ${resource.bytes} bytes, found ${size}` };
  const hash = `sha256:${(await hashObject(store, resource.path)).sha256}`;
  if (size !== resource.bytes || hash !== resource.hash)
    return {
      problem: 'changed',
      message: `expected ${resource.bytes} bytes with ${resource.hash}, found ${size} with ${hash}`,
    };
  const rows = resource['trm:rows'];
  if (rows === undefined || resource.mediatype !== PARQUET_MEDIA_TYPE) return undefined;
  try {
    const path = await store.localFile(resource.path);
    const found = await withReader((reader) => reader.countRows(path));
    if (found !== rows) return { problem: 'wrong_rows', message: `expected ${rows} rows, found ${found}` };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { problem: 'unreadable', message: error.message };
  }
  return undefined;
}
