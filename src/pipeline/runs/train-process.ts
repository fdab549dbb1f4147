import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InterruptedError, TrmError } from '../../core/errors';
import { writeError } from '../../core/files';
import { projectRoot } from '../../core/paths';
import type { Manifest } from '../../records/manifest';
import type { Metric } from '../../records/run';
import { openSecrets } from '../../storage/secrets';
import { followMetrics, METRICS_KEY } from '../../training/metrics-log';
import { experimentPath, type ExperimentSource } from './experiment';
import { lockHolder } from '../stages/lock';
import type { OpenedStage } from '../stages/open-stage';
import { waitForHolder } from '../stages/stage-watch';

/** A training that somebody follows. */
export interface StageTraining {
  /** Process that trains, or trained last; null when the stage was finished before. */
  readonly pid: number | null;
  /** Metrics from the first step on, those of earlier starts included; ends when training does. */
  follow(): AsyncGenerator<Metric>;
  /** Makes it write a checkpoint and end; resolves when it has. */
  stop(): Promise<void>;
  /** The manifest. Rejects with InterruptedError after a stop, and with the end of its log when training failed. */
  done: Promise<Manifest>;
}

/** Settings of {@link startStageTraining}. */
export interface TrainingOptions {
  /** Aborted: the training is stopped. Default: never. */
  signal?: AbortSignal;
  /** Milliseconds between two looks at the metrics. Default 300. */
  intervalMs?: number;
  /** Program and arguments that train. Default: this project's `trm train`. */
  command?: readonly string[];
}

/**
 * Trains a stage in a process of its own, which outlives this one; a training of the stage that goes on already (after
 * a crash of the notebook's kernel) is followed instead of started twice. Its output goes to `training.log` in the
 * stage's folder.
 */
export async function startStageTraining(
  stage: OpenedStage<unknown>,
  options: TrainingOptions = {},
): Promise<StageTraining> {
  const { signal, intervalMs = 300, command = trainCommand(stage.source) } = options;
  const log = join(stage.folder.path, 'training.log');
  let stopped = false;
  const process = await attachOrStart(stage, { command, log, isStopped: () => stopped });
  const stop = async (): Promise<void> => {
    const first = !stopped;
    stopped = true;
    if (first) process?.interrupt();
    await process?.ended;
  };
  const onAbort = (): void => void stop();
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let running = process !== null;
  const ended = Promise.resolve(process?.ended).finally(() => {
    running = false;
    signal?.removeEventListener('abort', onAbort);
  });
  const done = ended.then(async (exitCode) => {
    const manifest = await stage.manifest();
    if (manifest) return manifest;
    if (stopped || exitCode === INTERRUPTED)
      throw new InterruptedError(
        'the training was interrupted',
        'run the cell again to go on from its checkpoint',
      );
    throw new TrmError(`the training ended without a model:\n${logTail(log)}`, `the whole log: ${log}`);
  });
  // Nobody may be waiting yet: the failure is told to whoever awaits `done`.
  done.catch(() => undefined);
  const metrics = join(stage.folder.live, METRICS_KEY);
  return {
    get pid() {
      return process?.pid() ?? null;
    },
    follow: () => followMetrics(metrics, { finished: () => !running, intervalMs }),
    stop,
    done,
  };
}

/** Exit code of an interrupted `trm`. */
const INTERRUPTED = 130;

/** `trm train` for the same stage. */
export function trainCommand({ experiment, set = [], overrides = {}, run }: ExperimentSource): string[] {
  const main = join(projectRoot(), 'dist', 'src', 'serving', 'cli', 'main.js');
  const assignments = [
    ...set,
    ...Object.entries(overrides).map(([key, value]) => `${key}=${JSON.stringify(value)}`),
  ];
  const more = run ? ['--resume', run] : assignments.flatMap((assignment) => ['--set', assignment]);
  // The training's working directory is the project's root.
  const isPath = !run && (experiment.includes('/') || /\.ya?ml$/.test(experiment));
  return [process.execPath, main, 'train', isPath ? experimentPath(experiment) : experiment, ...more];
}

/** A training process, ours or one that was found. */
interface TrainingProcess {
  pid(): number;
  interrupt(): void;
  /** Exit code; undefined when it is not ours, so that nobody can know. */
  ended: Promise<number | undefined>;
}

interface StartOptions {
  command: readonly string[];
  log: string;
  isStopped: () => boolean;
}

async function attachOrStart(
  stage: OpenedStage<unknown>,
  options: StartOptions,
): Promise<TrainingProcess | null> {
  if (await stage.manifest()) return null;
  const holder = await lockHolder(stage.folder.path);
  if (!holder) return start(stage, options);
  let own: TrainingProcess | undefined;
  const ended = waitForHolder(stage.folder, Infinity).then(async () => {
    // One that is asked to stop by somebody else (its own command was killed) leaves a checkpoint to go on from.
    if (options.isStopped() || (await stage.manifest())) return undefined;
    own = await start(stage, options);
    return own.ended;
  });
  ended.catch(() => undefined);
  return {
    pid: () => own?.pid() ?? holder.pid,
    interrupt: () => (own ? own.interrupt() : sendInterrupt(holder.pid)),
    ended,
  };
}

async function start(stage: OpenedStage<unknown>, { command, log }: StartOptions): Promise<TrainingProcess> {
  await mkdir(stage.folder.path, { recursive: true });
  const file = openLog(log);
  const [program, ...args] = command;
  const child = spawn(program, args, { detached: true, stdio: ['ignore', file, file], cwd: projectRoot() });
  closeSync(file);
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? undefined));
  });
  ended.catch(() => undefined);
  return { pid: () => child.pid ?? -1, interrupt: () => void child.kill('SIGINT'), ended };
}

function openLog(log: string): number {
  try {
    return openSync(log, 'a');
  } catch (error) {
    throw writeError(error, log);
  }
}

function sendInterrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It ended in between.
  }
}

function logTail(log: string): string {
  if (!existsSync(log)) return '(no log)';
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return openSecrets().redact(lines.slice(-15).join('\n'));
}
