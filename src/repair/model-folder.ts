import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../core/errors';
import { readJson } from '../core/files';
import { loadClosedVocabulary, type ClosedVocabulary } from '../processing/closed-vocabulary';
import { loadTokenizer, type Tokenizer } from '../processing/tokenizer/tokenizer';
import { loadModel, type Model } from '../trm/model';
import { UNCALIBRATED, calibrationSchema, type Calibration } from './calibration';

/** Everything that turns code into proposals: what a release folder holds. */
export interface RepairModel {
  /** Owns tensors: dispose of it after use. */
  model: Model;
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
  calibration: Calibration;
}

/** Names of the files of a release folder. */
export const RELEASE_FILES = {
  weights: 'model.safetensors',
  config: 'config.json',
  tokenizer: 'tokenizer.json',
  /** The tokenizer's pieces by id, as Hugging Face names that file. */
  pieces: 'vocab.json',
  /** The tokens that slots can write by number. */
  vocabulary: 'closed.json',
  calibration: 'calibration.json',
  report: 'report.json',
  card: 'README.md',
  licence: 'LICENSE',
} as const;

/**
 * Loads a release folder; without `calibration.json` the model counts as uncalibrated. An engine must be loaded.
 * @throws DataError when a file is missing, damaged, or belongs to another model
 */
export async function loadRepairModel(folder: string): Promise<RepairModel> {
  const path = (name: keyof typeof RELEASE_FILES): string => join(folder, RELEASE_FILES[name]);
  if (!existsSync(path('config')))
    throw new DataError(
      `expected a model folder at ${folder}: found no ${RELEASE_FILES.config} in it`,
      'give the folder that the release stage wrote (--model <folder>), or make one with `trm run quickstart`',
    );
  const calibration = existsSync(path('calibration'))
    ? await readJson(path('calibration'), calibrationSchema)
    : UNCALIBRATED;
  const tokenizer = loadTokenizer(await readText(path('tokenizer')), path('tokenizer'));
  const vocabulary = loadClosedVocabulary(await readText(path('vocabulary')), path('vocabulary'));
  const model = await loadModel(folder);
  return { model, tokenizer, vocabulary, calibration };
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new DataError(
      `expected a readable file at ${path}`,
      'the model folder is not complete; make it again',
      {
        cause: error,
      },
    );
  });
}
