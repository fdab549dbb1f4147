import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STAGES } from '../../records/run';
import { STAGE_INPUTS, type StageIdentity, stageKey, stageNotebook } from './stage-key';

const identity: StageIdentity = {
  stage: 'process',
  version: 1,
  notebook: 'n',
  config: { a: 1, b: { c: 2 } },
  seed: 42,
  inputs: { collect: 'x', generate: 'y' },
};

test('every ingredient changes the key, the order of keys does not', () => {
  const key = stageKey(identity);
  assert.match(key, /^process-[0-9a-f]{16}$/);
  const changes: Partial<StageIdentity>[] = [
    { stage: 'train' },
    { version: 2 },
    { notebook: 'm' },
    { config: { a: 1, b: { c: 3 } } },
    { seed: 43 },
    { inputs: { collect: 'x', generate: 'z' } },
    { inputs: { collect: 'x' } },
  ];
  const others = changes.map((change) => stageKey({ ...identity, ...change }));
  assert.is(new Set([key, ...others]).size, changes.length + 1);
  const reordered = { ...identity, config: { b: { c: 2 }, a: 1 }, inputs: { generate: 'y', collect: 'x' } };
  assert.is(stageKey(reordered), key);
});

test('a stage reads only stages that come before it', () => {
  for (const stage of STAGES)
    for (const input of STAGE_INPUTS[stage])
      assert.ok(STAGES.indexOf(input) < STAGES.indexOf(stage), `${stage} <- ${input}`);
  assert.is(stageNotebook('collect'), '01-collect.ipynb');
  assert.is(stageNotebook('release'), '06-release.ipynb');
});

test.run();
