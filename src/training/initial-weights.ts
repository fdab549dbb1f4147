import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../core/errors';
import { readJson } from '../core/files';
import {
  loadClosedVocabulary,
  tokenKey,
  type ClosedVocabulary,
} from '../processing/vocabulary/closed-vocabulary';
import { loadTokenizer, type Tokenizer } from '../processing/tokenizer/tokenizer';
import type { ObjectStore } from '../storage/object-store';
import {
  decodeModel,
  modelFileSchema,
  readStart,
  storedStart,
  type ModelData,
  type ModelFile,
} from '../trm/model';
import { flatLayout } from '../trm/weights';
import { fixedTensors, newestRecord } from './checkpoint';
import {
  INITIAL_WEIGHTS,
  initialWeightsFolder,
  initialWeightsRevision,
  WEIGHT_FILES,
} from './initial-weights-folder';

/** Vocabularies that rows of weights stand for. */
export interface WeightVocabularies {
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
}

/** The weights that a run begins with, or began with. */
export interface SettledWeights {
  /** See {@link initialWeightsRevision}. */
  hash: string;
  /** Where they are; null where a checkpoint has the run's weights already. */
  folder: string | null;
}

/**
 * Settles the weights that a run begins with. A checkpoint has settled them: the folder is not looked at any more, and may
 * have changed or gone.
 * @param given the config's `initialWeights`; null: they are drawn
 * @param store of the run
 * @throws UserError when there is no model
 */
export async function settleInitialWeights(
  given: string | null,
  store: ObjectStore,
): Promise<SettledWeights | null> {
  if (given === null) return null;
  const known = (await newestRecord(store))?.hashes[INITIAL_WEIGHTS];
  if (typeof known === 'string') return { hash: known, folder: null };
  return { hash: await initialWeightsRevision(given), folder: initialWeightsFolder(given) };
}

/**
 * An untrained model with the weights and start states of a model folder in their place; for a run that has begun, its
 * start states alone. The folder's vocabularies may be others: rows are copied by what they stand for, and what the folder's
 * model does not know keeps its new row.
 * @throws DataError when the folder's model has another shape, or is damaged; when its vocabularies are others and not there
 */
export async function withInitialWeights(
  model: ModelData,
  { folder }: Pick<SettledWeights, 'folder'>,
  { vocabularies, store }: { vocabularies: WeightVocabularies; store: ObjectStore },
): Promise<ModelData> {
  if (folder === null) {
    const kept = await fixedTensors(store, Object.keys(storedStart(model.start)));
    return { ...model, start: readStart(kept, store.location) };
  }
  const file = await readJson(join(folder, WEIGHT_FILES.config), modelFileSchema);
  refuseOtherShape(model, file, folder);
  const path = join(folder, WEIGHT_FILES.weights);
  const stored = decodeModel(file, await readFile(path), path);
  const old = await oldVocabularies(folder, file, vocabularies);
  const rows = {
    'embedding.pieces': rowsByKey(entriesOf(old.tokenizer), entriesOf(vocabularies.tokenizer)),
    'heads.vocabularyBias': rowsByKey(keysOf(old.vocabulary), keysOf(vocabularies.vocabulary)),
  };
  const weights = model.weights.slice();
  const from = flatLayout(stored.config).entries;
  flatLayout(model.config).entries.forEach(({ name, offset, size, shape }, i) => {
    const source = stored.weights.subarray(from[i].offset, from[i].offset + from[i].size);
    const places = (rows as Partial<Record<string, readonly number[]>>)[name];
    if (!places) return weights.set(source, offset);
    const width = size / shape[0];
    places.forEach((row, to) => {
      if (row >= 0) weights.set(source.subarray(row * width, (row + 1) * width), offset + to * width);
    });
  });
  return { ...model, weights, start: stored.start };
}

/** All weights but the rows of the vocabularies must have the same shape. */
function refuseOtherShape({ config }: ModelData, file: ModelFile, folder: string): void {
  const { tokenizerSize, vocabularySize } = config;
  const want = flatLayout(config).entries;
  const got = flatLayout({ ...file.model, tokenizerSize, vocabularySize }).entries;
  const at = want.findIndex(
    ({ name, shape }, i) => got.at(i)?.name !== name || got[i].shape.join() !== shape.join(),
  );
  if (at < 0 && got.length === want.length) return;
  const other = got.at(at);
  const told = (entry: (typeof want)[number] | undefined): string =>
    entry ? `${entry.name} [${entry.shape.join(', ')}]` : 'no further weights';
  throw new DataError(
    `train.initialWeights ${folder}: expected weights of the model to be trained, ${told(want.at(at))}, got ` +
      `${told(other)}: width ${file.model.width}, layers ${file.model.layers}, embeddingWidth ${file.model.embeddingWidth}`,
    'choose the preset and train.model that the weights were trained with',
  );
}

async function oldVocabularies(
  folder: string,
  { hashes }: ModelFile,
  { tokenizer, vocabulary }: WeightVocabularies,
): Promise<WeightVocabularies> {
  return {
    tokenizer: await oldOne(folder, WEIGHT_FILES.tokenizer, hashes.tokenizer, tokenizer, loadTokenizer),
    vocabulary: await oldOne(
      folder,
      WEIGHT_FILES.vocabulary,
      hashes.vocabulary,
      vocabulary,
      loadClosedVocabulary,
    ),
  };
}

/** The vocabulary that weights were trained with: the data's own where it is the same, else the folder's file. */
async function oldOne<V extends { hash: string }>(
  folder: string,
  name: string,
  hash: string,
  own: V,
  load: (json: string, label: string) => V,
): Promise<V> {
  if (own.hash === hash) return own;
  const path = join(folder, name);
  const found = existsSync(path) ? load(await readFile(path, 'utf8'), path) : undefined;
  if (found?.hash === hash) return found;
  throw new DataError(
    `train.initialWeights ${folder}: the data has another vocabulary than the model (${name}), and the model's own is ` +
      `${found ? 'not the one it was trained with' : 'not in the folder'}`,
    'name the folder that the release stage wrote: it holds the vocabularies of its model',
  );
}

/** Of each new entry the row that it had; -1 for one that was not there. */
function rowsByKey(old: readonly string[], now: readonly string[]): number[] {
  const rows = new Map(old.map((key, row) => [key, row]));
  return now.map((key) => rows.get(key) ?? -1);
}

/** Texts of a tokenizer's pieces, by id. */
function entriesOf(tokenizer: Tokenizer): string[] {
  const entries: string[] = [];
  for (const [text, id] of Object.entries(tokenizer.toJSON().model.vocab)) entries[id] = text;
  return entries;
}

function keysOf({ entries }: ClosedVocabulary): string[] {
  return entries.map(tokenKey);
}
