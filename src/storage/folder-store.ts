import type { Stats } from 'node:fs';
import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DataError, UserError } from '../core/errors';
import { makeFolder, publishFile, TEMPORARY_ENDING, writeFileAtomic } from '../core/files';
import type { ObjectStore } from './stage';

/**
 * An object store over a local folder: the key `a/b.json` is the file `<path>/a/b.json`. The folder is made by the
 * first write; a store over a folder that does not exist is empty. No key may have the ending of temporary files, and
 * `list` never shows them.
 * @param path the folder, absolute or relative to the working directory
 */
export function createFolderStore(path: string): ObjectStore {
  const root = resolve(path);
  const fileOf = (key: string): string => join(root, checkKey(key));
  return {
    location: root,
    async put(key, data) {
      await writeFileAtomic(fileOf(key), data);
    },
    async get(key) {
      try {
        return await readFile(fileOf(key));
      } catch (error) {
        if (!isMissing(error)) throw error;
        throw new DataError(
          `expected an object "${key}" in ${root}, found none`,
          'check the path, or run the stage that makes it',
          { cause: error },
        );
      }
    },
    async exists(key) {
      try {
        return (await stat(fileOf(key))).isFile();
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
    async list(prefix = '') {
      const keys = await filesBelow(root, '');
      return keys.filter((key) => key.startsWith(prefix)).sort();
    },
    async delete(key) {
      await rm(fileOf(key), { force: true });
      await removeEmptyFolders(root, dirname(key));
    },
    localPath(key) {
      return fileOf(key);
    },
    async commit(key) {
      const file = fileOf(key);
      await makeFolder(dirname(file));
      await publishFile(file + TEMPORARY_ENDING, file);
    },
  };
}

/** Keys are relative, with `/`, without empty, `.` or `..` parts, so that no key leaves the store. */
function checkKey(key: string): string {
  const parts = key.split('/');
  const bad =
    key.includes('\\') ||
    key.includes('\0') ||
    key.endsWith(TEMPORARY_ENDING) ||
    parts.some((part) => part === '' || part === '.' || part === '..');
  if (bad)
    throw new UserError(
      `expected a key such as "samples/shard_00000.parquet", got ${JSON.stringify(key)}`,
      `use a relative path with "/", without "..", that does not end in "${TEMPORARY_ENDING}"`,
    );
  return key;
}

/** A store has no empty folders: removes `folder` and the ones above it, up to the root, while they are empty. */
async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== '.'; at = dirname(at)) {
    try {
      await rmdir(join(root, at));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOTEMPTY' || code === 'EEXIST' || isMissing(error)) return;
      throw error;
    }
  }
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const found: string[] = [];
  for (const entry of entries) {
    const key = folder ? `${folder}/${entry.name}` : entry.name;
    // A link counts as what it points to: stages may be linked into runs.
    const kind = entry.isSymbolicLink() ? await targetOf(join(root, key)) : entry;
    if (kind === undefined) continue;
    if (kind.isDirectory()) found.push(...(await filesBelow(root, key)));
    else if (kind.isFile() && !key.endsWith(TEMPORARY_ENDING)) found.push(key);
  }
  return found;
}

/** What a link points to; undefined when that is gone: such a link is no object. */
async function targetOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
