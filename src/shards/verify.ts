import { stat } from 'node:fs/promises';
import { DataError } from '../core/errors';
import { sha256File } from '../core/hash';
import type { Resource } from '../records/manifest';
import { JOURNAL } from '../storage/journal';
import type { ObjectStore } from '../storage/stage';
import { MANIFEST_KEY, readManifest } from './manifest';
import { countRows } from './reader';
import { PARQUET_MEDIA_TYPE } from './writer';

/**
 * Files of a train stage that repeat its metrics elsewhere (event files, how much a W&B server has): they may grow after
 * the manifest is written.
 */
const TRACKING_PREFIX = 'tracking/';
/** What a stage goes on from; removed after the manifest is written, so that a kill between the two leaves some of it. */
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
  const present = new Set(await store.list());
  const problems: VerifyProblem[] = [];
  for (const resource of resources) {
    const problem = present.has(resource.path)
      ? await checkFile(store, resource)
      : { problem: 'missing' as const, message: `expected ${resource.bytes} bytes, found no file` };
    if (problem) problems.push({ path: resource.path, ...problem });
  }
  const known = new Set([MANIFEST_KEY, ...resources.map((resource) => resource.path)]);
  for (const path of present)
    if (!known.has(path) && !path.startsWith(TRACKING_PREFIX) && !path.startsWith(JOURNAL))
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
): Promise<Omit<VerifyProblem, 'path'> | undefined> {
  const path = store.localPath(resource.path);
  const { size } = await stat(path);
  if (size < resource.bytes)
    return { problem: 'truncated', message: `expected ${resource.bytes} bytes, found ${size}` };
  const hash = `sha256:${await sha256File(path)}`;
  if (size !== resource.bytes || hash !== resource.hash)
    return {
      problem: 'changed',
      message: `expected ${resource.bytes} bytes with ${resource.hash}, found ${size} with ${hash}`,
    };
  const rows = resource['trm:rows'];
  if (rows === undefined || resource.mediatype !== PARQUET_MEDIA_TYPE) return undefined;
  try {
    const found = await countRows(path);
    if (found !== rows) return { problem: 'wrong_rows', message: `expected ${rows} rows, found ${found}` };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { problem: 'unreadable', message: error.message };
  }
  return undefined;
}
