/** Processes that a bench sets against each other; see our-side.ts and ../torch-peer.py for what they answer. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TrmError } from '../../src/core/errors';
import { projectRoot } from '../../src/core/paths';
import type { SideRequest } from './our-side';

/** A process that answers one request at a time. */
export interface Side {
  /** "TensorFlow 2.21.0", "PyTorch 2.15.0". */
  engine: string;
  threads: number;
  /** Units that multiply bf16, where the side says so. */
  bf16?: string | null;
  ask<T>(request: SideRequest): Promise<T>;
  /** Ends the process. */
  close(): void;
}

/** Starts our side. */
export function startOurs(): Promise<Side> {
  return startSide(process.execPath, [join(__dirname, 'our-side.js')]);
}

/**
 * Python with PyTorch: `TRM_PEER_PYTHON`, else the venv that `make bench-peer` makes.
 * @returns undefined when there is none
 */
export function peerPython(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const venv = join(projectRoot(), '.venv-bench', 'bin', 'python');
  return env.TRM_PEER_PYTHON || (existsSync(venv) ? venv : undefined);
}

/** Starts the PyTorch side with as many threads as ours uses. */
export function startPeer(python: string, threads: number): Promise<Side> {
  const env = { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) };
  return startSide(python, [join(projectRoot(), 'bench', 'torch-peer.py'), String(threads)], env);
}

/** @throws TrmError when the process does not start, or ends before it has answered */
async function startSide(file: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Side> {
  const { ask, close } = startLines(file, args, env);
  const about = await ask<{ engine: string; threads: number; bf16?: string | null }>({ do: 'hello' });
  return { ...about, ask, close };
}

/** A process that answers each line of JSON with one. `ask` throws TrmError when it ends before it has answered. */
export function startLines(
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): { ask: <T>(request: object) => Promise<T>; close: () => void } {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new TrmError(`${file} ${args[0]} ended (${signal ?? code}) without an answer`)),
    );
  });
  // Ending after the last answer is no error.
  ended.catch(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <T>(request: object): Promise<T> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await Promise.race([lines.next(), ended]);
    if (line.done) throw await ended.catch((error: unknown) => error);
    return JSON.parse(line.value) as T;
  };
  return { ask, close: () => void child.kill() };
}
