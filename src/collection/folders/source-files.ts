import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isUtf8 } from 'node:buffer';
import type { Drop } from './python-file';

/** Something below a folder: a regular file, or what is left out of it as a whole. */
export interface FoundEntry {
  /** With `/`; a folder ends in one. */
  path: string;
  /** Why it is left out; undefined for a file that can be tried. */
  drop?: Drop;
}

/**
 * Errors that speak of one entry. All others (no memory, no free file handles) speak of the machine and are thrown on.
 */
const OF_ONE_ENTRY = new Set(
  'EACCES EPERM ENOENT ENOTDIR EISDIR ELOOP ENAMETOOLONG EIO ESTALE ENXIO ENODEV EINVAL ETIMEDOUT EBUSY'.split(
    ' ',
  ),
);

/** A drop for an error that speaks of one entry. @throws the error itself when it does not */
export function dropOf(error: unknown, reason: Drop['reason'] = 'unreadable'): Drop {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !OF_ONE_ENTRY.has(code)) throw error;
  return { reason, detail: code };
}

/**
 * Everything below a folder, in no certain order. Links are not followed, so loops do not matter. A folder that cannot be
 * listed and an entry of another kind are found with a drop.
 * @param enter says of a folder (path with a closing `/`) whether to go on below: true, false (it does not count at all) or why not
 * @throws when the folder itself cannot be listed
 */
export async function* entriesBelow(
  root: string,
  enter: (path: string, name: string) => true | false | Drop,
): AsyncGenerator<FoundEntry> {
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    let entries;
    try {
      entries = await readdir(join(root, folder), { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      if (folder === '') throw error;
      yield { path: folder, drop: dropOf(error) };
      continue;
    }
    for (const entry of entries) {
      const name = entry.name.toString('utf8');
      const path = `${folder}${name}${entry.isDirectory() ? '/' : ''}`;
      const enters = entry.isDirectory() ? enter(path, name) : true;
      if (enters === false) continue;
      if (enters !== true) yield { path, drop: enters };
      // Decoded names of other bytes lead nowhere, or to another file.
      else if (!isUtf8(entry.name)) yield { path, drop: { reason: 'name_not_utf8', detail: null } };
      else if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) yield { path };
      else yield { path, drop: { reason: 'no_regular_file', detail: kindOf(entry) } };
    }
  }
}

function kindOf(entry: { isSymbolicLink(): boolean; isFIFO(): boolean; isSocket(): boolean }): string {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFIFO()) return 'pipe';
  return entry.isSocket() ? 'socket' : 'device';
}

/**
 * Bytes of a regular file of at most `maxBytes`: its size is looked at before it is read. A pipe is never waited for.
 */
export async function readSmallFile(path: string, maxBytes: number): Promise<Uint8Array | Drop> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await file.stat();
    if (!facts.isFile()) return { reason: 'no_regular_file', detail: facts.isDirectory() ? 'folder' : null };
    if (facts.size > maxBytes) return { reason: 'too_large', detail: `${facts.size} bytes` };
    // A byte more than it has tells a file that grows while it is read.
    const bytes = Buffer.alloc(facts.size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = (await file.read(bytes, length, bytes.length - length)).bytesRead;
    if (length > facts.size) return { reason: 'unreadable', detail: 'it grew while it was read' };
    return bytes.subarray(0, length);
  } catch (error) {
    return dropOf(error);
  } finally {
    await file?.close();
  }
}
