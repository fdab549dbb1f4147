import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { seedStream } from '../core/rng';
import { collate } from './batch';
import { PRECISIONS } from './precision';
import { createModelData, Model, prepareBatch, runSteps, startStates, supervisionStep } from './model';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from './testing';

test.before(async () => {
  await requireNativeEngine();
});

test('the core in one call gives the bits of its single ops, in both precisions, with padding', () => {
  for (const change of [
    { recursions: 2, latentUpdates: 2 },
    { core: 'plain' as const, layers: 3, recursions: 1, latentUpdates: 1, supervisionSteps: 1 },
  ])
    for (const precision of PRECISIONS) {
      const config = { ...TINY_CONFIG, ...change };
      const rng = seedStream(5, 'core-test');
      const model = new Model(createModelData(config, syntheticTables(config), rng), null, precision);
      const examples = syntheticExamples({ config, count: 5, lengths: [3, 11], buggyShare: 0.5 }, rng);
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const prepared = prepareBatch(collate(examples, { length: 12 }), config, precision);
        const steps = config.core === 'plain' ? 1 : 3;
        const one = runSteps(model, prepared, steps);
        let state = startStates(model.parts, prepared.layout);
        for (let step = 0; step < steps; step++)
          state = supervisionStep(model.weights, model.parts, prepared, state).state;
        for (const part of ['y', 'z'] as const)
          assert.equal(one[part].dataSync(), state[part].dataSync(), `${config.core} ${precision} ${part}`);
        assert.ok(one.y.dataSync().every(Number.isFinite));
      });
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      model.dispose();
    }
});

test.run();
