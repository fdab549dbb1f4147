import { DataError } from '../core/errors';
import { sha256 } from '../core/hash';
import type { Manifest, Resource } from '../records/manifest';
import type { ObjectStore } from '../storage/object-store';
import { MANIFEST_KEY, readManifest } from './manifest';

/** Reads files of a finished output and compares each with its manifest. */
export interface CheckedFiles {
  /** Null when the output has none: then nothing is compared. */
  manifest: Manifest | null;
  /**
   * The file's bytes, which are those that the manifest names.
   * @throws DataError when it is missing, cut short or changed, or when the manifest does not know it
   */
  read(key: string): Promise<Uint8Array>;
}

/**
 * Opens an output for reading with checks: what is handed out was hashed, so a file that is swapped in between is noticed,
 * too. It costs one SHA-256 over what is read.
 * @param remedy how to get the files again, for messages
 * @throws DataError when the manifest is damaged
 */
export async function openCheckedFiles(store: ObjectStore, remedy: string): Promise<CheckedFiles> {
  const manifest = (await store.exists(MANIFEST_KEY)) ? await readManifest(store) : null;
  const resources = new Map(manifest?.resources.map((resource) => [resource.path, resource]));
  return {
    manifest,
    async read(key) {
      const resource = resources.get(key);
      if (manifest && !resource)
        throw new DataError(
          `${store.location}/${key}: ${MANIFEST_KEY} beside it does not name this file`,
          remedy,
        );
      if (!(await store.exists(key)))
        throw new DataError(`expected a readable file at ${store.location}/${key}, found none`, remedy);
      const bytes = await store.get(key);
      if (resource) compare(bytes, resource, `${store.location}/${key}`, remedy);
      return bytes;
    },
  };
}

function compare(bytes: Uint8Array, resource: Resource, label: string, remedy: string): void {
  if (bytes.length !== resource.bytes)
    throw new DataError(
      `${label} is damaged: expected ${resource.bytes} bytes by ${MANIFEST_KEY}, found ${bytes.length}`,
      remedy,
    );
  const hash = `sha256:${sha256(bytes)}`;
  if (hash !== resource.hash)
    throw new DataError(
      `${label} is damaged: expected ${resource.hash} by ${MANIFEST_KEY}, found ${hash}`,
      remedy,
    );
}
