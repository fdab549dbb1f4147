import { join, resolve } from 'node:path';
import { loadEngine } from '../core/engine';
import { workDir } from '../core/paths';
import type { Progress } from '../core/progress';
import { evaluateConfigSchema } from '../evaluation/config';
import { measureRealFiles } from '../evaluation/real-files/measure-real-files';
import type { RealSplit } from '../evaluation/real-files/real-fixes';
import type { RealReport } from '../evaluation/real-files/real-report';
import { writeRealFiles } from '../evaluation/real-files/write-real-files';
import type { Machine } from '../stages/machine';
import { createFolderStore } from '../storage/folder-store';
import { loadTrainedModel, type TrainedModel } from './trained-model';

/** What `trm evaluate --on real-files` is asked for. */
export interface RealFilesRequest {
  /** Runs, experiments or model folders, see `loadTrainedModel`: several are seeds of one recipe. */
  models: readonly string[];
  split: RealSplit;
  /** Fixes at most; null: all. */
  most: number | null;
  /** Folder for the results; null: `TRM_WORK_DIR/evaluations/<first model>`. */
  out: string | null;
  /** `a.b=c` assignments for experiments. */
  set: readonly string[];
  /** `TRM_DATA_DIR`. Default: the environment's. */
  dataFolder?: string;
  signal: AbortSignal;
  progress: Progress;
  /** Whose CPython judges broken code. */
  machine: Machine;
}

/** Where the results are, and the figures. */
export interface RealFilesResult {
  folder: string;
  report: RealReport;
}

/**
 * Judges finished models on real fixes with their whole files, and writes figures, tables and answers to
 * `real-files-<split>/` of the folder for results.
 * @throws UserError, DataError when a model or the fixes cannot be had
 */
export async function evaluateRealFiles(request: RealFilesRequest): Promise<RealFilesResult> {
  const { split, most, out, set, machine, signal, progress, dataFolder } = request;
  await loadEngine();
  const models: TrainedModel[] = [];
  try {
    for (const what of request.models) models.push(await loadTrainedModel(what, { machine, set }));
    const judged = models.map(({ name, parts, fitted }) => ({ name, parts, calibration: fitted }));
    const { batchTokens } = evaluateConfigSchema.parse({});
    const critic = await machine.critic();
    const options = { split, most, batchTokens, critic, signal, progress, dataFolder };
    const measured = await measureRealFiles(judged, options);
    const folder = join(
      resolve(out ?? join(workDir(), 'evaluations', models[0].name)),
      `real-files-${split}`,
    );
    await writeRealFiles(createFolderStore(folder), '', measured);
    return { folder, report: measured.report };
  } finally {
    for (const model of models) model.dispose();
  }
}
