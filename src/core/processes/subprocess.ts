import { execa, type ResultPromise } from 'execa';
import { InterruptedError, TrmError } from '../errors';

/** Settings of {@link runProcess}. */
export interface ProcessOptions {
  cwd?: string;
  /** Added to the parent's environment. */
  env?: Record<string, string | undefined>;
  /** Milliseconds after which the process is killed; default: no limit. */
  timeoutMs?: number;
  /** Abort to stop the process (SIGTERM, then SIGKILL after `graceMs`). */
  signal?: AbortSignal;
  /** Milliseconds between SIGTERM and SIGKILL. Default 1000. */
  graceMs?: number;
  /** True: a process group of its own, so that Ctrl-C in the terminal reaches it only through `signal`. Default false. */
  ownGroup?: boolean;
  /** Text for standard input; default: none (closed). */
  input?: string;
  /** Receives each line as it is written (streaming). */
  onStdoutLine?: (line: string) => void;
  onStderrLine?: (line: string) => void;
  /** Exit codes that do not throw. Default [0]. */
  okCodes?: readonly number[];
  /** Most bytes kept of each stream; default 64 MiB. More makes the call fail. */
  maxBufferBytes?: number;
}

/** What a finished process left. */
export interface ProcessResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Wall seconds. */
  seconds: number;
}

/** A subprocess that could not be started, failed, timed out or was killed. */
export class SubprocessError extends TrmError {
  override name = 'SubprocessError';
  constructor(
    message: string,
    /** The command line as typed in a shell. */
    readonly command: string,
    /** Undefined when it was killed by a signal or not started. */
    readonly exitCode: number | undefined,
    readonly stderr: string,
    readonly timedOut: boolean,
    options?: ErrorOptions,
  ) {
    super(message, undefined, options);
  }
}

/**
 * Runs a program to its end, without a shell.
 * @throws SubprocessError on a start failure, another exit code, a signal or the time limit
 * @throws InterruptedError when `signal` stopped it
 */
export async function runProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const { okCodes = [0], signal, timeoutMs, graceMs = 1000, maxBufferBytes = 64 * 2 ** 20 } = options;
  const child = execa(file, args, {
    cwd: options.cwd,
    env: options.env,
    timeout: timeoutMs,
    cancelSignal: signal,
    forceKillAfterDelay: graceMs,
    detached: options.ownGroup ?? false,
    maxBuffer: maxBufferBytes,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    reject: false,
    stripFinalNewline: false,
  }) as ResultPromise<{ reject: false; encoding: 'utf8' }>;
  const lines = Promise.all([
    eachLine(child, 'stdout', options.onStdoutLine),
    eachLine(child, 'stderr', options.onStderrLine),
  ]);
  const result = await child;
  await lines;
  const { exitCode, escapedCommand: command, timedOut, isCanceled, durationMs } = result;
  const stdout = String(result.stdout ?? '');
  const stderr = String(result.stderr ?? '');
  if (isCanceled)
    throw new InterruptedError(`${file} was interrupted`, 'run the same command again to resume');
  if (exitCode === undefined || !okCodes.includes(exitCode)) {
    const why = timedOut
      ? `did not finish within ${timeoutMs} ms`
      : exitCode === undefined
        ? `ended without an exit code (${result.originalMessage ?? result.signal ?? 'unknown cause'})`
        : `exited with code ${exitCode}`;
    const tail = stderr.trim().split('\n').slice(-8).join('\n');
    throw new SubprocessError(
      `${command} ${why}${tail ? `:\n${tail}` : ''}`,
      command,
      exitCode,
      stderr,
      timedOut,
      {
        cause: result,
      },
    );
  }
  return { exitCode, stdout, stderr, seconds: durationMs / 1000 };
}

async function eachLine(
  child: ResultPromise<{ reject: false; encoding: 'utf8' }>,
  from: 'stdout' | 'stderr',
  onLine: ((line: string) => void) | undefined,
): Promise<void> {
  if (!onLine) return;
  for await (const line of child.iterable({ from })) onLine(String(line));
}
