import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DataError } from '../core/errors';
import { projectRoot } from '../core/paths';
import { parseJson } from '../core/files';
import { CALIBRATION_KEY, loadTrained } from '../evaluation/stage';
import type { JudgedModel } from '../evaluation/benchmarks/measure-model';
import { loadExperiment } from '../pipeline/runs/experiment';
import { locateStage } from '../pipeline/stages/locate-stage';
import { recordedKey } from '../pipeline/runs/run-record';
import { stageFolder } from '../pipeline/stages/stage-folder';
import type { StageName } from '../records/run';
import { calibrationSchema, type Calibration } from '../repair/calibration';
import { loadRepairModel, RELEASE_FILES } from '../repair/model-folder';
import { MANIFEST_KEY } from '../shards/manifest';
import type { Machine } from '../stages/machine';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { findRun } from './runs';

/** A trained model, wherever it was found. */
export interface TrainedModel extends JudgedModel {
  /** Output of the process stage that it was trained on; null for a model folder, which does not know it. */
  data: ObjectStore | null;
  /** What its evaluate stage fitted, or what lies in its folder; null where it was not judged yet. */
  fitted: Calibration | null;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * Loads a model for judging: a model folder, an experiment whose training is finished (by name, or a path to its YAML), or a run
 * (id, part of one, `latest` or folder). An engine must be loaded.
 * @param set `a.b=c` assignments, for an experiment. Default none
 * @param machine finds an experiment's stages
 * @throws UserError, DataError when there is none, or its training is not finished
 */
export async function loadTrainedModel(
  what: string,
  { machine, set = [] }: { machine: Machine; set?: readonly string[] },
): Promise<TrainedModel> {
  if (existsSync(join(what, RELEASE_FILES.config))) {
    const parts = await loadRepairModel(what);
    return {
      ...judged(basename(resolve(what)), parts, null, parts.calibration),
      calibration: parts.calibration,
    };
  }
  const isExperiment =
    /\.ya?ml$/.test(what) || existsSync(join(projectRoot(), 'experiments', `${what}.yaml`));
  if (isExperiment) {
    const { name, config } = await loadExperiment({ experiment: what, set });
    const { inputs, key } = await locateStage('evaluate', config, { machine });
    const [trained, data] = [inputs.train, inputs.process].map((folder) => {
      if (!folder) throw new DataError(`the training of ${name} is not finished`, `\`trm train ${name}\``);
      return createFolderStore(folder.output);
    });
    return judged(name, await loadTrained(trained, data), data, await fittedIn(await finishedOutput(key)));
  }
  const folder = await findRun(what);
  const [trained, data] = [await outputOf(folder, 'train'), await outputOf(folder, 'process')];
  const fitted = await fittedIn(await finishedOutput(await recordedKey(folder, 'evaluate')));
  return judged(basename(folder), await loadTrained(trained, data), data, fitted);
}

/** Output of a run's finished stage. Its config is not read: runs of older versions are judged, too. */
async function outputOf(run: string, stage: StageName): Promise<ObjectStore> {
  const store = await finishedOutput(await recordedKey(run, stage));
  if (store) return store;
  throw new DataError(
    `run ${basename(run)} has not finished stage ${stage}`,
    `\`trm runs show ${basename(run)}\``,
  );
}

async function finishedOutput(key: string | undefined): Promise<ObjectStore | undefined> {
  const store = key === undefined ? undefined : createFolderStore(stageFolder(key).output);
  return store && (await store.exists(MANIFEST_KEY)) ? store : undefined;
}

async function fittedIn(store: ObjectStore | undefined): Promise<Calibration | null> {
  if (store === undefined) return null;
  const text = Buffer.from(await store.get(CALIBRATION_KEY)).toString('utf8');
  return parseJson(text, calibrationSchema, `${store.location}/${CALIBRATION_KEY}`);
}

function judged(
  name: string,
  parts: JudgedModel['parts'],
  data: ObjectStore | null,
  fitted: Calibration | null,
): TrainedModel {
  return { name, parts, data, fitted, dispose: () => parts.model.dispose() };
}
