import * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from './config';
import { requireKernels } from './kernels';
import { coreDepth, packLayers, type PackedCore } from './packed';
import { unpackedPrecision, type InferencePrecision } from './precision';
import { attentionBlock, attentionLayout, type Layout } from './layers/attention';
import { swigluBlock } from './layers/swiglu';
import { weight, type Weights } from './weights';

/** The recursive state: current answer y and reasoning z, both `[B * N, D]`. */
export interface State {
  y: tf.Tensor2D;
  z: tf.Tensor2D;
}

/**
 * The core network f: blocks of attention and SwiGLU, post-norm, no biases
 * (h <- rms(h + Attn(h)); h <- rms(h + SwiGLU(h))). docs/MODEL.md; "Less is More" (arXiv 2510.04871).
 * @param h `[B * N, D]` @returns the same shape
 */
export function coreNetwork(
  weights: Weights,
  h: tf.Tensor2D,
  layout: Layout,
  config: ModelConfig,
): tf.Tensor2D {
  for (let layer = 0; layer < config.layers; layer++) {
    const get = (name: string): tf.Tensor2D => weight(weights, `core.${layer}.${name}`);
    h = attentionBlock(h, { qkv: get('qkv'), o: get('o') }, layout);
    h = swigluBlock(h, { gateUp: get('gateUp'), down: get('down') }, layout.precision);
  }
  return h;
}

/**
 * One recursion: n times z <- f(z + (y + x)), then y <- f(y + z). All tensors `[B * N, D]`. A plain core answers
 * y = f(x), whatever the state.
 */
export function recursion(
  weights: Weights,
  x: tf.Tensor2D,
  state: State,
  layout: Layout,
  config: ModelConfig,
): State {
  return recur((h) => coreNetwork(weights, h, layout, config), x, state, config);
}

/** {@link recursion} with any network f on `[B * N, D]`. */
export function recur(
  f: (h: tf.Tensor2D) => tf.Tensor2D,
  x: tf.Tensor2D,
  { y, z }: State,
  { core, latentUpdates }: Pick<ModelConfig, 'core' | 'latentUpdates'>,
): State {
  if (core === 'plain') return { y: f(x), z };
  // Each pass frees what only it needed; on the tape, what the gradient needs is kept.
  const pass = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => tf.tidy(() => f(tf.add(a, b)));
  const injected: tf.Tensor2D = tf.add(y, x);
  for (let i = 0; i < latentUpdates; i++) z = pass(z, injected);
  return { y: pass(y, z), z };
}

/** The core's weights in the order of the kernels. */
function coreWeights(weights: Weights, { layers }: Pick<ModelConfig, 'layers'>): tf.Tensor2D[] {
  const names = ['qkv', 'o', 'gateUp', 'down'];
  return Array.from({ length: layers }, (_, layer) =>
    names.map((name): tf.Tensor2D => weight(weights, `core.${layer}.${name}`)),
  ).flat();
}

/** The core's weights in the form of the kernels, for inference; null where those are not in use. */
export function packCore(
  weights: Weights,
  config: ModelConfig,
  precision: InferencePrecision,
): PackedCore | null {
  return packLayers(coreWeights(weights, config), config, precision);
}

/**
 * A supervision step's recursions in one call of the fused kernel; the gradient goes back through the last one, to x and
 * to the weights. The same as {@link recursion} again and again, of which only the last is on the tape.
 */
export function tapedRecursions(
  weights: Weights,
  x: tf.Tensor2D,
  state: State,
  layout: Layout,
  config: ModelConfig,
): State {
  const kernels = requireKernels();
  const depth = coreDepth(layout, config, config.recursions, layout.precision);
  const all = coreWeights(weights, config);
  const [y, z, tape] = kernels.coreForward(x, state, all, depth);
  const op = tf.customGrad((...args) => {
    const save = args[args.length - 1] as unknown as tf.GradSaveFunc;
    save([tape]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const gradients = kernels.coreBackward(dy as tf.Tensor2D, saved[0] as tf.Tensor1D, all, depth);
      saved[0].dispose();
      return gradients;
    };
    return { value: y, gradFunc };
  });
  return { y: op(x, ...all), z };
}

/**
 * Layout of a batch for the core.
 * @param lengths true token counts `[B]`; `length` S after padding @param precision of the model; default `float32`
 */
export function createLayout(
  lengths: ArrayLike<number>,
  length: number,
  { registers, width }: Pick<ModelConfig, 'registers' | 'width'>,
  precision: InferencePrecision = 'float32',
): Layout {
  const counts = Int32Array.from(lengths, (n) => registers + n);
  return attentionLayout(counts, registers + length, width, unpackedPrecision(precision));
}
