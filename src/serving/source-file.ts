import { createReadStream, fstatSync, type Stats } from 'node:fs';
import { readFile, stat, statfs } from 'node:fs/promises';
import { unlessAborted } from '../core/processes/breathe';
import { fromSystemError, TrmError, UserError } from '../core/errors';

/** Name of standard input in file lists and messages. */
export const STDIN = '-';

/** Source files above this are refused: a program of this size is data, and its tokens would take gigabytes. */
export const MAX_SOURCE_BYTES = 64 * 2 ** 20;

/** A file's bytes, and whether they can be written back. */
export interface SourceFile {
  bytes: Buffer;
  /** Why nothing can be written back (a pipe, a file of the kernel); null for ordinary files. */
  readOnlyBecause: string | null;
}

/** Pipes that a shell opened for us: `<(...)` and redirections. A pipe of the file system could wait for ever. */
const OPEN_DESCRIPTOR = /^\/(dev\/(stdin|fd\/\d+)|proc\/(self|thread-self|\d+)\/fd\/\d+)$/;

/**
 * Reads a source file, or standard input when its name is `-`.
 * @throws UserError when it is not there, may not be read, is no file (a folder, a device, a named pipe) or is larger
 *   than {@link MAX_SOURCE_BYTES}; InterruptedError when the signal is aborted, also while a pipe is waited for
 */
export async function readSourceFile(name: string, signal?: AbortSignal): Promise<SourceFile> {
  if (name === STDIN)
    return { bytes: await unlessAborted(readStandardInput(), signal, 'the repair'), readOnlyBecause: null };
  if (name === '')
    throw new UserError('expected a file name, got an empty one', 'name a Python file, or "-"');
  const info = await stat(name).catch((error: unknown) => {
    throw unreadable(error, name);
  });
  const openPipe = info.isFIFO() && OPEN_DESCRIPTOR.test(name);
  if (!info.isFile() && !openPipe) throw notAFile(name, info);
  if (info.size > MAX_SOURCE_BYTES) throw tooLarge(name);
  if (!openPipe && info.size === 0 && (await isOfKernel(name)))
    throw new UserError(`expected a Python file, ${name} is a file of the kernel`, 'name an ordinary file');
  if (openPipe)
    return {
      bytes: await unlessAborted(readAll(createReadStream(name), name), signal, 'the repair'),
      readOnlyBecause: 'it is a pipe',
    };
  const bytes = await readFile(name).catch((error: unknown) => {
    throw unreadable(error, name);
  });
  // What has content but no size is made up as it is read, by a file system that is not listed below.
  const ordinary = info.size > 0 || bytes.length === 0;
  return { bytes, readOnlyBecause: ordinary ? null : 'it is no ordinary file: it has content but no size' };
}

/** Types of file systems whose files are questions to the kernel, and some never answer: proc, sysfs, debugfs, tracefs, cgroup. */
const KERNEL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x9fa0, 0x62656572, 0x64626720, 0x74726163, 0x63677270, 0x27e0eb,
]);

async function isOfKernel(name: string): Promise<boolean> {
  const { type } = await statfs(name).catch(() => ({ type: 0 }));
  return KERNEL_FILE_SYSTEMS.has(type);
}

async function readStandardInput(): Promise<Buffer> {
  if (process.stdin.readableEnded)
    throw new UserError('expected standard input once, got "-" twice', 'name "-" only once');
  // Node reads nothing from a folder, and says nothing.
  if (fstatSync(0).isDirectory())
    throw new UserError('expected Python code on standard input, got a folder', 'trm fix - < file.py');
  return readAll(process.stdin, 'standard input');
}

async function readAll(stream: AsyncIterable<unknown>, name: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of stream) {
      parts.push(part as Buffer);
      size += (part as Buffer).length;
      if (size > MAX_SOURCE_BYTES) throw tooLarge(name);
    }
  } catch (error) {
    throw unreadable(error, name);
  }
  return Buffer.concat(parts);
}

function unreadable(error: unknown, name: string): unknown {
  const known = fromSystemError(error, 'read', name);
  if (!(known instanceof TrmError) || known === error || !name.includes('\ufffd')) return known;
  return new UserError(known.message, 'a name that is not UTF-8 cannot be given: use "-" with < the file');
}

function tooLarge(name: string): UserError {
  return new UserError(
    `expected a Python file of at most ${MAX_SOURCE_BYTES / 2 ** 20} MiB, ${name} is larger`,
    'leave it out: it holds data rather than code',
  );
}

function notAFile(name: string, info: Stats): UserError {
  if (info.isDirectory())
    return new UserError(`expected a Python file, ${name} is a folder`, `name its files: ${name}/*.py`);
  const kind = info.isFIFO() ? 'a named pipe' : info.isSocket() ? 'a socket' : 'a device';
  return new UserError(
    `expected a Python file, ${name} is ${kind}`,
    `read it as standard input: trm fix - < ${name}`,
  );
}
