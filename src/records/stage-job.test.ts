import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STAGES } from './run';
import { EXECUTION_KEYS, settledConfig, stageJobSchema, stageKey, type StageJob } from './stage-job';

const job: StageJob = {
  stage: 'process',
  version: 1,
  config: { a: 1, b: { c: 2 } },
  seed: 42,
  python: '3.11.7',
  sources: { 'folder:x': 'r1' },
  inputs: { collect: 'x', generate: 'y' },
};

test('every ingredient changes the key, the order of keys does not', () => {
  const key = stageKey(job);
  assert.match(key, /^process-[0-9a-f]{16}$/);
  const changes: Partial<StageJob>[] = [
    { stage: 'train' },
    { version: 2 },
    { config: { a: 1, b: { c: 3 } } },
    { seed: 43 },
    { python: '3.12.0' },
    { python: null },
    { sources: { 'folder:x': 'r2' } },
    { inputs: { collect: 'x', generate: 'z' } },
    { inputs: { collect: 'x' } },
  ];
  const others = changes.map((change) => stageKey({ ...job, ...change }));
  assert.is(new Set([key, ...others]).size, changes.length + 1);
  const reordered = { ...job, config: { b: { c: 2 }, a: 1 }, inputs: { generate: 'y', collect: 'x' } };
  assert.is(stageKey(reordered), key);
  assert.match(stageKey(job, 'sudoku'), /^sudoku-/);
});

test('a job survives its way as JSON, and nothing else is taken for one', () => {
  const sent = stageJobSchema.parse(JSON.parse(JSON.stringify(job)));
  assert.is(stageKey(sent), stageKey(job));
  assert.throws(() => stageJobSchema.parse({ ...job, notebook: 'x' }));
});

test('how the work is done is no part of a settled config; what is done stays', () => {
  const config = {
    tracking: {},
    seed: 1,
    feed: { prefetchBlocks: 2, bufferRows: 3, mutations: { criticWorkers: 4, types: {} } },
  };
  assert.equal(settledConfig('train', config), {
    seed: 1,
    feed: { bufferRows: 3, mutations: { types: {} } },
  });
  assert.equal(config.feed.prefetchBlocks, 2, 'the given one is left as it is');
  assert.equal(settledConfig('release', { tracking: 1 }), { tracking: 1 });
  for (const stage of STAGES)
    assert.equal(settledConfig(stage, {}), {}, `${EXECUTION_KEYS[stage].join()} may lack`);
});

test.run();
