import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { seedStream } from '../core/rng';
import { rejection } from '../storage/testing';
import { BUG_TYPES } from '../taxonomy/table';
import { createModelData, Model } from '../trm/model';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from '../trm/testing';
import { trainConfigSchema, type TrainConfig } from './config';
import { validate } from './evaluate';
import { createEditTrainer } from './testing';
import { DivergedError, type StepResult } from './trainer';

test.before(async () => {
  await requireNativeEngine();
});

const rng = seedStream(5, 'trainer-test');
const examples = syntheticExamples({ config: TINY_CONFIG, count: 120 }, rng.fork('examples'));

type EditTrainer = ReturnType<typeof createEditTrainer>['trainer'] & { free: () => void };

function makeTrainer(
  overrides: object = {},
  model: object = {},
  rows = examples,
  stream = ['trainer'],
): EditTrainer {
  const modelConfig = { ...TINY_CONFIG, ...model };
  const config: TrainConfig = trainConfigSchema.parse({
    batchTokens: 128,
    bucketLengths: [8, 16],
    optimizer: { warmupSteps: 10, learningRate: 3e-3 },
    ...overrides,
  });
  const data = createModelData(modelConfig, syntheticTables(modelConfig), rng.fork('model'));
  const { trainer, dispose } = createEditTrainer({
    config,
    model: data,
    examples: rows,
    rng: rng.fork(...stream),
  });
  return Object.assign(trainer, { free: dispose });
}

async function run(trainer: EditTrainer, steps: number, used = 0): Promise<StepResult[]> {
  const results: StepResult[] = [];
  while (results.length < steps) results.push(await trainer.next(used));
  return results;
}

test('overfits one batch: every row exactly right', async () => {
  const few = examples.filter(({ length }) => length > 8).slice(0, 8);
  const trainer = makeTrainer({ bucketLengths: [16] }, {}, few);
  const results = await run(trainer, 150);
  const last = results[results.length - 1];
  assert.ok(results[0].loss > 3, `starts at ${results[0].loss}`);
  assert.ok(last.loss < 0.3, `ends at ${last.loss}`);
  const { joint, cleanKept } = last.counts;
  assert.is(joint.right + cleanKept.right, 8);
  trainer.free();
});

test('learns the rule of the synthetic bugs, on examples it has not seen', async () => {
  const many = syntheticExamples({ config: TINY_CONFIG, count: 2000 }, rng.fork('many'));
  const unseen = syntheticExamples({ config: TINY_CONFIG, count: 100 }, rng.fork('unseen'));
  const trainer = makeTrainer({ batchTokens: 256 }, {}, many);
  const model = (): Model =>
    new Model({
      ...createModelData(TINY_CONFIG, syntheticTables(TINY_CONFIG), rng.fork('model')),
      weights: trainer.emaWeights(),
    });
  const options = {
    batchTokens: 512,
    bugTypeWeight: 0.2,
    haltWeight: 0.5,
    fillWeight: 0.3,
    replacedWeight: 0.3,
  };
  const judge = () => {
    const averaged = model();
    const result = validate(averaged, unseen, options);
    averaged.dispose();
    return result;
  };
  const before = judge();
  await run(trainer, 300);
  const after = judge();
  assert.ok(before.joint < 0.2, `untrained: ${before.joint}`);
  assert.ok(after.location > 0.95, `location ${after.location}`);
  assert.ok(after.joint > 0.8, `joint ${after.joint}`);
  assert.ok(after.cleanKept > 0.95, `clean kept ${after.cleanKept}`);
  trainer.free();
});

for (const supervisionSteps of [1, 3])
  test(`resumed = uninterrupted over 50 steps, ${supervisionSteps} supervision steps, T 2, n 2`, async () => {
    const model = { supervisionSteps, recursions: 2, latentUpdates: 2 };
    const straight = makeTrainer({ exploration: 0.5 }, model);
    await run(straight, 12);
    // Through JSON and back for what checkpoints keep as JSON.
    const { random, feed, ...rest } = straight.snapshot();
    const saved = {
      ...rest,
      ...(JSON.parse(JSON.stringify({ random, feed })) as { random: typeof random; feed: typeof feed }),
    };
    const resumed = makeTrainer({ exploration: 0.5 }, model);
    await run(resumed, 3);
    await resumed.restore(saved);
    const [a, b] = [await run(straight, 50), await run(resumed, 50)];
    const worst = Math.max(...a.map(({ loss }, i) => Math.abs(loss - b[i].loss)));
    assert.ok(worst <= 1e-6, `largest difference of losses ${worst}`);
    assert.equal(
      a.map(({ newRows }) => newRows),
      b.map(({ newRows }) => newRows),
    );
    const [wa, wb] = [straight.emaWeights(), resumed.emaWeights()];
    assert.ok(wa.every((value, i) => Math.abs(value - wb[i]) <= 1e-6));
    straight.free();
    resumed.free();
  });

test('the same seed gives the same run, another seed another one', async () => {
  const trainers = [makeTrainer(), makeTrainer(), makeTrainer({}, {}, examples, ['other'])];
  const losses: number[][] = [];
  for (const trainer of trainers) losses.push((await run(trainer, 3)).map(({ loss }) => loss));
  assert.equal(losses[0], losses[1]);
  assert.not.equal(losses[0], losses[2]);
  for (const trainer of trainers) trainer.free();
});

test('rows carry on until they halt, and tensors do not pile up', async () => {
  const before = tf.memory().numTensors;
  const trainer = makeTrainer({}, { supervisionSteps: 3 });
  const results = await run(trainer, 30);
  // An untrained halting head (bias -5) never halts early: after the first fill, two steps of three bring no new rows.
  assert.ok(results.some(({ newRows }) => newRows === 0));
  const alive = tf.memory().numTensors;
  await run(trainer, 20);
  assert.is(tf.memory().numTensors, alive);
  trainer.free();
  assert.is(tf.memory().numTensors, before);
});

test('a loss that is no number stops the run, names the batch and changes nothing', async () => {
  const trainer = makeTrainer();
  await run(trainer, 2);
  const good = trainer.snapshot();
  const bad = { ...good, weights: good.weights.map(() => Number.NaN) };
  await trainer.restore(bad);
  const error = await rejection(() => trainer.next(0));
  assert.instance(error, DivergedError);
  assert.match(error.message, /optimizer step 3: loss NaN.*bucket of (8|16) tokens.*synthetic-/s);
  assert.is(trainer.step, 2);
  assert.ok(trainer.snapshot().m.every(Number.isFinite));
  trainer.free();
});

test('micro-batches give the gradient of the whole batch', async () => {
  const model = { supervisionSteps: 2 };
  const [whole, parts] = [makeTrainer({}, model), makeTrainer({ microTokens: 40 }, model)];
  const [a, b] = [await run(whole, 6), await run(parts, 6)];
  a.forEach((result, i) => {
    assert.ok(Math.abs(result.loss - b[i].loss) < 1e-4, `loss ${result.loss} and ${b[i].loss}`);
    assert.ok(Math.abs(result.gradientNorm / b[i].gradientNorm - 1) < 1e-3);
    assert.equal(result.counts, b[i].counts);
  });
  for (const trainer of [whole, parts]) trainer.free();
});

test('phases change depth and batch by share, step and score, and a resumed run stays in its phase', async () => {
  const phases = [
    { name: 'shallow', untilScore: 0.9, untilStep: 3, supervisionSteps: 1, batchTokens: 64 },
    { name: 'data', untilShare: 0.5, mixture: { cleanShare: 0 } },
    { name: 'deep', recursions: 2, supervisionSteps: 3 },
  ];
  const trainer = makeTrainer({ phases, bucketLengths: [16] });
  const names = (results: StepResult[]): string[] => results.map(({ phase }) => phase);
  const first = await run(trainer, 2);
  assert.equal(names(first), ['shallow', 'shallow']);
  assert.is(first[0].newRows, 4);
  trainer.promote(0.95);
  const [second] = await run(trainer, 1);
  assert.equal([second.phase, second.newRows, second.counts.cleanKept.total], ['data', 8, 0]);
  const [third] = await run(trainer, 1, 0.6);
  assert.equal([third.phase, trainer.settings.depth.supervisionSteps], ['deep', 3]);
  const resumed = makeTrainer({ phases, bucketLengths: [16] });
  await resumed.restore(trainer.snapshot());
  const [a, b] = [await run(trainer, 3, 0.6), await run(resumed, 3, 0.6)];
  assert.equal(
    a.map(({ loss }) => loss),
    b.map(({ loss }) => loss),
  );
  assert.equal(names(b), ['deep', 'deep', 'deep']);
  for (const each of [trainer, resumed]) each.free();
});

test('the mixture of a later phase that leaves no row is refused at the start', () => {
  const codes = new Set(examples.map(({ target }) => target.bugType));
  const types = Object.fromEntries(BUG_TYPES.flatMap(({ id, code }) => (codes.has(code) ? [[id, 0]] : [])));
  const later = { name: 'none', mixture: { types, cleanShare: 0 } };
  assert.throws(
    () => makeTrainer({ phases: [{ name: 'all', untilShare: 0.5 }, later] }),
    /leaves no row of the training data/,
  );
});

test('Adam-atan2 learns as well, by other steps', async () => {
  const few = examples.filter(({ length }) => length > 8).slice(0, 8);
  const options = {
    bucketLengths: [16],
    optimizer: { kind: 'adam-atan2', warmupSteps: 10, learningRate: 3e-3 },
  };
  const [atan2, adamw] = [makeTrainer(options, {}, few), makeTrainer({ bucketLengths: [16] }, {}, few)];
  const [a, b] = [await run(atan2, 60), await run(adamw, 60)];
  assert.is(a[0].loss, b[0].loss);
  assert.not.equal(a[59].loss, b[59].loss);
  assert.ok(a[59].loss < a[0].loss / 2, `from ${a[0].loss} to ${a[59].loss}`);
  for (const trainer of [atan2, adamw]) trainer.free();
});

test('losses that run away stop the run before the weights change', async () => {
  const guard = { factor: 1.5, patience: 2, afterSteps: 3 };
  const trainer = makeTrainer({ guard });
  await run(trainer, 5);
  const { weights, ...rest } = trainer.snapshot();
  await trainer.restore({ ...rest, weights: weights.map((value) => 30 * value) });
  const error = await rejection(() => run(trainer, 3));
  assert.instance(error, DivergedError);
  assert.match(error.message, /optimizer step 7: .* 2 losses in a row above 1.5 times their mean/s);
  trainer.free();
});

test.run();
