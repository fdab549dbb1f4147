import { isDeepStrictEqual } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { seedStream } from '../core/rng';
import { collate } from './batch';
import { describeParameters, PRESETS, resolveModelConfig } from './config';
import { supervisionStepFlops } from './flops';
import { headStates, locationLogits } from './heads';
import {
  createModelData,
  decodeModel,
  encodeModel,
  Model,
  prepareBatch,
  startStates,
  supervisionStep,
} from './model';
import { flatten, flatLayout, truncatedNormal } from './weights';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from './testing';

test.before(async () => {
  await requireNativeEngine();
});

const rng = seedStream(1, 'model-test');
const hash = 'a'.repeat(64);
const hashes = {
  dataset: hash,
  tokenizer: hash,
  vocabulary: hash,
  taxonomy: hash,
  lexerVersion: 1,
  exampleVersion: 1,
};

test('presets have the sizes of docs/MODEL.md', () => {
  const millions = (name: keyof typeof PRESETS) => {
    const { core, total } = describeParameters(PRESETS[name]);
    return [core, total].map((count) => Math.round(count / 1e4) / 100);
  };
  assert.is(millions('trm-smoke')[0], 0.43);
  assert.is(millions('trm-cpu')[0], 1.7);
  assert.is(millions('trm-7m-total')[0], 3.54);
  assert.is(millions('trm-7m')[0], 6.82);
  assert.ok(millions('trm-7m-total')[1] <= 7);
  assert.ok(millions('trm-7m-total')[1] > 6.9);
  assert.ok(describeParameters(PRESETS['trm-7m']).bytes < 50e6);
});

test('an unknown preset names the nearest one', () => {
  assert.throws(() => resolveModelConfig('trm-smok'), /did you mean "trm-smoke"/);
});

test('truncated normal has the asked std and stays within the cut', () => {
  const values = truncatedNormal(100_000, 0.5, rng.fork('normal'));
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  assert.ok(Math.abs(mean) < 0.01, `mean ${mean}`);
  assert.ok(Math.abs(std - 0.5) < 0.01, `std ${std}`);
  assert.ok(values.every((v) => Math.abs(v) <= 0.5 * 2 * 1.137));
});

test('padding changes no logit of a row', () => {
  const model = new Model(createModelData(TINY_CONFIG, syntheticTables(TINY_CONFIG), rng));
  const examples = syntheticExamples({ config: TINY_CONFIG, count: 4 }, rng.fork('padding'));
  const logits = (length?: number, rows = examples) =>
    tf.tidy(() => {
      const prepared = prepareBatch(collate(rows, { length }), TINY_CONFIG);
      const state = startStates(model.parts, prepared.layout);
      const { answer } = supervisionStep(model.weights, model.parts, prepared, state);
      return locationLogits(model.weights, answer, headStates(answer, TINY_CONFIG), TINY_CONFIG).arraySync();
    });
  const padded = logits(24);
  examples.forEach((example, row) => {
    const alone = logits(undefined, [example])[0];
    alone.forEach((value, i) => assert.ok(Math.abs(value - padded[row][i]) < 1e-4, `row ${row} class ${i}`));
    assert.ok(padded[row].slice(alone.length).every((value) => value < -1e8));
  });
  model.dispose();
});

test('a feature that is left out changes nothing, whatever its value; the others still count', () => {
  const config = { ...TINY_CONFIG, omitFeatures: ['roles' as const] };
  const model = new Model(createModelData(config, syntheticTables(config), rng));
  const [example] = syntheticExamples({ config, count: 1 }, rng.fork('omitted'));
  const logits = (name: 'roles' | 'bindings', code: number) =>
    tf.tidy(() => {
      const told = { ...example, [name]: new Uint8Array(example.length).fill(code) };
      const prepared = prepareBatch(collate([told]), config);
      const { answer } = supervisionStep(
        model.weights,
        model.parts,
        prepared,
        startStates(model.parts, prepared.layout),
      );
      return Array.from(locationLogits(model.weights, answer, headStates(answer, config), config).dataSync());
    });
  assert.equal(logits('roles', 1), logits('roles', 2));
  assert.not.equal(logits('bindings', 1), logits('bindings', 2));
  model.dispose();
});

test('a model folder reads back the same, and a cut file is refused', () => {
  const data = createModelData(TINY_CONFIG, syntheticTables(TINY_CONFIG), rng);
  const { config, weights } = encodeModel(data, hashes, 7);
  const back = decodeModel(config, weights, 'model.safetensors');
  // Not assert.equal: its diff of long arrays takes minutes when it fails.
  assert.ok(isDeepStrictEqual(back, data));
  assert.throws(
    () => decodeModel(config, weights.subarray(0, weights.length - 4), 'm.safetensors'),
    /m\.safetensors/,
  );
  assert.throws(() => decodeModel(config, weights.subarray(0, 20), 'm.safetensors'), /expected a header/);
});

test('a model uses no more tensors after its disposal, and a flat vector survives cutting and joining', () => {
  const before = tf.memory().numTensors;
  const data = createModelData(TINY_CONFIG, syntheticTables(TINY_CONFIG), rng);
  const model = new Model(data);
  const layout = flatLayout(TINY_CONFIG);
  const joined = tf.tidy(() =>
    flatten(
      layout.entries.map(({ name }) => model.weights[name]),
      layout,
    ).dataSync(),
  );
  assert.ok(isDeepStrictEqual(Float32Array.from(joined), data.weights));
  model.dispose();
  assert.is(tf.memory().numTensors, before);
});

test('a plain core answers at once: more steps change nothing, and it cannot be told to recurse', () => {
  assert.throws(
    () => resolveModelConfig('trm-smoke', { core: 'plain', recursions: 2 }),
    /core: expected recursions, latentUpdates and supervisionSteps of 1 .*; they are 2, 1, 1/,
  );
  const config = { ...TINY_CONFIG, core: 'plain' as const };
  const model = new Model(createModelData(config, syntheticTables(config), rng.fork('plain')));
  const batch = collate(syntheticExamples({ config, count: 4 }, rng.fork('plain-rows')));
  const answers = tf.tidy(() => {
    const prepared = prepareBatch(batch, config);
    const first = supervisionStep(
      model.weights,
      model.parts,
      prepared,
      startStates(model.parts, prepared.layout),
    );
    const second = supervisionStep(model.weights, model.parts, prepared, first.state);
    return [first, second].map(({ answer }) => Array.from(answer.y.dataSync()));
  });
  assert.equal(answers[0], answers[1]);
  assert.is(
    supervisionStepFlops({ ...config, layers: 4 }, 2, 16, true),
    supervisionStepFlops({ ...TINY_CONFIG, layers: 2 }, 2, 16, true),
  );
  model.dispose();
});

test.run();
