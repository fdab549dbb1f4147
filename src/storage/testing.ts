/** Helpers of tests; nothing else imports this file. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The error an action ends with. @throws Error when it ends without one */
export async function rejection(action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`expected an Error to be thrown, got the ${typeof error} ${String(error)}`);
  }
  throw new Error('expected an error, the action ended without one');
}

/** Runs `use` with a folder of its own, removed afterwards. */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-test-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything an async or plain iterable yields. */
export async function collectAll<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** True where this user may mount a file system: only with a small one is a full disk a real one. */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'trm-mount-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status !== 0) return false;
    spawnSync('umount', [folder]);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `use` with a file system of so many KiB; for tests that {@link mayMount} lets run. */
export async function withSmallDisk<T>(kibibytes: number, use: (disk: string) => Promise<T>): Promise<T> {
  return withTemporaryFolder(async (disk) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', disk]);
    if (mounted.status !== 0)
      throw new Error(`cannot mount a file system at ${disk}: ${String(mounted.stderr)}`);
    try {
      return await use(disk);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
}
