import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { systemFailure } from './errno';
import { DataError, fromSystemError } from './errors';

/** Ending of files that are still being written. */
export const TEMPORARY_ENDING = '.tmp';

/**
 * The error to throw when writing `path` failed: what the system refused is said in words (see {@link fromSystemError}),
 * any other error stays as it is.
 */
export function writeError(error: unknown, path: string): unknown {
  const failure = systemFailure(error);
  if (failure?.kind !== 'room') return fromSystemError(error, 'write', path);
  return new DataError(
    `no room to write ${path} (${(error as Error).message})`,
    'free some disk space and run the same command again; what was there before is untouched',
    { cause: error },
  );
}

/**
 * Runs `write` on a temporary name beside `path`, then flushes and renames it into place: readers see the old
 * file or the whole new one, never a part. The temporary file is removed when `write` throws.
 * @throws DataError when the disk is full, UserError when the place cannot be written to
 */
export async function withAtomicFile<T>(
  path: string,
  write: (temporaryPath: string) => Promise<T>,
): Promise<T> {
  const temporary = temporaryName(path);
  try {
    await makeFolder(dirname(path));
    const result = await write(temporary);
    await publishFile(temporary, path);
    return result;
  } catch (error) {
    // A temporary file that cannot even be named (a folder that is a file, a long name) is none to remove.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(error, path);
  }
}

/** A name beside `path` that nobody else has; a name near the file system's limit (255 bytes) is cut. */
export function temporaryName(path: string): string {
  const mark = `.${process.pid}.${randomBytes(4).toString('hex')}${TEMPORARY_ENDING}`;
  const name = basename(path);
  return join(dirname(path), (Buffer.byteLength(name) > 200 ? name.slice(0, 40) : name) + mark);
}

/**
 * Makes a folder and those above it; one that is there is fine. Node's own `mkdir` with `recursive` never returns where the
 * system says that a folder is missing although its parent is there (`/proc/x`): it tries for ever, deaf to signals.
 * @throws UserError when it cannot be made, DataError when the disk is full
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeFolders(resolve(path));
  } catch (error) {
    throw fromSystemError(error, 'make the folder', path);
  }
}

async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = systemFailure(error)?.code;
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeFolders(dirname(path));
      await mkdir(path).catch(acceptFolder(path));
    } else await acceptFolder(path)(error);
  }
}

/** Passes over an error when the folder is there: another process made it, or the system refuses for another reason first. */
function acceptFolder(path: string): (error: unknown) => Promise<void> {
  return async (error) => {
    const there = await stat(path).catch(() => undefined);
    if (!there?.isDirectory()) throw error;
  };
}

/** Renames a file that is written into place, so that its bytes and its name outlive a power-off. */
export async function publishFile(temporary: string, path: string): Promise<void> {
  await flush(temporary);
  await rename(temporary, path);
  await flush(dirname(path));
}

/**
 * As {@link publishFile}, unless the name is taken: of several who try at once, one gets it.
 * @returns false when it is taken; the temporary file stays in either case
 */
export async function publishNewFile(temporary: string, path: string): Promise<boolean> {
  await flush(temporary);
  try {
    await link(temporary, path);
  } catch (error) {
    if (systemFailure(error)?.code === 'EEXIST') return false;
    throw error;
  }
  await flush(dirname(path));
  return true;
}

/** Hands a file's bytes, or a folder's names, to the disk. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Removes the temporary files below a folder that nobody else writes to: those of a process that was killed. */
export async function removeTemporaries(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.name.endsWith(TEMPORARY_ENDING))
      await rm(join(entry.parentPath, entry.name), { force: true });
}

/** Writes a whole file atomically (see {@link withAtomicFile}). */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await withAtomicFile(path, async (temporary) => {
    const handle = await open(temporary, 'wx');
    await handle.writeFile(data).finally(() => handle.close());
  });
}

/** Writes indented JSON with a final newline, atomically. */
export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Reads and validates a JSON file.
 * @throws DataError when the file is missing, is not JSON, or does not fit the schema (all issues named)
 */
export async function readJson<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new DataError(
      `expected a readable file at ${path}: ${systemFailure(error, 'read', path)?.message ?? (error as Error).message}`,
      'check the path, or run the stage that makes it',
      { cause: error },
    );
  }
  return parseJson(text, schema, path);
}

/** Parses and validates JSON text; `label` names its origin in error messages. @throws DataError */
export function parseJson<S extends z.ZodType>(text: string, schema: S, label: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(
      `${label} is not valid JSON: ${(error as Error).message}`,
      'the file may be cut short; make it again',
      { cause: error },
    );
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issues = result.error.issues.map(
      (issue) => `${issue.path.join('.') || '(top level)'}: ${issue.message}`,
    );
    throw new DataError(
      `${label} does not have the expected form: ${issues.join('; ')}`,
      'it may come from another version; make it again',
    );
  }
  return result.data;
}
