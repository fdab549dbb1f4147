import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir } from '../../core/paths';
import { hashJson } from '../../core/hash';
import { dataDigest } from '../../shards/data-digest';
import { MANIFEST_KEY } from '../../shards/manifest';
import { createFolderStore } from '../../storage/folder-store';
import { realFilesRevision, REAL_FILES_SET } from '../real-files/real-fixes';
import { benchmarkFolder, benchmarkNames } from './benchmark';
import { REAL_SET_NAMES, realFiles } from './real-pairs';

/**
 * In which state frozen sets are, by name, for the key of a stage that measures on them: a benchmark made anew, or real
 * fixes that were not at hand before, are measured anew. `test` and `val` are part of a stage's inputs: they have none.
 * @param folder `TRM_DATA_DIR`. Default: the environment's
 */
export async function setRevisions(
  names: readonly string[],
  folder = dataDir(),
): Promise<Record<string, string>> {
  const revisions: Record<string, string> = {};
  for (const name of names) {
    const revision = await revisionOf(name, folder);
    if (revision !== undefined) revisions[`set:${name}`] = revision;
  }
  return revisions;
}

async function revisionOf(name: string, folder: string | undefined): Promise<string | undefined> {
  if (name === 'test' || name === 'val') return undefined;
  const real = REAL_SET_NAMES.find((set) => set === name);
  if (real) {
    const files = folder === undefined ? [] : await realFiles(real, folder);
    if (files.length === 0) return 'not at hand';
    return `sha256:${hashJson(await Promise.all(files.map(dataDigest)))}`;
  }
  if (name === REAL_FILES_SET) return realFilesRevision('reserved', folder);
  const store = createFolderStore(benchmarkNames().includes(name) ? benchmarkFolder(name) : name);
  // A name that means nothing is refused by whoever reads the set.
  if (!existsSync(join(store.location, MANIFEST_KEY))) return 'no manifest';
  return `sha256:${await dataDigest(store.location)}`;
}
