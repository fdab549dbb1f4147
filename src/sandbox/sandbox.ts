import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { interrupted, throwIfAborted, UserError } from '../core/errors';
import { killTree, newProcessTree } from '../core/processes/process-tree';
import { wrapCommand } from './bubblewrap';
import { sandboxLimitsSchema, type SandboxLimits } from './limits';

/** What to run in a sandbox. */
export interface SandboxRequest {
  /** Program and arguments, without a shell. */
  command: readonly string[];
  /** See {@link sandboxLimitsSchema} for the defaults. */
  limits?: Partial<SandboxLimits>;
  /** Host path -> path inside, read-only. The system's own programs are there already. Without isolation it is not used. */
  readOnly?: ReadonlyMap<string, string>;
  /** Environment inside, added to a `PATH` of the system's folders. Nothing of the caller's environment is there. */
  env?: Readonly<Record<string, string>>;
  /** Text for standard input. Default: none. */
  input?: string;
  /** Aborted: the program is killed. */
  signal?: AbortSignal;
}

/** How a program in a sandbox ended. */
export interface SandboxResult {
  /** Null when it was killed. 128 + n where a signal n ended the program inside. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Why this side killed it: too much time or output. Null when it ended by itself. */
  killed: 'time' | 'output' | null;
  /** Wall seconds. */
  seconds: number;
}

/** Runs programs that nobody trusts. */
export interface Sandbox {
  /** `none` only where it was asked for by name. */
  isolation: 'bubblewrap' | 'none';
  /** @throws InterruptedError when the signal is aborted */
  run: (request: SandboxRequest) => Promise<SandboxResult>;
}

/** Settings of {@link openSandbox}. */
export interface OpenSandboxOptions {
  /** True: run without isolation, whatever is installed. Time and output stay limited. Default false. */
  unsafe?: boolean;
  /** Folders that are searched for `bwrap`. Default: those of `PATH`. */
  path?: string;
}

/** User ids for the sandboxes of a root, one after the other: far from those that systems give to people. */
const FIRST_UID = 2_000_000_000;
const UIDS = 100_000;

const HOW =
  'install bubblewrap (apt-get install bubblewrap), or pass --unsafe-no-sandbox to run it unprotected';

/**
 * Opens the sandbox of this machine, and tries it once.
 * @throws UserError where no isolation can be had and `unsafe` was not asked for
 */
export async function openSandbox({ unsafe = false, path }: OpenSandboxOptions = {}): Promise<Sandbox> {
  if (unsafe) return { isolation: 'none', run: runUnprotected };
  const bwrap = findProgram('bwrap', path ?? process.env.PATH ?? '');
  if (bwrap === undefined)
    throw new UserError('code is not run without a sandbox, and bubblewrap (bwrap) is not installed', HOW);
  const isRoot = process.getuid?.() === 0;
  let used = process.pid % UIDS;
  const run = (request: SandboxRequest): Promise<SandboxResult> => {
    const limits = sandboxLimitsSchema.parse(request.limits ?? {});
    const uid = isRoot ? FIRST_UID + (used = (used + 1) % UIDS) : null;
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp', LANG: 'C.UTF-8', ...request.env };
    const { command, readOnly = new Map<string, string>() } = request;
    const wrapped = wrapCommand({ command, limits, readOnly, env, uid, bwrap });
    return runLimited(wrapped, '/', {}, limits, request);
  };
  const probe = await run({ command: ['true'], limits: { wallSeconds: 30 } });
  if (probe.exitCode !== 0)
    throw new UserError(
      `code is not run without a sandbox, and bubblewrap does not work here: ${probe.stderr.trim() || 'no reason given'}`,
      'allow user namespaces, or pass --unsafe-no-sandbox to run it unprotected',
    );
  return { isolation: 'bubblewrap', run };
}

/** Path of a program in the folders of a `PATH`, or undefined. */
export function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        // Not here: the next folder may have it.
        return false;
      }
    });
}

/** Runs in a new folder that is removed afterwards; nothing keeps the program from leaving it. */
async function runUnprotected(request: SandboxRequest): Promise<SandboxResult> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-unsafe-'));
  const tree = newProcessTree();
  try {
    const { PATH = '/usr/local/bin:/usr/bin:/bin' } = process.env;
    const env = { PATH, HOME: folder, LANG: 'C.UTF-8', ...request.env, ...tree.env };
    const limits = sandboxLimitsSchema.parse(request.limits ?? {});
    return await runLimited(request.command, folder, env, limits, request);
  } finally {
    await killTree(tree.mark);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a command line in a process group of its own, which ends with the time, the output or the signal. */
function runLimited(
  [file, ...args]: readonly string[],
  cwd: string,
  env: Record<string, string>,
  { wallSeconds, outputBytes }: SandboxLimits,
  { input, signal }: SandboxRequest,
): Promise<SandboxResult> {
  throwIfAborted(signal, 'the program in the sandbox');
  const started = performance.now();
  // PATH is what finds `env`; what runs inside gets an environment of its own.
  const child = spawn(file, args, { cwd, env: { PATH: process.env.PATH, ...env }, detached: true });
  let killed: SandboxResult['killed'] = null;
  const kill = (why: SandboxResult['killed']): void => {
    killed ??= why;
    killGroup(child);
  };
  const texts = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      if ((bytes += chunk.length) > outputBytes) kill('output');
      else chunks.push(chunk);
    });
    return (): string => Buffer.concat(chunks).toString('utf8');
  });
  // A program that reads nothing may have ended before all is written: its exit code says how it went.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const timer = setTimeout(() => kill('time'), wallSeconds * 1000);
  const onAbort = (): void => killGroup(child);
  signal?.addEventListener('abort', onAbort, { once: true });
  return new Promise<SandboxResult>((resolve, reject) => {
    child.on('error', (error) =>
      reject(new UserError(`cannot run ${file}: ${error.message}`, 'is it installed and on the PATH?')),
    );
    child.on('close', (exitCode) => {
      if (signal?.aborted) return reject(interrupted('the program in the sandbox'));
      const [stdout, stderr] = texts.map((text) => text());
      resolve({ exitCode, stdout, stderr, killed, seconds: (performance.now() - started) / 1000 });
    });
  }).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  });
}

/** Kills bwrap, and with it the namespace of process ids and all that is in it. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
