import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../core/errors';
import { parseJson } from '../core/files';
import { loadClosedVocabulary, type ClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { loadTokenizer, type Tokenizer } from '../processing/tokenizer/tokenizer';
import { openCheckedFiles } from '../shards/checked-files';
import { createFolderStore } from '../storage/folder-store';
import type { InferencePrecision } from '../trm/precision';
import { modelFromBytes, type Model } from '../trm/model';
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
  /** The same as whole numbers of 8 bits; read where the first file was left out. */
  smallWeights: 'model-int8.safetensors',
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

const REMEDY = 'copy the whole model folder again, or make it again: `trm run <experiment>`';

/**
 * Loads a release folder; without `calibration.json` the model counts as uncalibrated. With a `manifest.json` every file is
 * compared with its hash, those that only other programs load (`vocab.json`) too. Of the weights the smaller file is read
 * where the other one was left out. An engine must be loaded.
 * @param precision of the model's products; default `float32`
 * @throws DataError when a file is missing, damaged, or belongs to another model
 */
export async function loadRepairModel(folder: string, precision?: InferencePrecision): Promise<RepairModel> {
  const path = (name: keyof typeof RELEASE_FILES): string => join(folder, RELEASE_FILES[name]);
  if (!existsSync(path('config')))
    throw new DataError(
      `expected a model folder at ${folder}: found no ${RELEASE_FILES.config} in it`,
      'give the folder that the release stage wrote (--model <folder>), or make one with `trm run quickstart`',
    );
  const files = await openCheckedFiles(createFolderStore(folder), REMEDY);
  const text = async (name: keyof typeof RELEASE_FILES): Promise<string> =>
    Buffer.from(await files.read(RELEASE_FILES[name])).toString('utf8');
  const config = await files.read(RELEASE_FILES.config);
  const isSmall = !existsSync(path('weights')) && existsSync(path('smallWeights'));
  const weightsName = isSmall ? 'smallWeights' : 'weights';
  const weights = await files.read(RELEASE_FILES[weightsName]);
  const tokenizer = loadTokenizer(await text('tokenizer'), path('tokenizer'));
  const vocabulary = loadClosedVocabulary(await text('vocabulary'), path('vocabulary'));
  const named = files.manifest?.resources.map((resource) => resource.path) ?? [];
  const calibration =
    existsSync(path('calibration')) || named.includes(RELEASE_FILES.calibration)
      ? parseJson(await text('calibration'), calibrationSchema, path('calibration'))
      : UNCALIBRATED;
  // Not the card and the licence: people may edit them, and the model does the same with them.
  for (const name of [RELEASE_FILES.pieces, RELEASE_FILES.report])
    if (named.includes(name)) await files.read(name);
  const model = modelFromBytes(config, weights, path(weightsName), precision);
  try {
    checkArtefacts(model, tokenizer, vocabulary, folder);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, tokenizer, vocabulary, calibration };
}

/**
 * Holds the vocabularies to those that a model was trained with: with others it would read and write other words.
 * @param label where they come from, for the message
 * @throws DataError when one is another
 */
export function checkArtefacts(
  { file }: Pick<Model, 'file'>,
  tokenizer: Tokenizer,
  vocabulary: ClosedVocabulary,
  label: string,
): void {
  for (const [what, expected, got] of [
    ['tokenizer', file?.hashes.tokenizer, tokenizer.hash],
    ['closed vocabulary', file?.hashes.vocabulary, vocabulary.hash],
  ])
    if (expected !== undefined && expected !== got)
      throw new DataError(
        `${label}: expected the ${what} that the model was trained with (${expected}), got another (${got})`,
        REMEDY,
      );
}
