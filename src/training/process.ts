import { spawn } from 'node:child_process';
import { DataError, InterruptedError, TrmError } from '../core/errors';
import type { Metric } from '../records/run';
import { followMetrics } from './metrics-log';

/** Settings of {@link startTraining}. */
export interface StartTrainingOptions {
  /** Program and arguments that run the train stage, for example `node dist/.../main.js train quickstart`. */
  file: string;
  args: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** `metrics.jsonl` that the stage writes. */
  metricsPath: string;
  /** Stops the process when aborted. */
  signal?: AbortSignal;
}

/** How a training process ended. */
export interface TrainingEnd {
  exitCode: number;
  /** Last lines of its standard error. */
  stderr: string;
}

/** A training run in a process of its own: the notebook's kernel never blocks and may die. */
export interface TrainingProcess {
  readonly pid: number;
  /** Lines of metrics.jsonl as they come, those of earlier starts first; ends with the process. */
  follow(): AsyncGenerator<Metric>;
  /** Asks it to write a checkpoint and stop; resolves when it is gone. Start it again to resume. */
  stop(): Promise<void>;
  /**
   * Resolves when it ended by itself with code 0.
   * @throws InterruptedError when it was stopped, TrmError with its last words when it failed
   */
  readonly done: Promise<TrainingEnd>;
}

const LAST_WORDS = 4000;

/** Starts training in a child process. @throws DataError when the program cannot be started */
export async function startTraining(options: StartTrainingOptions): Promise<TrainingProcess> {
  const { file, args, cwd, env, metricsPath, signal } = options;
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-LAST_WORDS);
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(new DataError(`could not start ${file}: ${error.message}`, undefined, { cause: error }));
    });
  });
  let ended = false;
  const exit = new Promise<number>((resolve) => {
    child.once('close', (code, killer) => {
      ended = true;
      // 130 is this project's code for "interrupted", also when the signal came too early to be handled.
      resolve(code ?? (killer === 'SIGTERM' || killer === 'SIGINT' ? 130 : 1));
    });
  });
  const stop = async (): Promise<void> => {
    if (!ended) child.kill('SIGTERM');
    await exit;
  };
  signal?.addEventListener('abort', () => void stop(), { once: true });
  const done = exit.then((exitCode): TrainingEnd => {
    if (exitCode === 0) return { exitCode, stderr };
    if (exitCode === 130) throw new InterruptedError('training was stopped', 'start it again to resume');
    throw new TrmError(`training ended with exit code ${exitCode}:\n${stderr.trim()}`);
  });
  // Whoever only follows must not be killed by an unhandled rejection; awaiting `done` still throws.
  done.catch(() => undefined);
  return {
    pid: child.pid as number,
    follow: () => followMetrics(metricsPath, { finished: () => ended }),
    stop,
    done,
  };
}
