import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { seedStream } from '../core/rng';
import { createModelData, Model } from '../trm/model';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from '../trm/testing';
import { trainConfigSchema, type TrainConfig } from './config';
import { validate } from './evaluate';
import { Trainer, type StepResult } from './trainer';

test.before(async () => {
  await requireNativeEngine();
});

const rng = seedStream(5, 'trainer-test');
const examples = syntheticExamples({ config: TINY_CONFIG, count: 120 }, rng.fork('examples'));

function makeTrainer(overrides: object = {}, model: object = {}, rows = examples): Trainer {
  const modelConfig = { ...TINY_CONFIG, ...model };
  const config: TrainConfig = trainConfigSchema.parse({
    batchTokens: 128,
    bucketLengths: [8, 16],
    optimizer: { warmupSteps: 10, learningRate: 3e-3 },
    ...overrides,
  });
  const data = createModelData(modelConfig, syntheticTables(modelConfig), rng.fork('model'));
  return new Trainer({ config, model: data, examples: rows, rng: rng.fork('trainer') });
}

const run = (trainer: Trainer, steps: number): StepResult[] =>
  Array.from({ length: steps }, () => trainer.next(0));

test('overfits one batch: every row exactly right', () => {
  const few = examples.filter(({ length }) => length > 8).slice(0, 8);
  const trainer = makeTrainer({ bucketLengths: [16] }, {}, few);
  const results = run(trainer, 150);
  const last = results[results.length - 1];
  assert.ok(results[0].loss > 3, `starts at ${results[0].loss}`);
  assert.ok(last.loss < 0.3, `ends at ${last.loss}`);
  assert.ok(last.decisions.exact.every(Boolean));
  trainer.dispose();
});

test('learns the rule of the synthetic bugs, on examples it has not seen', () => {
  const many = syntheticExamples({ config: TINY_CONFIG, count: 2000 }, rng.fork('many'));
  const unseen = syntheticExamples({ config: TINY_CONFIG, count: 100 }, rng.fork('unseen'));
  const trainer = makeTrainer({ batchTokens: 256 }, {}, many);
  const model = (): Model =>
    new Model({
      ...createModelData(TINY_CONFIG, syntheticTables(TINY_CONFIG), rng.fork('model')),
      weights: trainer.emaWeights(),
    });
  const options = { batchTokens: 512, bugTypeWeight: 0.2, haltWeight: 0.5 };
  const judge = () => {
    const averaged = model();
    const result = validate(averaged, unseen, options);
    averaged.dispose();
    return result;
  };
  const before = judge();
  run(trainer, 300);
  const after = judge();
  assert.ok(before.joint < 0.2, `untrained: ${before.joint}`);
  assert.ok(after.location > 0.95, `location ${after.location}`);
  assert.ok(after.joint > 0.8, `joint ${after.joint}`);
  assert.ok(after.cleanKept > 0.95, `clean kept ${after.cleanKept}`);
  trainer.dispose();
});

for (const supervisionSteps of [1, 3])
  test(`resumed = uninterrupted over 24 steps, ${supervisionSteps} supervision steps, T 2, n 2`, () => {
    const model = { supervisionSteps, recursions: 2, latentUpdates: 2 };
    const straight = makeTrainer({ exploration: 0.5 }, model);
    run(straight, 12);
    // Through JSON and back for what checkpoints keep as JSON.
    const { random, cursor, pools, ...rest } = straight.snapshot();
    const saved = {
      ...rest,
      pools,
      ...(JSON.parse(JSON.stringify({ random, cursor })) as { random: typeof random; cursor: typeof cursor }),
    };
    const resumed = makeTrainer({ exploration: 0.5 }, model);
    run(resumed, 3);
    resumed.restore(saved);
    const [a, b] = [run(straight, 24), run(resumed, 24)];
    const worst = Math.max(...a.map(({ loss }, i) => Math.abs(loss - b[i].loss)));
    assert.ok(worst <= 1e-6, `largest difference of losses ${worst}`);
    assert.equal(
      a.map(({ newRows }) => newRows),
      b.map(({ newRows }) => newRows),
    );
    const [wa, wb] = [straight.emaWeights(), resumed.emaWeights()];
    assert.ok(wa.every((value, i) => Math.abs(value - wb[i]) <= 1e-6));
    straight.dispose();
    resumed.dispose();
  });

test('the same seed gives the same run, another seed another one', () => {
  const [a, b] = [makeTrainer(), makeTrainer()];
  const config = trainConfigSchema.parse({ batchTokens: 128, bucketLengths: [8, 16] });
  const data = createModelData(TINY_CONFIG, syntheticTables(TINY_CONFIG), rng.fork('model'));
  const other = new Trainer({ config, model: data, examples, rng: rng.fork('other') });
  const losses = (trainer: Trainer): number[] => run(trainer, 3).map(({ loss }) => loss);
  const [la, lb, lc] = [losses(a), losses(b), losses(other)];
  assert.equal(la, lb);
  assert.not.equal(la, lc);
  for (const trainer of [a, b, other]) trainer.dispose();
});

test('rows carry on until they halt, and tensors do not pile up', () => {
  const before = tf.memory().numTensors;
  const trainer = makeTrainer({}, { supervisionSteps: 3 });
  const results = run(trainer, 30);
  // An untrained halting head (bias -5) never halts early: after the first fill, two steps of three bring no new rows.
  assert.ok(results.some(({ newRows }) => newRows === 0));
  const alive = tf.memory().numTensors;
  run(trainer, 20);
  assert.is(tf.memory().numTensors, alive);
  trainer.dispose();
  assert.is(tf.memory().numTensors, before);
});

test('a loss that is no number stops the run, names the batch and changes nothing', () => {
  const trainer = makeTrainer();
  run(trainer, 2);
  const good = trainer.snapshot();
  const bad = { ...good, weights: good.weights.map(() => Number.NaN) };
  trainer.restore(bad);
  assert.throws(() => trainer.next(0), /optimizer step 3: loss NaN.*bucket of (8|16) tokens.*synthetic-/s);
  assert.is(trainer.step, 2);
  assert.ok(trainer.snapshot().m.every(Number.isFinite));
  trainer.dispose();
});

test.run();
