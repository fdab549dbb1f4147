import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  chmodSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemFailure } from '../core/errno';
import { fromSystemError, TrmError, UserError } from '../core/errors';

/** Settings of {@link replaceContent}. */
export interface ReplaceOptions {
  /** Write although the file's permissions say no; they are as before afterwards. Default false. */
  overwriteReadOnly?: boolean;
}

/**
 * Replaces a file's content where it stands, as black and ruff do: owner, group, permissions (setuid too), access lists,
 * extended attributes and hard links stay, and symbolic links are followed. Before that the file is compared with what
 * was read: a line that an editor saved meanwhile is not lost. While it is written its old content lies beside it (in
 * the system's temporary folder where that folder is closed to us); a write that fails is undone. All of it happens in
 * one turn, so no signal handler ever sees half of it.
 * @param before the bytes that were read
 * @throws UserError when the file is read-only, has changed, has gone, or cannot be written to; nothing is written then
 * @throws TrmError when a failed write could not be undone: the message names the copy
 */
export function replaceContent(
  name: string,
  before: Uint8Array,
  after: Uint8Array,
  { overwriteReadOnly = false }: ReplaceOptions = {},
): void {
  try {
    const path = realpathSync(name);
    const { mode } = statSync(path);
    if (!isWritable(path, mode)) {
      if (!overwriteReadOnly) throw readOnly(name);
      // Two steps, because opening asks for the permission: it is taken back as soon as the file is open.
      chmodSync(path, (mode & 0o7777) | 0o200);
    }
    writeOver(path, name, mode & 0o7777, before, after);
  } catch (error) {
    throw fromSystemError(error, 'write', name);
  }
}

/** Root may write everything: what the owner may not, nobody should without being asked. */
function isWritable(path: string, mode: number): boolean {
  if ((mode & 0o222) === 0) return false;
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    // A read-only file system is no question of permissions: opening the file will say so.
    return systemFailure(error)?.code === 'EROFS';
  }
}

function readOnly(name: string): UserError {
  return new UserError(
    `${name} is read-only: nothing was written`,
    'make it writable (chmod u+w), or give --overwrite-read-only',
  );
}

function writeOver(path: string, name: string, mode: number, before: Uint8Array, after: Uint8Array): void {
  let fd: number;
  try {
    fd = openSync(path, 'r+');
  } finally {
    if ((statSync(path).mode & 0o7777) !== mode) chmodSync(path, mode);
  }
  try {
    if (Buffer.compare(readFileSync(fd), before) !== 0) throw changed(name);
    const copy = keepCopy(path, before);
    try {
      writeAll(fd, after);
    } catch (error) {
      undo(fd, before, copy, name);
      throw error;
    }
    rmSync(copy, { force: true });
    // Without the right to do so the kernel takes setuid and setgid from a file that is written to.
    if ((fstatSync(fd).mode & 0o7777) !== mode) fchmodSync(fd, mode);
    // An editor that saves by renaming put another file there: that one stands, ours went to the one it replaced.
    if (statSync(path).ino !== fstatSync(fd).ino) throw changed(name);
  } finally {
    closeSync(fd);
  }
}

function changed(name: string): UserError {
  return new UserError(
    `${name} has changed since it was read: nothing was written`,
    'another program saved it meanwhile; run the same command again',
  );
}

/** The old content beside the file, or in the system's temporary folder where that folder is closed to us. */
function keepCopy(path: string, before: Uint8Array): string {
  const name = `.trm-fix-${randomBytes(6).toString('hex')}.bak`;
  try {
    return writeCopy(join(dirname(path), name), before);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemFailure(error)?.code ?? '')) throw error;
    return writeCopy(join(tmpdir(), name), before);
  }
}

function writeCopy(copy: string, before: Uint8Array): string {
  try {
    writeFileSync(copy, before, { flag: 'wx', mode: 0o600, flush: true });
    return copy;
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  }
}

/** Writes over the old bytes and cuts afterwards: what the file held keeps its room on the disk until then. */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, at);
  ftruncateSync(fd, bytes.length);
  fsyncSync(fd);
}

function undo(fd: number, before: Uint8Array, copy: string, name: string): void {
  try {
    writeAll(fd, before);
  } catch (error) {
    throw new TrmError(
      `${name} could not be written, nor brought back: its content is in ${copy}`,
      `copy it back: cp ${copy} ${name}`,
      { cause: error },
    );
  }
  rmSync(copy, { force: true });
}
