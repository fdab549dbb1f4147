import { stat } from 'node:fs/promises';
import { sha256File } from '../core/hash';
import { createFolderStore } from '../storage/folder-store';
import { contentDigest, readManifest } from './manifest';

/**
 * What data on this machine holds, for the key of a stage that reads it: of a dataset's folder the content that its
 * manifest names, of a file its bytes.
 * @param path an existing folder or file
 * @returns SHA-256, hex
 * @throws DataError when a folder has no manifest, or a damaged one
 */
export async function dataDigest(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return sha256File(path);
  return contentDigest(await readManifest(createFolderStore(path)));
}
