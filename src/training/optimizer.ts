import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from './config';

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
  const row = tf.reshape<tf.Rank.R2>(vector, [1, -1]);
  return tf.reshape(tf.sqrt(tf.matMul(row, row, false, true)), []);
}

/**
 * One AdamW step (arXiv 1711.05101) with the gradient clipped to `clipNorm`, then the moving average:
 * m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
 * w = (1 - lr decay) w - lr m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps), ema = d ema + (1 - d) w.
 * @returns new tensors; the old ones are the caller's to free
 */
export function adamwStep(
  state: TrainedState,
  gradient: tf.Tensor1D,
  { step, learningRate, emaDecay, gradientNorm }: UpdateNumbers,
  { beta1, beta2, epsilon, weightDecay, clipNorm }: OptimizerConfig,
): TrainedState {
  return tf.tidy(() => {
    // Clipping joins the factors that multiply the gradient anyway.
    const clip = Math.min(1, clipNorm / Math.max(gradientNorm, 1e-12));
    const m: tf.Tensor1D = tf.add(tf.mul(state.m, beta1), tf.mul(gradient, (1 - beta1) * clip));
    const v: tf.Tensor1D = tf.add(
      tf.mul(state.v, beta2),
      tf.mul(tf.square(gradient), (1 - beta2) * clip * clip),
    );
    const t = step + 1;
    const root = tf.add(tf.mul(tf.sqrt(v), 1 / Math.sqrt(1 - beta2 ** t)), epsilon);
    const update = tf.mul(tf.div(m, root), learningRate / (1 - beta1 ** t));
    const weights: tf.Tensor1D = tf.sub(tf.mul(state.weights, 1 - learningRate * weightDecay), update);
    const ema: tf.Tensor1D = tf.add(tf.mul(state.ema, emaDecay), tf.mul(weights, 1 - emaDecay));
    return { weights, ema, m, v };
  });
}
