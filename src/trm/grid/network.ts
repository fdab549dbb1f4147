import * as tf from '@tensorflow/tfjs-core';
import { recur, type State } from '../core';
import type { Precision } from '../precision';
import { attentionBlock, attentionLayout, type Layout } from '../layers/attention';
import { swigluBlock, type SwigluWeights } from '../layers/swiglu';
import { weight, type Weights } from '../weights';
import type { GridModelConfig } from './config';

/** Answers of the heads for B grids. */
export interface GridAnswer {
  /** `[B, S, V]`. */
  logits: tf.Tensor3D;
  /** `[B]` halting logits q: sigmoid is the probability that all cells are right. */
  halt: tf.Tensor1D;
}

/** Layout of B grids: all of one length, so no mask. @param precision default `float32` */
export function gridLayout(
  batch: number,
  { prefix, cells, width }: GridModelConfig,
  precision?: Precision,
): Layout {
  const positions = prefix + cells;
  return attentionLayout(new Int32Array(batch).fill(positions), positions, width, precision);
}

/**
 * Input x = sqrt(D) [prefix | E[tokens]], the reference's scaling: rows of unit variance.
 * @param tokens `[B, S]` integers @returns `[B * N, D]`
 */
export function embedGrid(weights: Weights, tokens: tf.Tensor2D, config: GridModelConfig): tf.Tensor2D {
  const { width, prefix, vocabularySize, cells } = config;
  const batch = tokens.shape[0];
  // A handful of tokens: a product with one-hot rows has a gradient on every backend.
  const oneHot = tf.cast(tf.oneHot(tf.reshape(tokens, [-1]), vocabularySize), 'float32') as tf.Tensor2D;
  const rows = tf.reshape(tf.matMul(oneHot, weight(weights, 'embedding.tokens')), [batch, cells, width]);
  const front = tf.tile(tf.reshape(weight(weights, 'embedding.prefix'), [1, prefix, width]), [batch, 1, 1]);
  return tf.mul(tf.reshape(tf.concat([front, rows], 1), [-1, width]), Math.sqrt(width));
}

/** The core network f with either mixing of positions; post-norm. @param h `[B * N, D]` */
export function gridNetwork(
  weights: Weights,
  h: tf.Tensor2D,
  layout: Layout,
  { layers, mixing }: GridModelConfig,
): tf.Tensor2D {
  for (let layer = 0; layer < layers; layer++) {
    const get = (name: string): tf.Tensor2D => weight(weights, `core.${layer}.${name}`);
    h =
      mixing === 'mlp'
        ? mixingBlock(h, { gateUp: get('mix.gateUp'), down: get('mix.down') }, layout)
        : attentionBlock(h, { qkv: get('qkv'), o: get('o') }, layout);
    h = swigluBlock(h, { gateUp: get('gateUp'), down: get('down') }, layout.precision);
  }
  return h;
}

/**
 * rms(h + SwiGLU(h)) over the positions, the same for every channel: weights `[N, 2I]` and `[I, N]`. As in the
 * reference, this norm runs over the positions, too.
 */
function mixingBlock(h: tf.Tensor2D, weights: SwigluWeights, layout: Layout): tf.Tensor2D {
  const { batch, positions, precision } = layout;
  const width = h.shape[1];
  const channels = tf.transpose(tf.reshape(h, [batch, positions, width]), [0, 2, 1]);
  const mixed = swigluBlock(tf.reshape(channels, [-1, positions]), weights, precision);
  return tf.reshape(tf.transpose(tf.reshape(mixed, [batch, width, positions]), [0, 2, 1]), h.shape);
}

/**
 * One recursion: n times z <- f(z + (y + x)), then y <- f(y + z); a plain core answers y = f(x). All tensors
 * `[B * N, D]`.
 */
export function gridRecursion(
  weights: Weights,
  x: tf.Tensor2D,
  state: State,
  layout: Layout,
  config: GridModelConfig,
): State {
  return recur((h) => gridNetwork(weights, h, layout, config), x, state, config);
}

/** Reads the answer off y: cells through the untied head, halting off position 0. @param y `[B * N, D]` */
export function gridAnswer(weights: Weights, y: tf.Tensor2D, config: GridModelConfig): GridAnswer {
  const { prefix, cells, width } = config;
  const cube = tf.reshape(y, [-1, prefix + cells, width]);
  const batch = cube.shape[0];
  const grid: tf.Tensor2D = tf.reshape(tf.slice(cube, [0, prefix, 0], [batch, cells, width]), [-1, width]);
  const first: tf.Tensor2D = tf.reshape(tf.slice(cube, [0, 0, 0], [batch, 1, width]), [batch, width]);
  const q = tf.add(tf.matMul(first, weight(weights, 'heads.halt')), weight(weights, 'heads.haltBias'));
  return {
    logits: tf.reshape(tf.matMul(grid, weight(weights, 'heads.output')), [batch, cells, -1]),
    halt: tf.reshape(q, [batch]),
  };
}

/**
 * The first T - 1 recursions of a supervision step; not back-propagated, so run them outside the gradient tape. With
 * T = 1 the state comes back unchanged.
 */
export function gridWarm(
  weights: Weights,
  x: tf.Tensor2D,
  state: State,
  layout: Layout,
  config: GridModelConfig,
): State {
  for (let i = 1; i < config.recursions; i++) state = gridRecursion(weights, x, state, layout, config);
  return state;
}

/** One whole supervision step without gradient: T recursions and the answer. */
export function gridStep(
  weights: Weights,
  x: tf.Tensor2D,
  state: State,
  layout: Layout,
  config: GridModelConfig,
): { state: State; answer: GridAnswer } {
  const last = gridRecursion(weights, x, gridWarm(weights, x, state, layout, config), layout, config);
  return { state: last, answer: gridAnswer(weights, last.y, config) };
}
