import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { seedStream } from '../core/rng';
import { createModelData, Model } from '../trm/model';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from '../trm/testing';
import { trainConfigSchema } from './config';
import { validate } from './evaluate';
import { traceLatents, traceSteps } from './step-trace';
import { createEditTrainer } from './testing';

const rng = seedStream(3, 'step-trace');
const config = { ...TINY_CONFIG, recursions: 2, supervisionSteps: 3 };
const examples = syntheticExamples({ config, count: 60 }, rng.fork('examples'));
let model: Model;

test.before(async () => {
  await requireNativeEngine();
  // A little training, so that answers differ between rows and steps.
  const data = createModelData(config, syntheticTables(config), rng.fork('model'));
  const training = trainConfigSchema.parse({
    batchTokens: 320,
    bucketLengths: [16],
    optimizer: { warmupSteps: 5, learningRate: 3e-3 },
  });
  // On other examples: of these some come out right and some wrong.
  const seen = syntheticExamples({ config, count: 40 }, rng.fork('seen'));
  const { trainer, dispose } = createEditTrainer({ config: training, model: data, examples: seen, rng });
  for (let i = 0; i < 150; i++) await trainer.next(0);
  model = new Model({ ...data, weights: trainer.snapshot().weights });
  dispose();
});
test.after(() => model.dispose());

test('after the model’s own number of steps the answers are those of validation', () => {
  const before = tf.memory().numTensors;
  const traces = traceSteps(model, examples, { steps: 3, batchTokens: 64 });
  assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
  const buggy = traces.filter(({ clean }) => !clean);
  const clean = traces.filter((trace) => trace.clean);
  const share = (of: typeof traces, right: (trace: (typeof traces)[number]) => boolean): number =>
    of.filter(right).length / of.length;
  const expected = validate(model, examples, {
    batchTokens: 200,
    bugTypeWeight: 0.2,
    haltWeight: 0.5,
    fillWeight: 0.3,
    replacedWeight: 0.3,
  });
  assert.is(
    share(buggy, ({ exact }) => exact[2]),
    expected.joint,
  );
  assert.is(
    share(buggy, ({ located }) => located[2]),
    expected.location,
  );
  assert.is(
    share(clean, ({ located }) => located[2]),
    expected.cleanKept,
  );
  const right = traces.filter(({ exact }) => exact[2]).length;
  assert.ok(right > 0 && right < traces.length, `a little training shows: ${right} of ${traces.length}`);
});

test('traces keep the order of the examples; more steps change nothing of the first ones', () => {
  const long = traceSteps(model, examples, { steps: 4 });
  const short = traceSteps(model, [...examples].reverse(), { steps: 2, batchTokens: 100 }).reverse();
  assert.equal(
    long.map(({ sampleId }) => sampleId),
    examples.map(({ sampleId }) => sampleId),
  );
  for (const [i, { halt, exact, located }] of long.entries()) {
    assert.is(halt.length, 4);
    assert.ok(halt.every((q) => q > 0 && q < 1));
    assert.equal(short[i].exact, exact.slice(0, 2));
    assert.equal(short[i].located, located.slice(0, 2));
    short[i].halt.forEach((q, t) => assert.ok(Math.abs(q - halt[t]) < 1e-4));
  }
});

test('latents start at the start states, and their last places are the answers', () => {
  const before = tf.memory().numTensors;
  const traces = traceSteps(model, examples, { steps: 3 });
  const latents = traceLatents(model, examples.slice(0, 6), 3);
  assert.is(tf.memory().numTensors, before);
  for (const [i, { y, z, moved, location }] of latents.entries()) {
    assert.equal([y.length, z.length, moved.y.length, location.length], [4, 4, 3, 3]);
    assert.equal(y[0], model.data.start.y);
    assert.equal(z[0], model.data.start.z);
    assert.ok(moved.y.concat(moved.z).every((share) => share > 0 && share < 2));
    for (const [t, places] of location.entries()) {
      assert.is(places.length, examples[i].length + 1);
      assert.ok(Math.abs(places.reduce((sum, p) => sum + p, 0) - 1) < 1e-4);
      const answer = places.indexOf(Math.max(...places));
      assert.is(answer === examples[i].target.location, traces[i].located[t]);
    }
  }
});

test.run();
