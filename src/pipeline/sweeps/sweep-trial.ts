import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { collect } from '../../collection/stage';
import { ConfigError, InterruptedError, TrmError } from '../../core/errors';
import type { Progress } from '../../core/progress';
import { process as processSamples } from '../../processing/stage';
import type { Metric } from '../../records/run';
import type { TrialResult } from '../../records/sweep';
import type { Machine } from '../../stages/machine';
import { createFolderStore } from '../../storage/folder-store';
import type { TrainConfig } from '../../training/config';
import { METRICS_KEY, readMetrics } from '../../training/metrics-log';
import { continueTraining } from '../../training/search/continue';
import type { Job } from '../../training/search/engine';
import { finalMetric, requireMetric } from '../../training/search/metric';
import type { JobOutcome, JobRunner } from '../../training/search/sweep';
import type { ExperimentSource } from '../runs/experiment';
import { lockHolder } from '../stages/lock';
import { linkTo } from '../runs/models';
import { generateStage } from '../stages/generate-stage';
import { openStage, type OpenedStage } from '../stages/open-stage';
import { stageFolder } from '../stages/stage-folder';
import { type SweepFolder } from './sweep-folder';
import { trialSource } from './sweep';
import { startStageTraining } from '../runs/train-process';

/** Settings of {@link trialRunner}. */
export interface TrialRunnerOptions {
  /** Finds the trials' keys. */
  machine: Machine;
  /** Aborted: the training writes a checkpoint and ends, and the sweep with it. */
  signal?: AbortSignal;
  /** Told every line of the running training's log. */
  onMetric?: (metric: Metric, job: Job) => void;
  /** Milliseconds between two looks at that log. Default 300. */
  intervalMs?: number;
}

/**
 * Trains trials for real: each rung is `trm train` in a process of its own, in a folder of the stage cache like any other training, so that
 * a sweep that was cut off finds what was trained (or follows what is still training), and `trm run` with the best
 * parameters has its model already. `trial-<n>/rung-<k>` in the sweep's folder links there.
 */
export function trialRunner({ folder, journal, sweep }: SweepFolder, options: TrialRunnerOptions): JobRunner {
  return async (job, results) => {
    let stage: OpenedStage<TrainConfig>;
    try {
      const source = trialSource(sweep, job.parameters, journal.rungs[job.rung]);
      stage = await openStage('train', { ...source, machine: options.machine });
    } catch (error) {
      // Optuna draws as it goes: values that the experiment refuses are that trial's failure.
      if (error instanceof ConfigError) return ended('failed', null, error.message);
      throw error;
    }
    const trial = join(folder, `trial-${String(job.trial).padStart(3, '0')}`);
    await mkdir(trial, { recursive: true });
    await linkTo(join(trial, `rung-${job.rung}`), stage.folder.path);
    await continueRung(stage, job, results);
    const failure = await trainTrial(stage, job, sweep.metric.name, options);
    const last = finalMetric(await readMetrics(join(stage.folder.live, METRICS_KEY)), sweep.metric.name);
    const { value, ...figures } = last;
    if (failure) return { ...ended(failure.state, stage.key, failure.reason), ...figures, interval: null };
    if (value === null)
      return { ...ended('diverged', stage.key, `${sweep.metric.name} is no number`), ...figures };
    return { ...figures, value, state: 'done', stage: stage.key, reason: null };
  };
}

/** Goes on from the rung below, where that is the same as training anew. */
async function continueRung(
  stage: OpenedStage<TrainConfig>,
  { trial, rung }: Job,
  results: readonly TrialResult[],
): Promise<void> {
  const below = results.find((result) => result.trial === trial && result.rung === rung - 1);
  // A sweep that was killed may have left a training that goes on: its folder is its own.
  if (!below?.stage || (await lockHolder(stage.folder.path))) return;
  await continueTraining(createFolderStore(stageFolder(below.stage).output), stage.store, stage.config);
}

function ended(state: 'failed' | 'diverged', stage: string | null, reason: string): JobOutcome {
  return { state, value: null, interval: null, steps: 0, seconds: 0, stage, reason };
}

/** What a training ended with when it has no model. */
interface TrialFailure {
  state: 'failed' | 'diverged';
  reason: string;
}

/** Trains to the end of the rung. @throws InterruptedError; ConfigError when the log lacks the metric */
async function trainTrial(
  stage: OpenedStage<unknown>,
  job: Job,
  metric: string,
  { signal, onMetric, intervalMs }: TrialRunnerOptions,
): Promise<TrialFailure | undefined> {
  const training = await startStageTraining(stage, { signal, intervalMs });
  let checked = false;
  for await (const line of training.follow()) {
    onMetric?.(line, job);
    if (checked || line.kind !== 'evaluation') continue;
    checked = true;
    try {
      requireMetric(line, metric);
    } catch (error) {
      // The first evaluation tells: the rest of the training would be for nothing.
      await training.stop();
      throw error;
    }
  }
  try {
    await training.done;
    return undefined;
  } catch (error) {
    if (error instanceof InterruptedError || !(error instanceof TrmError)) throw error;
    return describeFailure(error.message);
  }
}

/** Tells divergence from other failures by the error that ends the training's log. */
export function describeFailure(message: string): TrialFailure {
  const errors = message.split('\n').filter((line) => /^\w*Error: /.test(line));
  const reason = errors.at(-1) ?? message.trim().split('\n').at(-1) ?? '';
  return { state: reason.startsWith('DivergedError') ? 'diverged' : 'failed', reason };
}

/**
 * Makes the experiment's data, once for all trials: the stages before training, as far as they are not finished.
 * @throws InterruptedError when aborted; the same call goes on
 */
export async function prepareData(
  source: ExperimentSource,
  { signal, machine, progress }: { signal: AbortSignal; machine: Machine; progress: Progress },
): Promise<void> {
  const options = { ...source, interrupt: () => signal, machine, progress };
  await (await openStage('collect', options)).run(collect);
  await (await openStage('generate', options)).run(generateStage);
  await (await openStage('process', options)).run(processSamples);
}
