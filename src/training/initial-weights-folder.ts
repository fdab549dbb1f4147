import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../core/errors';
import { hashJson, sha256File } from '../core/hash';
import { projectRoot, workDir } from '../core/paths';

/** Name of the initial weights among what a stage's job names outside the project, and in a checkpoint's hashes. */
export const INITIAL_WEIGHTS = 'initialWeights';

const INITIAL_WEIGHTS_KEY = 'train.initialWeights';

/** Files that decide what a model folder gives; a vocabulary may be missing. */
export const WEIGHT_FILES = {
  config: 'config.json',
  weights: 'model.safetensors',
  tokenizer: 'tokenizer.json',
  vocabulary: 'closed.json',
} as const;

/** The folder that a config's `initialWeights` means, see {@link modelFolder}. */
export function initialWeightsFolder(given: string): string {
  return modelFolder(given, INITIAL_WEIGHTS_KEY);
}

/**
 * The folder that a config's key means by a model: a path, or the name of a model in `TRM_WORK_DIR/models`.
 * @param key of the config, for the message
 * @throws UserError when there is no model
 */
export function modelFolder(given: string, key: string): string {
  const places = [join(workDir(), 'models', given), resolve(projectRoot(), given)];
  const folder = places.find((place) => existsSync(join(place, WEIGHT_FILES.config)));
  if (folder !== undefined) return folder;
  throw new UserError(
    `${key}: expected a model folder "${given}", found no ${WEIGHT_FILES.config} in ${places.join(' or ')}`,
    'name a folder that a release or train stage wrote, or an experiment whose run is finished',
  );
}

/** The hash of a config's `initialWeights`, see {@link modelRevision}. */
export function initialWeightsRevision(given: string): Promise<string> {
  return modelRevision(given, INITIAL_WEIGHTS_KEY);
}

/**
 * A hash over the files of a model folder that decide what the model gives.
 * @param key of the config that names it, for the message
 * @throws UserError when there is no model
 */
export async function modelRevision(given: string, key: string): Promise<string> {
  const folder = modelFolder(given, key);
  const hashes: Record<string, string> = {};
  for (const file of Object.values(WEIGHT_FILES))
    if (existsSync(join(folder, file))) hashes[file] = await sha256File(join(folder, file));
  return `sha256:${hashJson(hashes)}`;
}
