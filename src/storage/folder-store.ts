import type { Stats } from 'node:fs';
import { open, readdir, readFile, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DataError, UserError } from '../core/errors';
import {
  makeFolder,
  publishFile,
  publishNewFile,
  removeTemporaries,
  TEMPORARY_ENDING,
  temporaryName,
  writeError,
  writeFileAtomic,
} from '../core/files';
import type { ByteRange, ObjectInfo, ObjectStore, ObjectWriter } from './object-store';

/**
 * An object store over a local folder: the key `a/b.json` is the file `<path>/a/b.json`. The folder is made by the
 * first write; a store over a folder that does not exist is empty. Links count as what they point to.
 * @param path the folder, absolute or relative to the working directory
 */
export function createFolderStore(path: string): ObjectStore {
  const root = resolve(path);
  const fileOf = (key: string): string => join(root, checkKey(key));
  const present = async <T>(key: string, use: (file: string) => Promise<T>): Promise<T> => {
    try {
      return await use(fileOf(key));
    } catch (error) {
      throw isMissing(error) ? absent(root, key, error) : error;
    }
  };
  const find = async (key: string): Promise<ObjectInfo | null> => {
    const found = await statOf(fileOf(key));
    return found?.isFile() ? { key, bytes: found.size } : null;
  };
  return {
    location: root,
    put: (key, content) => writeFileAtomic(fileOf(key), content),
    putIfAbsent: (key, content) => writeNewFile(fileOf(key), content),
    create: (key) => FileWriter.open(fileOf(key)),
    get: (key) => present(key, (file) => readFile(file)),
    read: (key, range) => present(key, (file) => readRange(file, range)),
    stat: find,
    exists: async (key) => (await find(key)) !== null,
    list: (prefix = '') => listFolder(root, prefix),
    async delete(key) {
      await rm(fileOf(key), { force: true });
      await removeEmptyFolders(root, dirname(key));
    },
    async localFile(key) {
      if (await find(key)) return fileOf(key);
      throw absent(root, key);
    },
    abortUnfinished: () => removeTemporaries(root),
  };
}

function absent(root: string, key: string, cause?: unknown): DataError {
  return new DataError(
    `expected an object "${key}" in ${root}, found none`,
    'check the path, or run the stage that makes it',
    { cause },
  );
}

/** A file that grows under a temporary name beside its own. */
class FileWriter implements ObjectWriter {
  private handle: FileHandle | undefined;

  private constructor(
    private readonly file: string,
    private readonly temporary: string,
    handle: FileHandle,
  ) {
    this.handle = handle;
  }

  static async open(file: string): Promise<FileWriter> {
    const temporary = temporaryName(file);
    try {
      await makeFolder(dirname(file));
      return new FileWriter(file, temporary, await open(temporary, 'wx'));
    } catch (error) {
      throw writeError(error, file);
    }
  }

  async write(piece: Uint8Array | string): Promise<void> {
    const handle = this.opened();
    try {
      await handle.writeFile(piece);
    } catch (error) {
      throw writeError(error, this.file);
    }
  }

  async commit(): Promise<void> {
    await this.publish(publishFile);
  }

  /** Commits unless the file is there; false when it is. */
  async commitNew(): Promise<boolean> {
    return this.publish(publishNewFile);
  }

  private async publish<T>(move: (temporary: string, file: string) => Promise<T>): Promise<T> {
    const handle = this.opened();
    this.handle = undefined;
    try {
      await handle.close();
      return await move(this.temporary, this.file);
    } catch (error) {
      throw writeError(error, this.file);
    } finally {
      await rm(this.temporary, { force: true });
    }
  }

  async abort(): Promise<void> {
    const { handle } = this;
    if (!handle) return;
    this.handle = undefined;
    // A disk that is full may refuse the last bytes; they are not wanted any more.
    await handle.close().catch(() => undefined);
    await rm(this.temporary, { force: true });
  }

  private opened(): FileHandle {
    if (this.handle) return this.handle;
    throw new Error(`the writer of ${this.file} was committed or aborted already`);
  }
}

/** Writes a file whole under a name that nobody has; false when somebody has it. */
async function writeNewFile(file: string, content: Uint8Array | string): Promise<boolean> {
  const writer = await FileWriter.open(file);
  try {
    await writer.write(content);
    return await writer.commitNew();
  } finally {
    await writer.abort();
  }
}

async function readRange(file: string, { start, length }: ByteRange): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - start)));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await handle.close();
  }
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

/** Files looked at together, for their sizes. */
const LOOKED_AT = 64;

/** Objects below `folder` (a relative path, or '') whose keys start with `prefix`. */
async function* listFolder(root: string, prefix: string, folder = ''): AsyncGenerator<ObjectInfo> {
  const entries = await entriesOf(join(root, folder));
  const keys = entries.map((name) => (folder ? `${folder}/${name}` : name));
  // A folder may hold such keys when it lies below the prefix, or the prefix below it.
  const wanted = keys.filter((key) => key.startsWith(prefix) || prefix.startsWith(`${key}/`));
  const files: ObjectInfo[] = [];
  const folders: string[] = [];
  for (let at = 0; at < wanted.length; at += LOOKED_AT) {
    const group = wanted.slice(at, at + LOOKED_AT);
    const found = await Promise.all(group.map((key) => statOf(join(root, key))));
    group.forEach((key, i) => {
      if (found[i]?.isDirectory()) folders.push(key);
      else if (found[i]?.isFile() && key.startsWith(prefix) && !key.endsWith(TEMPORARY_ENDING))
        files.push({ key, bytes: found[i].size });
    });
  }
  // What lies in a folder `a` comes where `a/` belongs: behind `a.json`, before `ab`.
  const sorted = [
    ...files.map((file) => ({ place: Buffer.from(file.key), file, key: file.key })),
    ...folders.map((key) => ({ place: Buffer.from(`${key}/`), file: undefined, key })),
  ].sort((a, b) => Buffer.compare(a.place, b.place));
  for (const { file, key } of sorted) {
    if (file) yield file;
    else yield* listFolder(root, prefix, key);
  }
}

async function entriesOf(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** What stands at a path, links followed; undefined when there is nothing, or a link to nothing. */
async function statOf(path: string): Promise<Stats | undefined> {
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
