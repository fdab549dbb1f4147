import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * All processes that stem from one, found by a mark in the environment that they inherit. Neither process groups nor
 * parents find them: kernels and trainings have sessions of their own, and whose parent is killed is handed to init.
 * Linux only; elsewhere a tree looks empty.
 */

/** Variable with the marks of all trees that a process belongs to, the outermost first, separated by blanks. */
const VARIABLE = 'TRM_PROCESS_TREES';

/** A new mark, and the environment for the processes of its tree. */
export function newProcessTree(env: NodeJS.ProcessEnv = process.env): {
  mark: string;
  env: Record<string, string>;
} {
  const mark = randomBytes(12).toString('hex');
  return { mark, env: { [VARIABLE]: [env[VARIABLE], mark].filter(Boolean).join(' ') } };
}

/** Ids of the living processes that carry a mark, this process left out. */
export function processesOf(mark: string): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && carries(name, mark))
    .map(Number);
}

function carries(pid: string, mark: string): boolean {
  try {
    // Of a process that has ended and is not yet waited for, it is empty.
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
  } catch {
    // It has just ended, or belongs to somebody else.
    return false;
  }
}

/** Sends a signal to every process of a tree; returns how many there were. */
export function signalTree(mark: string, signal: NodeJS.Signals): number {
  const pids = processesOf(mark);
  for (const pid of pids)
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended.
    }
  return pids.length;
}

/** Kills a tree, those that its processes start meanwhile included. */
export async function killTree(mark: string): Promise<void> {
  while (signalTree(mark, 'SIGKILL') > 0) await sleep(10);
}

/** Seconds that a tree has to end by itself after its root is gone. */
const GRACE_SECONDS = 1.2;

/**
 * Waits for the end of its standard input, which comes with the end of the guarded process however that ends. What is
 * left of the tree is then asked to stop (a training writes its checkpoint), and killed after the grace.
 */
const GUARD = `
while read -r line; do :; done
each() {
  found=1
  for file in /proc/[0-9]*/environ; do
    if grep -aq "$1" "$file" 2>/dev/null; then
      pid=\${file#/proc/}; kill -"$2" "\${pid%/environ}" 2>/dev/null; found=0
    fi
  done
  return $found
}
each "$1" TERM || exit 0
for look in 1 2 3 4 5 6; do sleep "$2"; each "$1" 0 || exit 0; done
while each "$1" KILL; do sleep 0.05; done
`;

/**
 * Makes this process the root of a tree whose members do not outlive it by more than two seconds, though it is killed
 * with `kill -9`: a small shell waits for its end and sweeps up. Processes started from now on belong to the tree.
 * @returns the tree's mark
 */
export function guardProcessTree(): string {
  const { mark, env } = newProcessTree();
  // Not of the tree itself, and in a session of its own: no signal of the terminal reaches it.
  const guard = spawn('sh', ['-c', GUARD, 'trm-guard', mark, String(GRACE_SECONDS / 6)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { PATH: process.env.PATH },
    cwd: '/',
  });
  // Without a shell nothing is swept up; all else is as it was.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  guard.unref();
  Object.assign(process.env, env);
  return mark;
}
