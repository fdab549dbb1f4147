import * as tf from '@tensorflow/tfjs-core';
import { fusedKernels } from '../../trm/kernels';
import type { OptimizerConfig } from '../run-config';

/** All weights and what the optimizer remembers of them, flat: `[size]` each (src/trm/weights.ts). */
export interface TrainedState {
  weights: tf.Tensor1D;
  /** Exponential moving average of the weights. */
  ema: tf.Tensor1D;
  /** First and second moments of the gradient. */
  m: tf.Tensor1D;
  v: tf.Tensor1D;
}

/** Numbers of one update. */
export interface UpdateNumbers {
  /** 0-based optimizer step. */
  step: number;
  learningRate: number;
  emaDecay: number;
  /** Length of the gradient before clipping. */
  gradientNorm: number;
}

/** Euclidean length of a flat vector, as a scalar tensor. */
export function vectorNorm(vector: tf.Tensor1D): tf.Scalar {
  const kernels = fusedKernels();
  if (kernels) return tf.reshape(kernels.norm(vector), []);
  const row = tf.reshape<tf.Rank.R2>(vector, [1, -1]);
  return tf.reshape(tf.sqrt(tf.matMul(row, row, false, true)), []);
}

/**
 * Advances all weights by one step, with the gradient clipped to `clipNorm`, then their moving average. Below the shortest gradient
 * clipping is normalisation: see {@link OptimizerConfig.clipNorm}.
 *
 * `adamw` (arXiv 1711.05101): m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
 * w = (1 - lr decay) w - lr m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps), ema = d ema + (1 - d) w.
 *
 * `adam-atan2` (arXiv 2407.05872), without `epsilon`: w = (1 - lr decay) w - lr / (1 - b1^t) atan2(m, sqrt(v / (1 - b2^t))).
 * The angle of two equal values is pi / 4, so that steps are about 0.79 of AdamW's at the same learning rate; as in
 * TRM's own code m is not corrected inside.
 *
 * @returns new tensors; the old ones are the caller's to free
 */
export function optimizerStep(
  state: TrainedState,
  gradient: tf.Tensor1D,
  { step, learningRate, emaDecay, gradientNorm }: UpdateNumbers,
  { kind, beta1, beta2, epsilon, weightDecay, clipNorm }: OptimizerConfig,
): TrainedState {
  // Clipping joins the factors that multiply the gradient anyway.
  const clip = Math.min(1, clipNorm / Math.max(gradientNorm, 1e-12));
  const t = step + 1;
  const factors: Factors = {
    keepM: beta1,
    takeM: (1 - beta1) * clip,
    keepV: beta2,
    takeV: (1 - beta2) * clip * clip,
    root: 1 / Math.sqrt(1 - beta2 ** t),
    epsilon,
    keep: 1 - learningRate * weightDecay,
    rate: learningRate / (1 - beta1 ** t),
    ema: emaDecay,
  };
  const kernels = fusedKernels();
  if (kernels === null) {
    return tf.tidy(() => ({ ...composedStep(kind, state, gradient, factors) }));
  }
  const inputs = [state.weights, state.ema, state.m, state.v, gradient];
  const numbers = [...(Object.values(factors) as number[]), kind === 'adam-atan2' ? 1 : 0];
  const [weights, ema, m, v] = kernels.update(inputs, numbers);
  return { weights, ema, m, v };
}

/** Numbers of one update, in the order that the fused kernel reads them. */
interface Factors {
  keepM: number;
  takeM: number;
  keepV: number;
  takeV: number;
  root: number;
  epsilon: number;
  keep: number;
  rate: number;
  ema: number;
}

function composedStep(
  kind: 'adamw' | 'adam-atan2',
  state: TrainedState,
  gradient: tf.Tensor1D,
  by: Factors,
): TrainedState {
  const m: tf.Tensor1D = tf.add(tf.mul(state.m, by.keepM), tf.mul(gradient, by.takeM));
  const v: tf.Tensor1D = tf.add(tf.mul(state.v, by.keepV), tf.mul(tf.square(gradient), by.takeV));
  const root = tf.mul(tf.sqrt(v), by.root);
  const direction = kind === 'adamw' ? tf.div(m, tf.add(root, by.epsilon)) : tf.atan2(m, root);
  const update = tf.mul(direction, by.rate);
  const weights: tf.Tensor1D = tf.sub(tf.mul(state.weights, by.keep), update);
  const ema: tf.Tensor1D = tf.add(tf.mul(state.ema, by.ema), tf.mul(weights, 1 - by.ema));
  return { weights, ema, m, v };
}
