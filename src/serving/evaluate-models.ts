import { join, resolve } from 'node:path';
import { loadEngine } from '../core/engine';
import { workDir } from '../core/paths';
import type { Progress } from '../core/progress';
import { readTrainingFacts } from '../evaluation/training-facts';
import { evaluateConfigSchema } from '../evaluation/config';
import type { MeasureSetOptions } from '../evaluation/benchmarks/measure-model';
import { measureSet } from '../evaluation/benchmarks/measure-set';
import type { SetReport } from '../evaluation/benchmarks/set-report';
import { loadSet } from '../evaluation/benchmarks/sets';
import { writeSet } from '../evaluation/benchmarks/write-set';
import type { Judge } from '../python/critic/critic';
import type { Sample } from '../records/sample';
import { Contexts } from '../shards/context-shard';
import { readSamples } from '../shards/sample-shard';
import type { Machine } from '../stages/machine';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { loadTrainedModel, type TrainedModel } from './trained-model';

/** What `trm evaluate` is asked for. */
export interface EvaluateRequest {
  /** A run, an experiment or a model folder; see `loadTrainedModel`. */
  model: string;
  /** A second one, judged on the same samples; null: none. */
  against: string | null;
  /** Names of sets, see `loadSet`. */
  sets: readonly string[];
  /** Supervision steps to measure at. */
  steps: readonly number[];
  /** Samples of a set at most; null: all. */
  most: number | null;
  /** Share of clean validation functions that the frequency ranker and the model's threshold leave alone. */
  cleanKept: number;
  /** Folder for the results; null: `TRM_WORK_DIR/evaluations/<model>`. Each set has a folder in it. */
  out: string | null;
  /** `a.b=c` assignments for experiments. */
  set: readonly string[];
  signal: AbortSignal;
  progress: Progress;
  /** Whose CPython judges. */
  machine: Machine;
}

/** What became of one set. */
export type SetResult = { set: string; folder: string; report: SetReport } | { set: string; skipped: string };

/**
 * Judges a finished model on sets, beside a second one and the baselines of its training data, and writes report, tables and
 * predictions of each set.
 * @throws UserError, DataError when a model or set cannot be had
 */
export async function evaluateModels(request: EvaluateRequest): Promise<SetResult[]> {
  await loadEngine();
  const models: TrainedModel[] = [];
  try {
    const { machine, set } = request;
    models.push(await loadTrainedModel(request.model, { machine, set }));
    if (request.against !== null) models.push(await loadTrainedModel(request.against, { machine, set }));
    const [{ name, data }] = models;
    const critic = await machine.critic();
    const training = data && (await readTraining(data, critic, request));
    const results: SetResult[] = [];
    for (const wanted of request.sets) {
      const found = await loadSet(wanted, { data });
      if ('skipped' in found) {
        results.push({ set: wanted, skipped: found.skipped });
        continue;
      }
      const defaults = evaluateConfigSchema.parse({});
      const measured = await measureSet(found, models, {
        ...defaults,
        supervisionSteps: request.steps,
        maxSamples: request.most,
        targetCleanKept: request.cleanKept,
        training,
        critic,
        signal: request.signal,
        progress: request.progress,
      });
      const out = request.out ?? join(workDir(), 'evaluations', name);
      const folder = join(resolve(out), found.name.replace(/[^A-Za-z0-9._-]+/g, '-'));
      await writeSet(createFolderStore(folder), '', measured);
      results.push({ set: wanted, folder, report: measured.report });
    }
    return results;
  } finally {
    for (const model of models) model.dispose();
  }
}

async function readTraining(
  data: ObjectStore,
  critic: Pick<Judge, 'check'>,
  { progress, signal }: EvaluateRequest,
): Promise<NonNullable<MeasureSetOptions['training']>> {
  const task = progress.start('reading the training data');
  const facts = await readTrainingFacts(data, { critic, signal });
  const validation = new Map<string, Sample>();
  for await (const sample of readSamples(data, 'samples/val')) validation.set(sample.id, sample);
  task.finish();
  return { facts, validation: [...validation.values()], contexts: await Contexts.read(data) };
}
