import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, InterruptedError } from '../core/errors';
import { createProgress, silentProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { Critic } from '../python/critic/critic';
import { applyEdits } from '../python/edits/edit-script';
import { applyEdit, sampleId, sameToken } from '../python/edits/edits';
import { lex } from '../python/tokens/lexer';
import { makeSample } from '../python/edits/sample-testing';
import { MAX_SPAN, SLOTS } from '../records/example';
import type { Manifest } from '../records/manifest';
import { NO_MENTIONS, storedContext, type StoredContext } from '../records/file-context';
import { fileOrigin, type Sample } from '../records/sample';
import { buildManifest, writeManifest } from '../shards/manifest';
import { Contexts, referencedContexts, writeContextShards } from '../shards/context-shard';
import { readSamples, writeSampleShards } from '../shards/sample-shard';
import { verifyDataset } from '../shards/verify';
import { DROPS_KEY } from '../storage/drop-log';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { listKeys } from '../storage/objects';
import type { StageContext } from '../stages/context';
import { localFolders } from '../stages/context';
import { collectAll, rejection, withTemporaryFolder } from '../storage/testing';
import { compilesWithBug } from '../taxonomy/bug-type';
import { BUG_TYPES, bugType } from '../taxonomy/table';
import { generateConfigSchema } from './config';
import { generate } from './stage';
import type { Dropped } from './tally';
import { testMachine } from '../stages/testing';

/** What the files of all samples here say. */
const CONTEXT = storedContext({
  imports: { json: 'json' },
  names: [],
  classes: [],
  functions: [{ name: 'f', signature: '()', decorators: [], assigned: [], read: [], mentions: NO_MENTIONS }],
  mentions: NO_MENTIONS,
});

/** A clean sample as `collect` writes it. */
function cleanSample(source: string, more: Partial<Sample> = {}): Sample {
  const name = /def (\w+)/.exec(source)?.[1] ?? 'module';
  const clean = makeSample(source);
  return {
    ...clean,
    group: 'r/a',
    origin: { ...fileOrigin(clean.origin), path: `${name}.py`, function: name },
    context: { id: CONTEXT.id, function: 0 },
    ...more,
  };
}

/** The correct sides of the taxonomy's examples: small functions with something for every mutator. */
const CLEAN = BUG_TYPES.map(({ example }) => cleanSample(example.after));

function contextFor(
  store: ObjectStore,
  inputs: StageContext['inputs'],
  more: Partial<StageContext> = {},
): StageContext {
  const signal = new AbortController().signal;
  return {
    store,
    inputs,
    ...localFolders(`${store.location}-local`),
    signal,
    progress: silentProgress,
    machine: testMachine,
    seed: 7,
    rng: seedStream(7, 'generate'),
    ...more,
  };
}

async function writeCollected(folder: string, samples: readonly Sample[]): Promise<ObjectStore> {
  const store = createFolderStore(folder);
  const resources = await writeSampleShards(store, 'samples', samples);
  resources.push(...(await writeContextShards(store, [CONTEXT])));
  const counts = { in: samples.length, out: samples.length, dropped: {} };
  const context = { seed: 7, inputs: {}, machine: testMachine };
  await writeManifest(
    store,
    await buildManifest({ stage: 'collect', stageVersion: 1, config: {}, context, resources, counts }),
  );
  return store;
}

interface Generated {
  manifest: Manifest;
  samples: Sample[];
  /** Those that the samples speak of. */
  contexts: StoredContext[];
  drops: Dropped[];
}

/** Runs the stage over clean samples in a folder of its own. */
async function run(
  samples: readonly Sample[],
  config: Parameters<(typeof generateConfigSchema)['parse']>[0] = {},
  more: Partial<StageContext> = {},
): Promise<Generated> {
  return withTemporaryFolder(async (folder) => {
    const collected = await writeCollected(join(folder, 'collect'), samples);
    const store = createFolderStore(join(folder, 'generate'));
    return finish(store, contextFor(store, { collect: collected }, more), config);
  });
}

async function finish(
  store: ObjectStore,
  context: StageContext,
  config: Parameters<(typeof generateConfigSchema)['parse']>[0],
): Promise<Generated> {
  const manifest = await generate(generateConfigSchema.parse(config), context);
  const report = await verifyDataset(store);
  assert.equal(report.problems, []);
  const lines = Buffer.from(await store.get(DROPS_KEY))
    .toString('utf8')
    .split('\n')
    .filter(Boolean);
  return {
    manifest,
    samples: await collectAll(readSamples(store)),
    contexts: [...(await Contexts.read(store)).select(await referencedContexts(store, 'samples'))],
    drops: lines.map((line) => JSON.parse(line) as Dropped),
  };
}

test('mutants speak of the context of their clean function, which comes along', async () => {
  const { samples, contexts } = await run(CLEAN.slice(0, 5), { mutantsPerFunction: 2 });
  assert.ok(samples.length > 5);
  for (const { context, evidence, bugType: type } of samples) {
    assert.equal(context, { id: CONTEXT.id, function: 0 });
    assert.equal(evidence, type === null ? [] : [{ kind: 'planted', bugType: type }]);
  }
  assert.equal(contexts, [CONTEXT]);
});

test('every mutant is what its type says, and its edits mend it exactly', async () => {
  const { samples, manifest } = await run(CLEAN, { mutantsPerFunction: 8 });
  assert.ok(samples.length > 250, `${samples.length}`);
  const critic = await Critic.start();
  const verdicts = await critic.check(samples.map(({ before }) => before)).finally(() => critic.close());
  const parents = new Map(CLEAN.map((sample) => [sample.id, sample]));
  samples.forEach((sample, i) => {
    const type = bugType(sample.bugType ?? '');
    assert.is(verdicts[i].valid, compilesWithBug(type), `${type.id}\n${sample.before}`);
    assert.is(sample.family, type.family);
    assert.is(parents.get(sample.parentId ?? '')?.after, sample.after);
    const tokens = lex(sample.before);
    const mended = lex(applyEdits(sample.before, tokens, sample.edits));
    const clean = lex(sample.after);
    assert.ok(mended.length === clean.length && mended.every((token, k) => sameToken(token, clean[k])));
    for (const { tokenSpan, replacement } of sample.edits)
      assert.ok(tokenSpan[1] - tokenSpan[0] <= MAX_SPAN && replacement.length <= SLOTS);
    assert.is(sample.id, sampleId(sample.before, sample.after));
  });
  assert.is(new Set(samples.map(({ id }) => id)).size, samples.length);
  const { counts } = manifest['trm:lineage'];
  assert.equal([counts.in, counts.out], [CLEAN.length, samples.length]);
  const types = manifest['trm:metrics']?.types as Record<string, { drawn: number; kept: number }>;
  assert.is(
    Object.values(types).reduce((sum, { kept }) => sum + kept, 0),
    samples.length,
  );
  assert.equal(manifest['trm:licences'], { MIT: samples.length });
});

test('the seed alone decides: the order of functions does not matter', async () => {
  const ids = ({ samples }: Generated): string[] => samples.map(({ id }) => id).sort();
  const all = await run(CLEAN);
  const turned = await run([...CLEAN].reverse(), { batchSize: 7, criticWorkers: 2 });
  assert.equal(ids(turned), ids(all));
  const other = await run(CLEAN, {}, { seed: 8, rng: seedStream(8, 'generate') });
  assert.not.equal(ids(other), ids(all));
});

test('the number of workers and the size of batches do not show in the shards', async () => {
  await withTemporaryFolder(async (folder) => {
    const collected = await writeCollected(join(folder, 'collect'), CLEAN);
    const hashesOf = async (name: string, config: object): Promise<string[][]> => {
      const store = createFolderStore(join(folder, name));
      const input = { ...config, functionsPerShard: 17, mutantsPerFunction: 6 };
      const { manifest } = await finish(store, contextFor(store, { collect: collected }), input);
      return manifest.resources.map(({ path, hash }) => [path, hash]);
    };
    const one = await hashesOf('one', { workers: 1, criticWorkers: 1 });
    assert.ok(one.length > 4);
    assert.equal(await hashesOf('two', { workers: 2, criticWorkers: 2, batchSize: 16 }), one);
  });
});

test('a program is written once, though two functions give it', async () => {
  const twins = ['a + b', 'a - b', 'a * b', 'a / b'].map((value) =>
    cleanSample(`def f(a, b):\n    return ${value}\n`),
  );
  const { samples, manifest } = await run(twins, { mutantsPerFunction: 60 });
  const programs = samples.map(({ before }) =>
    lex(before)
      .map(({ kind, text }) => `${kind} ${text}`)
      .join(),
  );
  assert.ok(programs.length > 20);
  assert.is(new Set(programs).size, programs.length);
  assert.ok(manifest['trm:lineage'].counts.dropped.duplicate_mutant >= 2);
  // The bug of one function is the clean code of another that came before.
  assert.not.ok(samples.some(({ before }) => before === twins[0].after));
});

test('an interrupted run goes on after its last whole shard and ends with the same files', async () => {
  await withTemporaryFolder(async (folder) => {
    const collected = await writeCollected(join(folder, 'collect'), CLEAN);
    const config = { functionsPerShard: 13 };
    const whole = createFolderStore(join(folder, 'whole'));
    const expected = await finish(whole, contextFor(whole, { collect: collected }), config);
    const cut = createFolderStore(join(folder, 'cut'));
    const controller = new AbortController();
    const progress = createProgress({
      sink: ({ task, done }) => task === 'mutating functions' && done >= 30 && controller.abort(),
      intervalMs: 0,
    });
    const aborted = contextFor(cut, { collect: collected }, { signal: controller.signal, progress });
    assert.instance(
      await rejection(() => generate(generateConfigSchema.parse(config), aborted)),
      InterruptedError,
    );
    assert.not.ok(await cut.exists('manifest.json'));
    const starts: number[] = [];
    const watched = createProgress({
      sink: ({ task, done }) => task === 'mutating functions' && starts.push(done),
    });
    const resumed = await finish(cut, contextFor(cut, { collect: collected }, { progress: watched }), config);
    assert.is(starts[0], 26);
    const hashes = ({ manifest }: Generated): string[][] =>
      manifest.resources.map(({ path, hash }) => [path, hash]);
    assert.is(expected.manifest.resources.length, Math.ceil(CLEAN.length / 13) + 2);
    assert.equal(hashes(resumed), hashes(expected));
    assert.equal(resumed.manifest['trm:lineage'].counts, expected.manifest['trm:lineage'].counts);
    assert.equal((await listKeys(cut, 'journal/')).length, 0);
  });
});

test('a manifest that cannot be written leaves everything to resume from, and one that is written leaves no journal', async () => {
  await withTemporaryFolder(async (folder) => {
    const collected = await writeCollected(join(folder, 'collect'), CLEAN);
    const config = { functionsPerShard: 40 };
    const store = createFolderStore(join(folder, 'out'));
    // A folder in the manifest's place makes the rename fail, as a full disk makes the write fail.
    await mkdir(join(store.location, 'manifest.json'), { recursive: true });
    const context = contextFor(store, { collect: collected });
    await rejection(() => generate(generateConfigSchema.parse(config), context));
    assert.ok((await listKeys(store, 'journal/')).length > 0, 'the journal outlives a failure');
    await rmdir(join(store.location, 'manifest.json'));
    const starts: number[] = [];
    const progress = createProgress({
      sink: ({ task, done }) => task === 'mutating functions' && starts.push(done),
    });
    await finish(store, contextFor(store, { collect: collected }, { progress }), config);
    assert.is(starts[0], CLEAN.length, 'no function is mutated again');
    assert.equal(await listKeys(store, 'journal/'), []);
  });
});

test('everything that is dropped has a reason, a count and an example', async () => {
  const long = `def f(a):\n${'    a = a + 1\n'.repeat(200)}`;
  const late = cleanSample('def late(a, b):\n    return a\n    return a + b - a * b\n');
  // A loop is drawn with `2` or `0` for its `1`: some of these surely with `2`, which means the same.
  const loops = Array.from({ length: 12 }, (_, i) =>
    cleanSample(`def g${i}(value):\n    while 1:\n        pass\n`),
  );
  const { manifest, drops, samples } = await run(
    [
      ...CLEAN,
      CLEAN[0],
      cleanSample(long),
      cleanSample('def f(x):\n    return x\n', { group: 'elsewhere' }),
      cleanSample('def f(:\n    pass\n'),
      {
        ...cleanSample('def h(x):\n    return x\n'),
        edits: [{ tokenSpan: [0, 0], charSpan: [0, 0], replacement: [] }],
      },
      ...loops,
      late,
    ],
    { maxTokens: 500, allowedGroups: ['r/*'], mutantsPerFunction: 30, families: { numeric: 0.9 } },
  );
  const { counts } = manifest['trm:lineage'];
  for (const reason of [
    'duplicate_function',
    'function_too_long',
    'group_not_allowed',
    'clean_does_not_compile',
    'not_clean',
    'same_mutant',
    'edit_too_long',
    'same_bytecode',
    'dead_code',
  ]) {
    assert.ok(counts.dropped[reason] >= 1, reason);
    assert.ok(
      drops.some((dropped) => dropped.reason === reason),
      reason,
    );
  }
  assert.not.ok(samples.some(({ group }) => group === 'elsewhere'));
  // `while 2:` for `while 1:` compiles to the same loop.
  const equal = drops.find(({ reason, source }) => reason === 'same_bytecode' && source?.includes('def g'));
  assert.is(equal?.bugType, 'off-by-one-literal');
  assert.ok((manifest['trm:metrics']?.equivalentRate as number) > 0);
  const dead = drops.find(({ reason }) => reason === 'dead_code');
  assert.match(dead?.source ?? '', /def late/);
  const broken = drops.find(({ reason }) => reason === 'clean_does_not_compile');
  assert.match(broken?.detail ?? '', /^SyntaxError: /);
});

test('lines of what is dropped are capped a reason; all are counted', async () => {
  const { manifest, drops } = await run(CLEAN, { mutantsPerFunction: 30, maxDropsPerReason: 3 });
  const kept = drops.filter(({ reason }) => reason === 'same_mutant').length;
  assert.is(kept, 3);
  assert.ok(manifest['trm:lineage'].counts.dropped.same_mutant > 3);
});

test('maxSamples ends the stage, cleanPerMutant adds the clean functions', async () => {
  const limited = await run(CLEAN, { maxSamples: 21, functionsPerShard: 5 });
  assert.is(limited.samples.length, 21);
  const { samples, manifest } = await run(CLEAN, { mutantsPerFunction: 1, cleanPerMutant: 1 });
  const clean = samples.filter(({ edits }) => edits.length === 0);
  assert.ok(clean.length > 50 && clean.length === samples.length / 2, `${clean.length} of ${samples.length}`);
  assert.is(manifest['trm:metrics']?.clean, clean.length);
});

test('mutants of several bugs are written with one edit a bug, each confirmed alone', async () => {
  const bugsPerMutant = { syntax: [0, 1, 1], other: [0, 1, 0] } as const;
  const { samples } = await run(CLEAN, { bugsPerMutant: { ...bugsPerMutant }, mutantsPerFunction: 8 });
  const several = samples.filter(({ edits }) => edits.length > 1);
  assert.ok(several.length > 20, `${several.length}`);
  assert.ok(
    several.some(({ family }) => family === 'syntax') && several.some(({ family }) => family !== 'syntax'),
  );
  assert.ok(samples.every(({ edits, flags }) => flags.includes('several_bugs') === edits.length > 1));
  const mended = several.map(({ before, edits }) => {
    const tokens = lex(before);
    return edits.map((edit) => applyEdit(before, tokens, edit));
  });
  const critic = await Critic.start();
  const fingerprints = await critic
    .fingerprint(several.flatMap(({ before, after }, i) => [before, after, ...mended[i]]))
    .finally(() => critic.close());
  for (const { family, edits, before, after } of several) {
    const [buggy, clean, ...partly] = fingerprints.splice(0, 2 + edits.length);
    assert.ok(clean !== null && (buggy === null) === (family === 'syntax'), before);
    // Mending one bug leaves another program than before, and not yet the clean one.
    if (family !== 'syntax' && edits.length === 2)
      assert.is(new Set([buggy, clean, ...partly]).size, 4, `${before}${after}`);
  }
});

test('a config may ask for one type alone', async () => {
  const others = Object.fromEntries(BUG_TYPES.map(({ id }) => [id, id === 'missing-colon' ? 1 : 0]));
  const { samples } = await run(CLEAN, { types: others });
  assert.ok(samples.length >= 60);
  assert.ok(samples.every((sample) => sample.bugType === 'missing-colon'));
});

test('missing or useless input is one clear error, and leaves no manifest', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(join(folder, 'out'));
    const config = generateConfigSchema.parse({ allowedGroups: ['nobody'] });
    const none = await rejection(() => generate(config, contextFor(store, {})));
    assert.instance(none, DataError);
    assert.match(none.message, /collect/);
    const collected = await writeCollected(join(folder, 'collect'), CLEAN.slice(0, 2));
    const useless = await rejection(() => generate(config, contextFor(store, { collect: collected })));
    assert.instance(useless, DataError);
    assert.match(useless.message, /could use none of 2 samples/);
    assert.not.ok(await store.exists('manifest.json'));
  });
});

test.run();
