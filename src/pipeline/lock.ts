import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hostname } from 'node:os';
import { z } from 'zod';
import { UserError } from '../core/errors';
import { isProcessAlive } from '../core/process-alive';

const lockSchema = z.strictObject({
  pid: z.int().positive(),
  host: z.string(),
  /** Start of the process in clock ticks since boot, so that a reused pid is not taken for the holder; null off Linux. */
  processStart: z.string().nullable(),
  /** ISO 8601, UTC. */
  since: z.string(),
  /** Tells two locks of one process apart. */
  token: z.string(),
});

/** Who works in a folder. */
export type LockHolder = z.infer<typeof lockSchema>;

const FILE = 'lock.json';

/**
 * Takes a folder for this process: one process works in a stage or run folder at a time. A lock whose process is gone
 * (crash, kill -9, power-off) is taken over.
 * @returns a function that gives the folder back
 * @throws UserError when a living process holds it
 */
export async function lockFolder(folder: string, what: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const holder: LockHolder = {
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid),
    since: new Date().toISOString(),
    token: randomBytes(8).toString('hex'),
  };
  const path = join(folder, FILE);
  // Two tries: the second one after a dead holder's file was removed.
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(path, 'wx');
      await handle.writeFile(`${JSON.stringify(holder)}\n`).finally(() => handle.close());
      return async () => {
        if ((await readHolder(folder))?.token === holder.token) await rm(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const other = await lockHolder(folder);
      if (other) throw busy(what, other, path);
      await rm(path, { force: true });
    }
  }
  throw busy(what, await lockHolder(folder), path);
}

/** The living process that works in a folder, or undefined. */
export async function lockHolder(folder: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(folder);
  return holder && isAlive(holder) ? holder : undefined;
}

/** True while the process that took the lock lives. Processes of other machines count as alive. */
function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  if (!isProcessAlive(holder.pid)) return false;
  const start = processStart(holder.pid);
  return start === null || holder.processStart === null || start === holder.processStart;
}

async function readHolder(folder: string): Promise<LockHolder | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, FILE), 'utf8');
  } catch {
    return undefined;
  }
  try {
    return lockSchema.parse(JSON.parse(text));
  } catch {
    // Cut short by a crash between creating and writing: nobody holds it.
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat; the process name before it may hold blanks and brackets. Null for a zombie: it is gone. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? `zombie` : fields[19];
  } catch {
    return null;
  }
}

function busy(what: string, holder: LockHolder | undefined, path: string): UserError {
  const who = holder ? ` by process ${holder.pid} on ${holder.host} since ${holder.since}` : '';
  return new UserError(
    `${what} is being worked on${who}`,
    holder && holder.host !== hostname()
      ? `wait until it has ended; if that machine or container is gone, delete ${path} and run the same command again`
      : 'wait until it has ended, or stop that process (kill <pid>), then run the same command again',
  );
}
