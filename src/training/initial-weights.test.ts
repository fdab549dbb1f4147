import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { DataError, UserError } from '../core/errors';
import { silentProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { run as processWorld } from '../processing/stage-testing';
import { buildClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { trainTokenizer } from '../processing/tokenizer/tokenizer';
import type { Manifest } from '../records/manifest';
import { localFolders } from '../stages/context';
import { testMachine } from '../stages/testing';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { rejection, withTemporaryFolder } from '../storage/testing';
import type { ModelConfig } from '../trm/config';
import { createModelData, encodeModel, readStart, type ModelData } from '../trm/model';
import { decodeSafetensors } from '../trm/storage/safetensors';
import { TINY_CONFIG } from '../trm/testing';
import { vocabularyTables } from '../trm/vocabulary';
import { flatLayout, flatViews } from '../trm/weights';
import { fixedTensors, newestRecord } from './checkpoint';
import { trainConfigSchema } from './config';
import { settleInitialWeights, withInitialWeights, type WeightVocabularies } from './initial-weights';
import { train } from './stage';
import { MADE_UP_HASHES } from './testing';

/** Vocabularies that know some words. */
function wordsOf(words: readonly string[]): WeightVocabularies {
  const counted = words.map((word) => [word, 9] as const);
  const names = words.map((text) => [{ kind: 'name' as const, text }, 9] as const);
  return {
    tokenizer: trainTokenizer(counted, { vocabularySize: 400 }),
    vocabulary: buildClosedVocabulary(names, { size: 1000 }),
  };
}

function modelOf(
  { tokenizer, vocabulary }: WeightVocabularies,
  seed: number,
  more: Partial<ModelConfig> = {},
): ModelData {
  const sizes = { tokenizerSize: tokenizer.size, vocabularySize: vocabulary.size };
  const config = { ...TINY_CONFIG, ...sizes, ...more };
  const model = createModelData(config, vocabularyTables(vocabulary, tokenizer), seedStream(seed, 'weights'));
  // No weight begins as another model's does: those that are 0 at first, too.
  return { ...model, weights: model.weights.map((value, i) => value + seed + i / 1e6) };
}

/** Writes a model folder; its vocabularies only where they are asked for. */
async function writeModel(
  folder: string,
  model: ModelData,
  own: WeightVocabularies,
  whole: boolean,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { tokenizer, vocabulary } = own;
  const hashes = { ...MADE_UP_HASHES, tokenizer: tokenizer.hash, vocabulary: vocabulary.hash };
  const { config, weights } = encodeModel(model, hashes, 7);
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'model.safetensors'), weights);
  if (!whole) return;
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.toJSON()));
  await writeFile(join(folder, 'closed.json'), JSON.stringify(vocabulary.toJSON()));
}

const OLD = wordsOf(['total', 'value', 'values']);
const GROWN = wordsOf(['quota', 'quotas', 'total', 'value', 'values']);
const views = ({ weights, config }: ModelData): Record<string, Float32Array> =>
  flatViews(weights, flatLayout(config));

test('weights of the same vocabularies are taken as they are, with their start states', async () => {
  await withTemporaryFolder(async (folder) => {
    const given = modelOf(OLD, 1);
    await writeModel(folder, given, OLD, false);
    const store = createFolderStore(join(folder, 'run'));
    const made = await withInitialWeights(modelOf(OLD, 2), { folder }, { vocabularies: OLD, store });
    assert.equal(views(made), views(given));
    assert.equal(made.start, given.start);
  });
});

test('a vocabulary may grow: rows go by what they stand for, new ones are drawn', async () => {
  await withTemporaryFolder(async (folder) => {
    const given = modelOf(OLD, 1);
    await writeModel(folder, given, OLD, true);
    const drawn = modelOf(GROWN, 2);
    const store = createFolderStore(join(folder, 'run'));
    const made = await withInitialWeights(drawn, { folder }, { vocabularies: GROWN, store });
    const row = (model: ModelData, { tokenizer }: WeightVocabularies, text: string): number[] => {
      const [id, ...rest] = tokenizer.encodeToken(text);
      assert.equal(rest, [], text);
      const width = model.config.embeddingWidth;
      return [...views(model)['embedding.pieces'].slice(id * width, (id + 1) * width)];
    };
    assert.not.equal(OLD.tokenizer.encodeToken('value'), GROWN.tokenizer.encodeToken('value'));
    for (const text of ['total', 'value', 'v', '('])
      assert.equal(row(made, GROWN, text), row(given, OLD, text), text);
    assert.equal(row(made, GROWN, 'quota'), row(drawn, GROWN, 'quota'));
    const bias = (model: ModelData, { vocabulary }: WeightVocabularies, text: string): number =>
      views(model)['heads.vocabularyBias'][vocabulary.indexOf({ kind: 'name', text })];
    assert.is(bias(made, GROWN, 'value'), bias(given, OLD, 'value'));
    assert.is(bias(made, GROWN, 'quota'), bias(drawn, GROWN, 'quota'));
    assert.equal(views(made)['core.0.qkv'], views(given)['core.0.qkv']);
  });
});

test('weights of another shape, a folder without a model or its vocabularies: one clear error each', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(join(folder, 'run'));
    const take = (given: ModelData, vocabularies = OLD): Promise<ModelData> =>
      withInitialWeights(given, { folder }, { vocabularies, store });
    await writeModel(folder, modelOf(OLD, 1), OLD, false);
    const CASES: [more: Partial<ModelConfig>, message: RegExp][] = [
      [
        { width: 128 },
        /expected weights .*embedding.up \[8, 128\], got embedding.up \[8, 64\]: width 64, layers 1/,
      ],
      [{ layers: 2 }, /expected weights .*core.1.qkv .*, got heads.location/],
      [{ embeddingWidth: 16 }, /embedding.pieces \[\d+, 16\], got embedding.pieces/],
    ];
    for (const [more, message] of CASES) {
      const error = await rejection(() => take(modelOf(OLD, 2, more)));
      assert.instance(error, DataError);
      assert.match(error.message, message);
    }
    // What needs no other weights may differ.
    assert.ok(await take(modelOf(OLD, 2, { supervisionSteps: 2, maxTokens: 64 })));
    const other = await rejection(() => take(modelOf(GROWN, 2), GROWN));
    assert.match(
      other.message,
      /another vocabulary than the model \(tokenizer.json\), and the model's own is not in the folder/,
    );
    const none = await rejection(() => settleInitialWeights(join(folder, 'nowhere'), store));
    assert.instance(none, UserError);
    assert.match(none.message, /expected a model folder ".*nowhere", found no config.json/);
  });
});

/** Trains a few steps on a processed dataset. */
function trainOn(data: ObjectStore, output: string, more: object): Promise<Manifest> {
  const config = trainConfigSchema.parse({
    precision: 'float32',
    model: { width: 64, embeddingWidth: 16, layers: 1 },
    batchTokens: 256,
    evaluateEvery: 2,
    checkpointEvery: 1,
    feed: { source: 'memory' },
    optimizer: { warmupSteps: 1 },
    ...more,
  });
  return train(config, {
    store: createFolderStore(output),
    signal: new AbortController().signal,
    progress: silentProgress,
    machine: testMachine,
    inputs: { process: data },
    ...localFolders(`${output}-local`),
    seed: 3,
    rng: seedStream(3, 'train'),
  });
}

test('a run says which weights it began with, and a resume needs them no more', async () => {
  await requireNativeEngine();
  await withTemporaryFolder(async (folder) => {
    const { store: data } = await processWorld(folder, 'data');
    await trainOn(data, join(folder, 'first'), { seed: 8, maxSteps: 4 });
    const given = join(folder, 'given');
    await cp(join(folder, 'first', 'model'), given, { recursive: true });
    const start = { initialWeights: given };
    const straight = await trainOn(data, join(folder, 'straight'), { ...start, maxSteps: 4 });
    const hash = straight['trm:metrics']?.initialWeights;
    assert.match(String(hash), /^sha256:[0-9a-f]{64}$/);
    const cut = join(folder, 'cut');
    await trainOn(data, cut, { ...start, maxSteps: 2, optimizer: { warmupSteps: 1, decayShare: 0 } });
    await rm(join(cut, 'manifest.json'));
    await rename(given, join(folder, 'gone'));
    const whole = await trainOn(data, cut, {
      ...start,
      maxSteps: 4,
      optimizer: { warmupSteps: 1, decayShare: 0 },
    });
    assert.is(whole['trm:metrics']?.initialWeights, hash);
    assert.is(whole['trm:metrics']?.steps, 4);
    const store = createFolderStore(cut);
    assert.is((await newestRecord(store))?.hashes.initialWeights, hash);
    const kept = readStart(await fixedTensors(store, ['start.y', 'start.z']), cut);
    const begun = { folder: null };
    const drawn = modelOf(OLD, 5);
    assert.equal((await withInitialWeights(drawn, begun, { vocabularies: OLD, store })).start, kept);
    // The model that is handed out computes with the start states that its weights were trained with.
    const models = await Promise.all(
      ['first', 'cut'].map((name) => readFile(join(folder, name, 'model', 'model.safetensors'))),
    );
    const [first, last] = models.map((bytes) =>
      readStart(decodeSafetensors(bytes, 'model').tensors, 'model'),
    );
    assert.equal(last, first);
    assert.equal(last, kept);
  });
});

test.run();
