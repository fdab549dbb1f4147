import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeSync,
} from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { TrmError, UserError } from '../../core/errors';
import { isProcessAlive } from '../../core/processes/process-alive';

const lockSchema = z.strictObject({
  pid: z.int().positive(),
  host: z.string(),
  /** Start of the process in clock ticks since boot, so that a reused pid is not taken for the holder; null off Linux. */
  processStart: z.string().nullable(),
  /** The running kernel: containers of one machine share it. Null off Linux. */
  boot: z.string().nullable().default(null),
  /** Where the pid counts: containers have their own. Null off Linux. */
  pidNamespace: z.string().nullable().default(null),
  /** ISO 8601, UTC. */
  since: z.string(),
  /** Tells two locks of one process apart. */
  token: z.string(),
});

/** Who works in a folder. */
export type LockHolder = z.infer<typeof lockSchema>;

const FILE = 'lock.json';

/** A look by `flock -s` holds a lock for a moment: that is no reason to be refused. */
const TRIES = 3;
const RETRY_MS = 40;

/**
 * Takes a folder for this process: one process works in a stage or run folder at a time.
 *
 * The lock is the operating system's, on the open file `lock.json`, taken by util-linux' `flock` on a descriptor that it
 * inherits and this process keeps. The kernel gives it back when the process ends, however it ends; no time and no process id
 * decides, so a suspended laptop, a trainer that answers no timer for minutes, and a reused id are no matter. What
 * the file holds is for people, and for machines that do not share this one's locks.
 * @returns a function that gives the folder back
 * @throws UserError when somebody else holds it; TrmError when the file system knows no locks
 */
export async function lockFolder(folder: string, what: string): Promise<() => Promise<void>> {
  const path = join(folder, FILE);
  for (let attempt = 1; ; attempt++) {
    // Each time: the last holder may have removed the folder.
    await mkdir(folder, { recursive: true });
    const file = openLock(path);
    try {
      if ((await flock(file, path, 'exclusive')) && isStillThere(file, path))
        return await hold(file, folder, what);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    closeSync(file);
    if (attempt < TRIES) await new Promise((wake) => setTimeout(wake, RETRY_MS));
    else throw busy(what, await readHolder(folder), path);
  }
}

function openLock(path: string): number {
  try {
    return openSync(path, 'a+');
  } catch (error) {
    throw new UserError(
      `${path} cannot be opened: ${(error as Error).message}`,
      'expected a file in a folder that this user may write to',
      { cause: error },
    );
  }
}

/** Writes who holds the locked file. */
async function hold(file: number, folder: string, what: string): Promise<() => Promise<void>> {
  const path = join(folder, FILE);
  const before = await readHolder(folder);
  // Locks of another machine's kernel need not reach this one: what its process wrote stands until somebody removes it.
  if (before && isElsewhere(before)) throw busy(what, before, path);
  const holder: LockHolder = {
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid),
    boot: bootId(),
    pidNamespace: pidNamespace(),
    since: new Date().toISOString(),
    token: randomBytes(8).toString('hex'),
  };
  ftruncateSync(file);
  writeSync(file, `${JSON.stringify(holder)}\n`);
  let held = true;
  return async () => {
    if (!held) return;
    held = false;
    // While it is still locked: whoever opened it meanwhile sees that it is no longer the one at this path.
    if ((await readHolder(folder))?.token === holder.token) await rm(path, { force: true });
    closeSync(file);
  };
}

/** The living process that works in a folder, or undefined. */
export async function lockHolder(folder: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(folder);
  return holder && (await isAlive(holder, join(folder, FILE))) ? holder : undefined;
}

/** True while the process that took the lock lives. Processes of other machines count as alive. */
async function isAlive(holder: LockHolder, path: string): Promise<boolean> {
  if (isElsewhere(holder)) return true;
  if (holder.boot !== bootId()) return false;
  if (holder.pidNamespace !== pidNamespace()) return isLocked(path);
  if (!isProcessAlive(holder.pid)) return false;
  const start = processStart(holder.pid);
  return start === null || holder.processStart === null || start === holder.processStart;
}

/** Whether a process of another container holds the file: its id says nothing here, its lock does. */
async function isLocked(path: string): Promise<boolean> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    return !(await flock(file, path, 'shared'));
  } finally {
    closeSync(file);
  }
}

/** A holder on a machine whose locks this one may not see: another host, and not merely a container of this one. */
function isElsewhere({ host, boot }: LockHolder): boolean {
  return host !== hostname() && (boot === null || boot !== bootId());
}

/**
 * Takes the lock of an open file, or says that somebody has it. It belongs to the open file, not to the program that
 * asked for it: it lasts until this process closes the file or ends.
 */
function flock(file: number, path: string, mode: 'exclusive' | 'shared'): Promise<boolean> {
  const problem = (why: string): TrmError =>
    new TrmError(
      `${path} cannot be locked: ${why}`,
      'expected the program `flock` (Debian package util-linux) and a file system with locks; set TRM_WORK_DIR and TRM_RUNS_DIR to folders on one',
    );
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-n', mode === 'shared' ? '-s' : '-x', '3'], {
      stdio: ['ignore', 'ignore', 'pipe', file],
      // Ctrl-C in the terminal must not be taken for a refusal.
      detached: true,
    });
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    child.once('error', (error) => reject(problem(error.message)));
    child.once('close', (code, signal) => {
      if (code === 0 || code === 1) resolve(code === 0);
      else reject(problem(said.trim() || `flock ended with ${signal ?? `code ${code}`}`));
    });
  });
}

/** False when the file was removed (by its last holder) between opening and locking it. */
function isStillThere(file: number, path: string): boolean {
  const [mine, there] = [fstatSync(file), statSync(path, { throwIfNoEntry: false })];
  return there !== undefined && mine.ino === there.ino && mine.dev === there.dev;
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
    // Cut short by a crash between creating and writing: nobody is named.
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat; the process name before it may hold blanks and brackets. Null for a zombie: it is gone. */
function processStart(pid: number): string | null {
  const stat = readProc(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? `zombie` : fields[19];
}

const bootId = (): string | null =>
  readProc(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());

const pidNamespace = (): string | null => readProc(() => readlinkSync('/proc/self/ns/pid'));

function readProc(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function busy(what: string, holder: LockHolder | undefined, path: string): UserError {
  const who = holder ? ` by process ${holder.pid} on ${holder.host} since ${holder.since}` : '';
  return new UserError(
    `${what} is being worked on${who}`,
    holder && isElsewhere(holder)
      ? `wait until it has ended; if that machine is gone, delete ${path} and run the same command again`
      : 'wait until it has ended, or stop that process (kill <pid>), then run the same command again',
  );
}
