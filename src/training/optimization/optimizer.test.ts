import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../../core/engine';
import { bothWays, near, normal } from '../../trm/kernel-testing';
import { useFusedKernels } from '../../trm/kernels';
import { trainConfigSchema } from '../config';
import { logSumExp } from '../../trm/log-sum-exp';
import { optimizerStep, vectorNorm } from './optimizer';

test.before(async () => {
  await requireNativeEngine();
});
test.after.each(() => useFusedKernels(true));

test('both optimizers and the norm are what the composition computes', () => {
  const size = 48 * 1024 + 5;
  const steps = (kind: 'adamw' | 'adam-atan2', fused: boolean): Float32Array[] =>
    tf.tidy(() => {
      const config = trainConfigSchema.parse({ optimizer: { kind } }).optimizer;
      useFusedKernels(fused);
      const start = tf.randomNormal<tf.Rank.R1>([size], 0, 1, 'float32', 5);
      let state = {
        weights: start,
        ema: start,
        m: tf.zeros<tf.Rank.R1>([size]),
        v: tf.zeros<tf.Rank.R1>([size]),
      };
      for (let step = 0; step < 3; step++) {
        // A quarter of the gradients are exactly zero: rows of the embedding that no batch has used.
        const noise = tf.randomNormal<tf.Rank.R1>([size], 0, 1, 'float32', 9 + step);
        const gradient: tf.Tensor1D = tf.mul(noise, tf.cast(tf.greater(start, -0.67), 'float32'));
        const gradientNorm = vectorNorm(gradient).dataSync()[0];
        state = optimizerStep(
          state,
          gradient,
          { step, learningRate: 0.01, emaDecay: 0.9, gradientNorm },
          config,
        );
      }
      return [state.weights, state.ema, state.m, state.v].map((t) => t.dataSync<'float32'>().slice());
    });
  for (const kind of ['adamw', 'adam-atan2'] as const) {
    const composed = steps(kind, false);
    steps(kind, true).forEach((got, i) => near(got, composed[i], `state ${i}`));
  }
});

test('atan2 in all of its range', () => {
  const config = {
    ...trainConfigSchema.parse({}).optimizer,
    kind: 'adam-atan2' as const,
    beta1: 0.5,
    beta2: 0.5,
    weightDecay: 0,
    clipNorm: 1e30,
  };
  const y = tf.linspace(-50, 50, 4001);
  const state = { weights: tf.zerosLike(y), ema: y, m: y, v: tf.square(tf.linspace(0, 3, 4001)) };
  // m and v of many ratios; the gradient is 0.
  const angle = (fused: boolean): Float32Array => {
    useFusedKernels(fused);
    const numbers = { step: 3, learningRate: 1, emaDecay: 0, gradientNorm: 1 };
    return optimizerStep(state, tf.zerosLike(y), numbers, config).weights.dataSync<'float32'>().slice();
  };
  near(angle(true), angle(false), 'atan2');
});

test('log-sum-exp and its gradient, of masked rows and widths that fill no vector too', () => {
  for (const width of [64, 50, 7]) bothWays((x) => logSumExp(tf.mul<tf.Tensor2D>(x, 9)), [normal(33, width)]);
  const masked = tf.tensor2d([0, -1e9, 3, -1e9, -1e9, -1e9], [2, 3]);
  bothWays((x) => logSumExp(x as tf.Tensor2D), [masked]);
});

test('a value that is no number makes the sum none, in vectors and behind them', () => {
  for (const at of [3, 64]) {
    const values = new Float32Array(66);
    values[at] = NaN;
    for (const fused of [true, false]) {
      useFusedKernels(fused);
      const [sum] = tf.tidy(() => logSumExp(tf.tensor2d(values, [1, 66])).dataSync());
      assert.ok(Number.isNaN(sum), `${fused ? 'fused' : 'composed'}, column ${at}: ${sum}`);
    }
  }
});

test.run();
