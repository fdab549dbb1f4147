import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../core/errors';
import { projectRoot } from '../core/paths';
import type { ExperimentSource } from '../pipeline/runs/experiment';
import { readRunRecord } from '../pipeline/runs/run-record';
import { lockHolder, type LockHolder } from '../pipeline/stages/lock';
import type { OpenedStage } from '../pipeline/stages/open-stage';
import { newestRecord } from '../training/checkpoint';
import { readEarlyDecay, requestDecay } from '../training/long-run/early-decay';
import { findRun } from './runs';

/**
 * The training that somebody names: an experiment (by name, or a path to its YAML) or a run (id, part of one, `latest` or
 * folder).
 * @param set `a.b=c` assignments, for an experiment
 * @throws UserError when there is none
 */
export async function findTraining(what: string, set: readonly string[]): Promise<ExperimentSource> {
  const isExperiment =
    /\.ya?ml$/.test(what) || existsSync(join(projectRoot(), 'experiments', `${what}.yaml`));
  if (isExperiment) return { experiment: what, set };
  const run = await findRun(what);
  return { experiment: (await readRunRecord(run)).experiment, set, run };
}

/**
 * Asks a training to end by a decay; one that is in its decay already is left as it is.
 * @param steps of the decay; null: a tenth of those done
 * @returns the process that trains and will heed it; undefined when nobody does: whoever asks has to train
 * @throws UserError when the training is over or has not begun, or decays over another number of steps
 */
export async function askForDecay(
  stage: OpenedStage<unknown>,
  steps: number | null,
): Promise<LockHolder | undefined> {
  const { store, folder, key } = stage;
  if ((await stage.manifest()) !== undefined)
    throw new UserError(`the training ${key} is over`, 'its model is in the folder `model` of its output');
  const holder = await lockHolder(folder.path);
  const decay = await readEarlyDecay(store);
  if (decay !== null && steps !== null && steps !== decay.steps)
    throw new UserError(
      `--steps: the training decays since step ${decay.from} over ${decay.steps} steps, got ${steps}`,
      'leave --steps out',
    );
  if (decay !== null) return holder;
  if (holder === undefined && !((await newestRecord(store))?.step ?? 0))
    throw new UserError(
      `expected a training that has begun in ${folder.path}, found no checkpoint`,
      `name its run or its experiment with the same --set; \`trm runs list\` shows the runs (${basename(folder.path)} is looked at)`,
    );
  await requestDecay(store, steps);
  return holder;
}
