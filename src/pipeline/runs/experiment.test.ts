import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, stringify } from 'yaml';
import { ConfigError } from '../../core/errors';
import { hashJson } from '../../core/hash';
import { projectRoot } from '../../core/paths';
import { FAMILIES } from '../../records/sample';
import { BUG_TYPES } from '../../taxonomy/table';
import { modelConfigOf } from '../../training/config';
import { FEED_SOURCES } from '../../training/feed/config';
import { plainTwin } from '../../training/sudoku/config';
import { supervisionStepFlops } from '../../trm/flops';
import { experimentKind, experimentPath, experimentSchema, loadExperiment } from './experiment';
import { newRunRecord, writeRunRecord } from './run-record';
import { loadSudokuExperiment, openSudoku } from '../sudoku/sudoku';
import { testMachine } from '../../stages/testing';

const folder = join(projectRoot(), 'experiments');

test('every experiment file is valid and says what it is for', async () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  assert.ok(names.includes('quickstart.yaml') && names.includes('tiny.yaml'));
  for (const name of names) {
    const experiment = join(folder, name);
    const load = experimentKind(experiment) === 'sudoku' ? loadSudokuExperiment : loadExperiment;
    const { config } = await load({ experiment });
    if (name !== 'base.yaml') assert.ok(config.description.length > 20, name);
  }
});

test('base.yaml lists every key with its default', () => {
  const base = parse(readFileSync(join(folder, 'base.yaml'), 'utf8')) as Record<string, unknown>;
  const defaults = experimentSchema.parse({});
  assert.equal(experimentSchema.parse(base), defaults);
  const isMap = (value: unknown): value is Record<string, unknown> =>
    value !== null && typeof value === 'object' && !Array.isArray(value);
  const missing = (value: unknown, listed: unknown, path: string): string[] => {
    if (!isMap(value)) return [];
    return Object.entries(value).flatMap(([key, member]) =>
      isMap(listed) && key in listed ? missing(member, listed[key], `${path}${key}.`) : [`${path}${key}`],
    );
  };
  assert.equal(missing(defaults, base, ''), []);
});

test('the quickstart gets through its schedule on any machine, and is judged once at the depth that it trained', async () => {
  const { train, evaluate } = (await loadExperiment({ experiment: 'quickstart' })).config;
  assert.is(train.maxSteps, null, 'its budget is in seconds');
  assert.is(train.optimizer.warmupSteps, null);
  assert.ok(train.optimizer.warmupShare + train.optimizer.decayShare < 0.7, 'much of it at the full rate');
  assert.ok(train.evaluateShare !== null && (train.checkpointSeconds ?? Infinity) <= 60);
  assert.equal([evaluate.supervisionSteps, evaluate.benchmarks], [[], []]);
});

test('the pair of recursion-seeds differs in recursion alone', async () => {
  const [recursive, plain] = await Promise.all(
    ['recursion-seeds', 'recursion-seeds-plain'].map(
      async (experiment) => (await loadExperiment({ experiment })).config,
    ),
  );
  assert.is(recursive.train.maxSeconds, null, 'a busy machine changes nothing');
  assert.equal({ ...plain.train, model: {} }, { ...recursive.train, model: {} });
  assert.equal(
    [plain.seed, plain.collect, plain.generate, plain.process],
    [recursive.seed, recursive.collect, recursive.generate, recursive.process],
  );
  const flops = ({ train }: typeof plain): number =>
    supervisionStepFlops(modelConfigOf(train, { sizes: { tokenizer: 1000, vocabulary: 500 }, maxTokens: 128 }), 32, 64, true);
  assert.ok(Math.abs(flops(plain) / flops(recursive) - 1) < 0.01, 'equal operations a step');
});

test('overrides and assignments reach the config; a wrong key names the nearest one', async () => {
  const { config } = await loadExperiment({
    experiment: 'tiny',
    set: ['train.maxSteps=7'],
    overrides: { 'process.fractions.val': 0.3 },
  });
  assert.is(config.train.maxSteps, 7);
  assert.is(config.process.fractions.val, 0.3);
  for (const [source, message] of [
    [{ experiment: 'tinny' }, /unknown experiment "tinny", did you mean "tiny"\?/],
    [{ experiment: 'tiny', set: ['train.maxStep=7'] }, /"train\.maxStep", did you mean "train\.maxSteps"/],
    [{ experiment: 'tiny', overrides: { 'train.preset': 'trm-smok' } }, /train\.preset/],
    [{ experiment: './nope.yaml' }, /expected an experiment file at .*nope\.yaml/],
  ] as const) {
    const error = await loadExperiment(source).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    assert.match(error?.message ?? '', message);
  }
  assert.throws(() => experimentPath('tinny'), /there are: base, .*quickstart, .*tiny/);
});

/** Why an experiment with these values is refused when it is loaded. */
async function refusal(experiment: string, overrides: Record<string, unknown>): Promise<string> {
  try {
    const kind = experimentKind(experimentPath(experiment));
    if (kind === 'sudoku') loadSudokuExperiment({ experiment, overrides });
    else await loadExperiment({ experiment, overrides });
  } catch (error) {
    assert.instance(error, ConfigError);
    return (error as Error).message;
  }
  return 'no error';
}

test('a phase that ends before one in front of it is refused by its key', async () => {
  const phases = (...ends: object[]) => ({
    'train.phases': ends.map((end, i) => ({ name: `phase ${i}`, ...end })),
  });
  for (const experiment of ['tiny', 'sudoku-tiny']) {
    assert.match(
      await refusal(experiment, phases({ untilStep: 30 }, { untilShare: 0.9 }, { untilStep: 20 }, {})),
      /: train\.phases\.2\.untilStep: expected ascending untilStep: phase "phase 0" in front of it lasts until 30, got 20$/,
    );
    assert.match(
      await refusal(experiment, phases({ untilShare: 0.5 }, { untilShare: 0.3 }, {})),
      /: train\.phases\.1\.untilShare: expected ascending untilShare: phase "phase 0" .* until 0\.5, got 0\.3$/,
    );
    assert.match(
      await refusal(experiment, phases({ untilStep: 30 }, { untilStep: 30 }, {})),
      /train\.phases\.1\.untilStep: expected ascending/,
    );
    // Ends of different kinds are not compared, and one that may be promoted leaves the next one what is left.
    const fine = phases(
      { untilStep: 20 },
      { untilStep: 30, untilScore: 1 },
      { untilStep: 30 },
      { untilShare: 0.1 },
    );
    assert.is(await refusal(experiment, fine), 'no error');
  }
});

test('buckets that end before the windows of the data are refused; the model reads as much as the data has', async () => {
  const short = { 'process.maxTokens': 96, 'train.bucketLengths': [32, 64] };
  assert.match(
    await refusal('tiny', short),
    /: train\.bucketLengths: expected a last bucket of at least 96 tokens, .*process\.maxTokens\), got 64/,
  );
  assert.is(await refusal('tiny', { ...short, 'process.maxTokens': 64 }), 'no error');
  assert.match(await refusal('tiny', { 'process.maxTokens': 257 }), /process\.maxTokens/);
  const { config } = await loadExperiment({ experiment: 'edit-cpu' });
  assert.is(config.process.maxTokens, 256);
  const data = { sizes: { tokenizer: 1000, vocabulary: 500 }, maxTokens: 128 };
  assert.is(modelConfigOf(config.train, data).maxTokens, 128);
  assert.throws(
    () => modelConfigOf({ ...config.train, bucketLengths: [64] }, data),
    /train\.bucketLengths: expected a last bucket of at least 128 tokens/,
  );
});

test('a plain core with a depth, from the preset or in a phase, is refused', async () => {
  const plain = { 'train.model.core': 'plain' };
  assert.match(
    await refusal('tiny', { ...plain, 'train.preset': 'trm-cpu' }),
    /: train\.model\.core: expected recursions, latentUpdates and supervisionSteps of 1 .*; they are 2, 2, 2, got "plain"$/,
  );
  const deep = {
    ...plain,
    'train.preset': 'trm-cpu',
    'train.model.recursions': 1,
    'train.model.latentUpdates': 1,
  };
  assert.match(await refusal('tiny', deep), /train\.model\.core: .*; they are 1, 1, 2/);
  assert.is(await refusal('tiny', { ...deep, 'train.model.supervisionSteps': 1 }), 'no error');
  assert.is(await refusal('edit-cpu-plain', {}), 'no error');
  const phases = {
    'train.phases': [
      { name: 'a', untilShare: 0.5 },
      { name: 'b', supervisionSteps: 2 },
    ],
  };
  assert.match(
    await refusal('tiny', { ...plain, ...phases }),
    /train\.phases\.1: expected phases without a depth for a plain core/,
  );
});

test('a mixture that leaves no bug is refused, whatever the source of the rows', async () => {
  const families = Object.fromEntries(FAMILIES.map((family) => [family, 0]));
  const types = Object.fromEntries(BUG_TYPES.map(({ id }) => [id, 0]));
  const phasesOf = (mixture: object) => ({
    'train.phases': [
      { name: 'a', untilShare: 0.5 },
      { name: 'b', mixture },
    ],
  });
  for (const source of FEED_SOURCES) {
    const from = { 'train.feed.source': source };
    for (const mixture of [{ families }, { types }, { difficulties: [0, 0, 0, 0, 0] }]) {
      assert.match(
        await refusal('tiny', { ...from, ...phasesOf(mixture) }),
        /: train\.phases\.1\.mixture: expected a weight above 0 for some bug.*, or a cleanShare of 1/,
      );
      assert.is(await refusal('tiny', { ...from, ...phasesOf({ ...mixture, cleanShare: 1 }) }), 'no error');
    }
    const planted = await refusal('tiny', { ...from, 'train.feed.mutations.types': types });
    if (source !== 'mutations') assert.is(planted, 'no error');
    else
      assert.match(
        planted,
        /: train\.feed\.mutations: expected a weight above 0 for some bug that feed\.mutations plants/,
      );
  }
});

test("a run's saved config is the config it started with, or refused", async () => {
  const run = mkdtempSync(join(tmpdir(), 'trm-experiment-'));
  try {
    const { config, hash } = await loadExperiment({ experiment: 'quickstart' });
    writeFileSync(join(run, 'config.yaml'), `# comment\n${stringify(config)}`);
    await writeRunRecord(run, newRunRecord('id', 'quickstart', hash));
    const again = await loadExperiment({ experiment: 'other', run });
    assert.equal(again.config, config);
    assert.is(again.name, 'quickstart');
    assert.is(hashJson(again.config), hash);
    const both = await loadExperiment({ experiment: 'x', run, overrides: { seed: 1 } }).catch(
      (e: Error) => e,
    );
    assert.match((both as Error).message, /expected no overrides beside the run/);
    writeFileSync(join(run, 'config.yaml'), stringify({ ...config, seed: 43 }));
    const changed = await loadExperiment({ experiment: 'x', run }).catch((e: Error) => e);
    assert.match((changed as Error).message, /is not the config that the run started with/);
  } finally {
    rmSync(run, { recursive: true });
  }
});

test('a Sudoku experiment has a schema of its own; either kind is refused where the other one belongs', async () => {
  const { config } = loadSudokuExperiment({ experiment: 'sudoku-4x4', set: ['train.maxSteps=7'] });
  assert.is(config.train.maxSteps, 7);
  const wrong = await loadExperiment({ experiment: 'sudoku-4x4' }).catch((error: Error) => error);
  assert.match((wrong as Error).message, /is a Sudoku experiment/);
  assert.throws(
    () => loadSudokuExperiment({ experiment: 'tiny' }),
    /expected an experiment with "kind: sudoku"/,
  );
  assert.throws(() => loadSudokuExperiment({ experiment: 'sudoku-4x4', run: '/runs/x' }), /expected no run/);
  assert.throws(
    () => loadSudokuExperiment({ experiment: 'sudoku-4x4', set: ['model.widht=64'] }),
    /"model\.widht", did you mean "model\.width"/,
  );
  const key = (set: string[]): string => openSudoku({ machine: testMachine, experiment: 'sudoku-4x4', set }).key;
  assert.is(key([]), key([]));
  assert.is.not(key([]), key(['seed=1']));
  assert.is(key([]), key(['train.tracking.tensorboard=false']), 'trackers change nothing of what is trained');
});

test('a Sudoku experiment with a plain core that is to recurse, or with a mixture, is refused; its plain twin is not', async () => {
  assert.match(
    await refusal('sudoku-4x4', { 'model.core': 'plain' }),
    /: model\.core: expected recursions, latentUpdates and supervisionSteps of 1 .*; they are 1, 1, 16, got "plain"$/,
  );
  const phases = [
    { name: 'wide', untilStep: 20, batchTokens: 128 },
    { name: 'deep', latentUpdates: 2 },
  ];
  const { config } = loadSudokuExperiment({
    experiment: 'sudoku-9x9',
    overrides: { 'train.phases': phases },
  });
  const twin = plainTwin(config);
  assert.match(
    await refusal('sudoku-9x9', { ...twin, 'train.phases': phases }),
    /: train\.phases\.1: expected phases without a depth for a plain core/,
  );
  const { train } = loadSudokuExperiment({ experiment: 'sudoku-9x9', overrides: twin }).config;
  assert.equal(
    train.phases.map(({ name, batchTokens, latentUpdates }) => [name, batchTokens, latentUpdates]),
    [
      ['wide', 128, undefined],
      ['deep', undefined, undefined],
    ],
  );
  for (const mixture of [{ cleanShare: 0.2 }, { families: { logic: 2 } }])
    assert.match(
      await refusal('sudoku-tiny', { 'train.phases': [{ name: 'a', mixture }] }),
      /: train\.phases\.0\.mixture: expected no mixture/,
    );
});

test('sudoku-4x4.yaml lists every key that there is', () => {
  const listed = parse(readFileSync(join(folder, 'sudoku-4x4.yaml'), 'utf8')) as Record<string, unknown>;
  assert.equal(loadSudokuExperiment({ experiment: 'sudoku-4x4' }).config, listed);
});

test.run();
