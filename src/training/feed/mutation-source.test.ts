import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { drawFunction } from '../../generation/drawing/draw';
import { familyShares } from '../../generation/mixture/aims';
import { createMixture } from '../../generation/drawing/mixture-part';
import { buildClosedVocabulary } from '../../processing/vocabulary/closed-vocabulary';
import { TokenCounter } from '../../processing/vocabulary/token-counter';
import { trainTokenizer } from '../../processing/tokenizer/tokenizer';
import { Critic } from '../../python/critic/critic';
import { lex } from '../../python/tokens/lexer';
import { makeSample } from '../../python/edits/sample-testing';
import type { Example } from '../../records/example';
import type { Sample } from '../../records/sample';
import { NO_SURROUNDINGS } from '../../records/file-context';
import { writeContextShards } from '../../shards/context-shard';
import { writeSampleShards } from '../../shards/sample-shard';
import { createFolderStore } from '../../storage/folder-store';
import type { ObjectStore } from '../../storage/object-store';
import { BUG_TYPES, bugTypeByCode, taxonomyHash } from '../../taxonomy/table';
import { feedConfigSchema } from './config';
import { mutateFunctions, scaledAims, type MutateOptions } from './mutate';
import { openStreamFeed } from './open';
import type { StreamFeed } from './stream-feed';
import { recorder, testMachine, whereIs } from '../../stages/testing';

/** The correct sides of the taxonomy's examples: small functions with something for every mutator. */
const CLEAN = BUG_TYPES.map(({ example }) => makeSample(example.after)).filter(
  (sample, i, all) => all.findIndex(({ id }) => id === sample.id) === i,
);

const counter = new TokenCounter();
for (const { after } of CLEAN) counter.add(lex(after));
const tokenizer = trainTokenizer(counter.words(), { vocabularySize: 600 });
const vocabulary = buildClosedVocabulary(counter.frequent(), { size: 200 });
const config = feedConfigSchema.parse({ source: 'mutations', mutations: { blockFunctions: 40 } });

let folder: string;
let critic: Critic;
let input: ObjectStore;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-mutations-'));
  critic = await Critic.start();
  input = await writeDataset('data', CLEAN.slice(0, 100), CLEAN.slice(100));
});

test.after(async () => {
  await critic.close();
  await rm(folder, { recursive: true });
});

/** A processed dataset, as far as the source reads it: mutants of the train split are passed over. */
async function writeDataset(name: string, train: Sample[], heldOut: Sample[]): Promise<ObjectStore> {
  const store = createFolderStore(join(folder, name));
  const mutant = makeSample('def f(a):\n    return b\n', 'def f(a):\n    return a\n');
  const rows = [...train, mutant, ...train.slice(0, 20)];
  await writeSampleShards(store, 'samples/train', rows, { rowsPerShard: 70, rowGroupSize: 30 });
  for (const split of ['val', 'test']) await writeSampleShards(store, `samples/${split}`, heldOut);
  await writeContextShards(store, []);
  await store.put('vocabulary/tokenizer.json', JSON.stringify(tokenizer.toJSON()));
  await store.put('vocabulary/closed.json', JSON.stringify(vocabulary.toJSON()));
  return store;
}

function openFeed(
  store = input,
  seed = 1,
  { python = testMachine.python, maxTokens = 128 }: { python?: string; maxTokens?: number } = {},
): Promise<StreamFeed> {
  return openStreamFeed({
    config,
    input: store,
    metadata: {
      hashes: { tokenizer: tokenizer.hash, vocabulary: vocabulary.hash, taxonomy: taxonomyHash() },
      sizes: { tokenizer: tokenizer.size, vocabulary: vocabulary.size },
      maxTokens,
    },
    bucketLengths: [16, 32, 64, 128],
    cleanShare: 0.5,
    python,
    rng: seedStream(seed, 'mutations'),
  });
}

async function takeBatches(feed: StreamFeed, count: number, rng = seedStream(3, 'x')): Promise<Example[]> {
  const rows: Example[] = [];
  for (let i = 0; i < count; i++) {
    const bucket = feed.pickBucket(rng, (length) => Math.floor(256 / length));
    rows.push(...(await feed.take(bucket, 1 + rng.int(8), rng)));
  }
  return rows;
}

function mutate(more: Partial<MutateOptions> = {}): ReturnType<typeof mutateFunctions> {
  const functions = CLEAN.slice(0, 60).map(({ id, after }) => ({ id, after, surroundings: NO_SURROUNDINGS }));
  return mutateFunctions(functions, {
    settings: config.mutations,
    mixture: createMixture(scaledAims(config.mutations, {})),
    critic,
    tokenizer,
    vocabulary,
    maxTokens: 128,
    seed: 5,
    epoch: 0,
    admissionDrop: () => undefined,
    ...more,
  });
}

const isBuggy = ({ target }: Example): boolean => target.location > 0;
const familyOf = ({ target }: Example): string => bugTypeByCode(target.bugType)?.family ?? 'none';

test('functions give mutants and themselves; other ones each epoch, the same ones for the same epoch', async () => {
  const [first, again, next] = [await mutate(), await mutate(), await mutate({ epoch: 1 })];
  assert.equal(first, again);
  const ids = ({ examples }: typeof first): string[] =>
    examples.filter(isBuggy).map(({ sampleId }) => sampleId);
  const common = ids(first).filter((id) => ids(next).includes(id)).length;
  assert.ok(
    ids(first).length > 90 && common < 0.5 * ids(first).length,
    `${common} of ${ids(first).length} again`,
  );
  assert.is(first.examples.filter((example) => !isBuggy(example)).length, 60);
});

test('CPython judges: syntax bugs say where the parser stops, the others parse', async () => {
  const { examples, dropped } = await mutate();
  const stops = (example: Example): number => example.stopped.reduce((sum, value) => sum + value, 0);
  const syntax = examples.filter((example) => familyOf(example) === 'syntax');
  const others = examples.filter(isBuggy).length - syntax.length;
  assert.ok(syntax.length > 10 && others > 10, `${syntax.length} syntax, ${others} others`);
  for (const example of examples) assert.is(stops(example), familyOf(example) === 'syntax' ? 1 : 0);
  for (const example of examples.filter(isBuggy))
    assert.ok(example.difficulty >= 1 && example.difficulty <= 5);
  assert.ok(dropped.length > 0);
});

test('a program that stands in another split is no row, whatever its layout', async () => {
  const clean = makeSample('def f(a, b):\n    return a == b\n');
  const drawn = drawFunction(
    { source: clean.after, context: NO_SURROUNDINGS, seed: 1 },
    createMixture(scaledAims(config.mutations, {})),
    { ...config.mutations, mutantsPerFunction: 60 },
  );
  const mutants = 'reason' in drawn ? [] : drawn.mutants;
  const heldOut = mutants.map(({ before }) => makeSample(`${before}  # a remark\n`, clean.after));
  assert.ok(heldOut.length > 20);
  const feed = await openFeed(await writeDataset('shared', [clean, CLEAN[0]], heldOut));
  try {
    await takeBatches(feed, 20);
    assert.ok((feed.figures().dropped.content_in_other_split ?? 0) > 0);
  } finally {
    await feed.close();
  }
});

test('a mutant that is clean code of the split, or a twin of another one, is no row', async () => {
  const marks = ['+', '-', '*', '//'];
  const pair = marks.map((mark) => makeSample(`def f(a, b):\n    return a ${mark} b\n`));
  const feed = await openFeed(await writeDataset('clean-bugs', pair, CLEAN.slice(0, 3)));
  const judge = makeSample('def g(x, y):\n    return x % y\n');
  const twins = await openFeed(await writeDataset('twins', pair, [judge]));
  try {
    await takeBatches(feed, 60);
    assert.ok((feed.figures().dropped.bug_is_clean_code ?? 0) > 0);
    await takeBatches(twins, 60);
    assert.ok((twins.figures().dropped.twin_in_other_split ?? 0) > 0);
  } finally {
    await Promise.all([feed.close(), twins.close()]);
  }
});

test('weights of a curriculum multiply the shares that are aimed at', () => {
  const base = scaledAims(config.mutations, {});
  const types = { 'wrong-name': 0, 'missing-not': 2 };
  const scaled = scaledAims(config.mutations, {
    families: { logic: 3 },
    types,
    difficulties: [1, 1, 1, 1, 1],
  });
  const ratio = (id: string): number => scaled[id] / base[id];
  assert.is(scaled['wrong-name'], 0);
  assert.ok(Math.abs(ratio('added-not') / ratio('misspelled-name') - 3) < 1e-9);
  assert.ok(Math.abs(ratio('missing-not') / ratio('added-not') - 2) < 1e-9);
  const sum = Object.values(familyShares(scaled)).reduce((total, share) => total + share, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
  const none = scaledAims(config.mutations, { difficulties: [0, 0, 0, 0, 0] });
  assert.ok(Object.values(none).every((share) => share === 0));
});

test('the feed deals mutants of the clean functions, half of the rows clean', async () => {
  const feed = await openFeed();
  try {
    const rows = await takeBatches(feed, 120);
    const share = rows.filter(isBuggy).length / rows.length;
    assert.ok(Math.abs(share - 0.5) < 0.1, `${share} of the rows buggy`);
    const cleanIds = new Set(CLEAN.slice(0, 100).map(({ id }) => id));
    for (const row of rows) if (!isBuggy(row)) assert.ok(cleanIds.has(row.sampleId));
    const types = new Set(rows.filter(isBuggy).map(({ target }) => target.bugType));
    assert.ok(types.size > 20, `${types.size} bug types`);
    feed.setMixture({ cleanShare: 0, families: { logic: 1, ...without('logic') } });
    const waiting = feed.state().pending.length;
    const later = (await takeBatches(feed, 120)).filter((row) => familyOf(row) !== 'logic');
    assert.ok(later.length <= waiting, `${later.length} rows of other families, ${waiting} waited`);
  } finally {
    await feed.close();
  }
});

test('windows are as long as those of the data, whatever the buckets hold', async () => {
  const feed = await openFeed(input, 1, { maxTokens: 24 });
  try {
    const rows = await takeBatches(feed, 40);
    assert.is(Math.max(...rows.map(({ length }) => length)), 24);
  } finally {
    await feed.close();
  }
});

test('the interpreter that is given judges', async () => {
  const interpreter = await recorder(folder, await whereIs(testMachine.python));
  await (await openFeed(input, 1, { python: interpreter.path })).close();
  assert.is((await interpreter.calls()).length, 1);
});

test('a mixture that leaves no bug to plant is refused before training', async () => {
  const feed = await openFeed();
  try {
    const empty = { families: { logic: 0, ...without('logic') } };
    for (const cleanShare of [0, 0.5])
      assert.throws(() => feed.checkMixture({ ...empty, cleanShare }), /leaves no bug to plant/);
    feed.checkMixture({ ...empty, cleanShare: 1 });
    feed.checkMixture({ families: without('logic'), cleanShare: 0 });
  } finally {
    await feed.close();
  }
});

test('a state goes on exactly, in a block and after a change of the mixture', async () => {
  const feed = await openFeed();
  const resumed = await openFeed();
  const other = await openFeed(input, 2);
  try {
    const requests = seedStream(8, 'requests');
    const ids = (rows: Example[]): string[] =>
      rows.map(({ sampleId, firstToken }) => `${sampleId}/${firstToken}`);
    await takeBatches(feed, 20, requests);
    for (const mixture of [{ cleanShare: 0.5 }, { cleanShare: 0.3, families: { syntax: 0 } }]) {
      feed.setMixture(mixture);
      const { cursor, pending } = feed.state();
      const state = requests.state();
      const expected = ids(await takeBatches(feed, 40, requests));
      await resumed.restore({ cursor: JSON.parse(JSON.stringify(cursor)) as unknown, pending });
      resumed.setMixture(mixture);
      const again = seedStream(0, 'any');
      again.restore(state);
      assert.equal(ids(await takeBatches(resumed, 40, again)), expected);
    }
    await assertRejects(other.restore(feed.state()), /expected a position in this training data/);
  } finally {
    await Promise.all([feed.close(), resumed.close(), other.close()]);
  }
});

test('a dataset without clean functions is refused', async () => {
  const bug = makeSample('def f(a):\n    return b\n', 'def f(a):\n    return a\n');
  const store = await writeDataset('buggy', [bug], []);
  await assertRejects(openFeed(store), /expected clean functions to plant bugs into, got none/);
});

function without(kept: string): Record<string, number> {
  const families = new Set(BUG_TYPES.map(({ family }) => family as string));
  return Object.fromEntries([...families].filter((family) => family !== kept).map((family) => [family, 0]));
}

async function assertRejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  try {
    await promise;
  } catch (error) {
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`expected ${message}`);
}

test.run();
