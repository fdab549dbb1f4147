import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { seedStream } from '../core/rng';
import { collate } from './batch';
import type { ModelConfig } from './config';
import { recursion, tapedRecursions, type State } from './core';
import { embed } from './embedding';
import { near, normal } from './kernel-testing';
import { createModelData, Model, prepareBatch, runSteps, startStates, type PreparedBatch } from './model';
import { PRECISIONS } from './precision';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from './testing';
import type { Weights } from './weights';

test.before(async () => {
  await requireNativeEngine();
});

/** Cores that differ in what may go wrong: several recursions and passes, one pass, no recursion at all. */
const CORES: Partial<ModelConfig>[] = [
  { recursions: 2, latentUpdates: 2 },
  { recursions: 1, latentUpdates: 1 },
  { core: 'plain', layers: 3, recursions: 1, latentUpdates: 1, supervisionSteps: 1 },
];

/** One core in one precision, with a padded batch on the engine. */
interface Setting {
  model: Model;
  prepared: PreparedBatch;
  /** The core's input and first state. */
  x: tf.Tensor2D;
  start: State;
  label: string;
}

function eachCore(run: (setting: Setting) => void): void {
  for (const change of CORES)
    for (const precision of PRECISIONS) {
      const config = { ...TINY_CONFIG, ...change };
      const rng = seedStream(5, 'core-test');
      const model = new Model(createModelData(config, syntheticTables(config), rng), null, precision);
      const examples = syntheticExamples({ config, count: 5, lengths: [3, 11], buggyShare: 0.5 }, rng);
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const prepared = prepareBatch(collate(examples, { length: 12 }), config, precision);
        const x = embed(model.weights, prepared.input, prepared.layout, config);
        const start = startStates(model.parts, prepared.layout);
        run({ model, prepared, x, start, label: `${JSON.stringify(change)} ${precision}` });
      });
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      model.dispose();
    }
}

test('the core in one call gives the bits of its single ops, in both precisions, with padding', () => {
  eachCore((setting) => {
    const { model, prepared, x, start, label } = setting;
    const { config, weights } = model;
    const steps = config.core === 'plain' ? 1 : 3;
    let single = start;
    let taped = start;
    for (let step = 0; step < steps; step++) {
      for (let i = 0; i < config.recursions; i++)
        single = recursion(weights, x, single, prepared.layout, config);
      taped = tapedRecursions(weights, x, taped, prepared.layout, config);
    }
    const packed = runSteps(model, prepared, steps);
    for (const part of ['y', 'z'] as const) {
      const want = single[part].dataSync();
      assert.ok(want.every(Number.isFinite), label);
      assert.equal(taped[part].dataSync(), want, `${label}: ${part} of the taped run`);
      assert.equal(packed[part].dataSync(), want, `${label}: ${part} of the packed run`);
    }
  });
});

test('the gradient in one call is that of the single ops, through the last recursion alone', () => {
  eachCore(({ model, prepared, x, start, label }) => {
    const { config, precision } = model;
    const names = Object.keys(model.weights).filter((name) => name.startsWith('core.'));
    const dy = normal(...x.shape);
    const gradients = (step: (weights: Weights, x: tf.Tensor2D) => State): tf.Tensor[] => {
      const inputs = [x, ...names.map((name) => model.weights[name])];
      const run = (...[h, ...rest]: tf.Tensor[]): tf.Tensor =>
        step(Object.fromEntries(names.map((name, i) => [name, rest[i]])), h as tf.Tensor2D).y;
      return tf.grads(run)(inputs, dy);
    };
    let warm = start;
    for (let i = 1; i < config.recursions; i++)
      warm = recursion(model.weights, x, warm, prepared.layout, config);
    const single = gradients((weights, h) => recursion(weights, h, warm, prepared.layout, config));
    const one = gradients((weights, h) => tapedRecursions(weights, h, start, prepared.layout, config));
    // Sums in another order; in bf16 a factor next to a tie may then round to the other side, by 2^-8 of itself.
    const tolerance = precision === 'bf16' ? 2 ** -8 : undefined;
    single.forEach((want, i) =>
      near(one[i].dataSync(), want.dataSync(), `${label}: gradient of ${['x', ...names][i]}`, tolerance),
    );
  });
});

test.run();
