import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, TrmError, UserError } from '../../core/errors';
import { silentProgress } from '../../core/progress';
import { seedStream } from '../../core/rng';
import { generateConfigSchema, type GenerateConfig } from '../../generation/config';
import { generate } from '../../generation/stage';
import { makeSample } from '../../python/edits/sample-testing';
import type { Manifest } from '../../records/manifest';
import type { Sample } from '../../records/sample';
import { settledConfig } from '../../records/stage-job';
import { writeRandomModel, writeTrainedModel } from '../../repair/testing';
import { writeContextShards } from '../../shards/context-shard';
import { buildManifest, writeManifest } from '../../shards/manifest';
import { readSamples, writeSampleShards } from '../../shards/sample-shard';
import { verifyDataset } from '../../shards/verify';
import { localFolders, type StageContext } from '../../stages/context';
import { testMachine } from '../../stages/testing';
import { createFolderStore } from '../../storage/folder-store';
import { collectAll, rejection, withTemporaryFolder } from '../../storage/testing';
import { generateStage } from './generate-stage';

const FIXED =
  'def area(self, scale):\n    if scale > LIMIT:\n        scale = LIMIT\n    return self.size * scale\n';
const BUGGY = FIXED.replace('self.size', 'self.width');

type Settings = Partial<NonNullable<GenerateConfig['breaker']>>;

/** A finished collection of some functions, and what the stage makes of it with a breaker. */
async function openWorld(folder: string, sources: readonly string[], model: string) {
  const collected = createFolderStore(join(folder, 'collect'));
  const samples = sources.map((source) => makeSample(source));
  const resources = await writeSampleShards(collected, 'samples', samples);
  resources.push(...(await writeContextShards(collected, [])));
  const counts = { in: samples.length, out: samples.length, dropped: {} };
  const context = { seed: 7, inputs: {}, machine: testMachine };
  const about = { stage: 'collect' as const, stageVersion: 1, config: {}, context, resources, counts };
  await writeManifest(collected, await buildManifest(about));
  const configOf = (settings: Settings, more: object): GenerateConfig =>
    generateConfigSchema.parse({ breaker: { model, alone: true, ...settings }, ...more });
  const contextOf = (name: string, more: Partial<StageContext>): StageContext => {
    const store = createFolderStore(join(folder, name));
    return {
      ...{ store, ...localFolders(`${store.location}-local`), inputs: { collect: collected } },
      ...{ signal: new AbortController().signal, progress: silentProgress, machine: testMachine },
      ...{ seed: 7, rng: seedStream(7, 'generate') },
      ...more,
    };
  };
  return {
    configOf,
    contextOf,
    run: async (name: string, settings: Settings = {}, more: object = {}) => {
      const context = contextOf(name, {});
      const manifest = await generateStage(configOf(settings, more), context);
      assert.equal((await verifyDataset(context.store)).problems, []);
      return { manifest, samples: await collectAll(readSamples(context.store)) };
    },
  };
}

const textsOf = ({ samples }: { samples: readonly Sample[] }): string[] =>
  samples.map(({ before }) => before);

const breakerOf = ({ 'trm:metrics': metrics }: Manifest) =>
  metrics?.breaker as { proposed: number; kept: number; dropped: Record<string, number> };

test('a breaker that learned one fix turned around plants exactly its bug in the fixed function', async () => {
  await withTemporaryFolder(async (folder) => {
    const model = join(folder, 'model');
    // To a breaker the fixed function is what is to be changed.
    const lesson = { buggy: FIXED, fixed: BUGGY, bugType: 'wrong-name' };
    await writeTrainedModel(model, [lesson], { code: FIXED + BUGGY.repeat(3), steps: 120 });
    const { run } = await openWorld(folder, [FIXED], model);
    const { samples, manifest } = await run('out', { bugsPerFunction: 1, temperature: 0.1 });
    assert.equal(
      samples.map(({ before, after, flags }) => [before, after, flags]),
      [[BUGGY, FIXED, ['learned_bug']]],
    );
    assert.equal([breakerOf(manifest).proposed, breakerOf(manifest).kept], [1, 1]);
  });
});

test('the same seed gives the same bugs, however the work is divided; another gives others; drops are counted', async () => {
  await withTemporaryFolder(async (folder) => {
    const model = join(folder, 'model');
    await writeRandomModel(model, { code: FIXED });
    const names = ['area', 'edge', 'face', 'side', 'part', 'list'];
    const sources = names.map((name) => FIXED.replace('area', name).replace('size', `${name}_size`));
    const { run } = await openWorld(folder, sources, model);
    const first = await run('a', { bugsPerFunction: 4 });
    const second = await run('b', { bugsPerFunction: 4 }, { batchSize: 1, workers: 1, functionsPerShard: 2 });
    assert.ok(first.samples.length > 0);
    assert.equal(textsOf(second), textsOf(first));
    assert.not.equal(textsOf(await run('c', { bugsPerFunction: 4, seed: 1 })), textsOf(first));
    const { proposed, kept, dropped } = breakerOf(first.manifest);
    assert.is(kept, first.samples.length);
    assert.is(proposed, kept + Object.values(dropped).reduce((sum, n) => sum + n, 0));
    const both = await run('d', { bugsPerFunction: 4, alone: false });
    const learned = both.samples.filter(({ flags }) => flags.includes('learned_bug'));
    assert.ok(both.samples.length > learned.length && learned.length > 0, 'mutators plant beside it');
  });
});

test('a folder without a model, another model than promised and a missing breaker are one clear error each', async () => {
  await withTemporaryFolder(async (folder) => {
    const model = join(folder, 'model');
    await writeRandomModel(model, { code: FIXED });
    const { run, configOf, contextOf } = await openWorld(folder, [FIXED], model);
    const missing = await rejection(() => run('a', { model: join(folder, 'nowhere') }));
    assert.instance(missing, UserError);
    assert.match(
      missing.message,
      /^generate\.breaker\.model: expected a model folder ".*nowhere", found no config/,
    );
    const sources = { breaker: 'sha256:other' };
    const other = await rejection(() => generateStage(configOf({}, {}), contextOf('b', { sources })));
    assert.instance(other, DataError);
    assert.match(
      other.message,
      /expected the model that the stage was begun for \(sha256:other\), got sha256:/,
    );
    const none = await rejection(() => generate(configOf({}, {}), contextOf('c', {})));
    assert.instance(none, TrmError);
    assert.match(none.message, /expected the breaker that the config names, got none/);
  });
});

test('a config without a breaker has the key that it always had, and the folder of one stands in none', () => {
  const plain = generateConfigSchema.parse({});
  assert.not.ok('breaker' in settledConfig('generate', plain));
  const settled = settledConfig('generate', generateConfigSchema.parse({ breaker: { model: 'm' } }));
  assert.equal(settled.breaker, { bugsPerFunction: 2, temperature: 1, seed: 0, alone: false });
});

test.run();
