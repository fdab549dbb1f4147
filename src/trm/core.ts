import * as tf from '@tensorflow/tfjs-core';
import { innerWidth, type ModelConfig } from './config';
import { fusedKernels, requireKernels, type PackedCore } from './kernels';
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

/** The core's weights in the form of the fused kernel, for inference; null where that is not in use. */
export function packCore(
  weights: Weights,
  { layers }: Pick<ModelConfig, 'layers'>,
  precision: InferencePrecision,
): PackedCore | null {
  const kernels = fusedKernels();
  if (kernels === null) return null;
  const names = ['qkv', 'o', 'gateUp', 'down'];
  const all = Array.from({ length: layers }, (_, layer) =>
    names.map((name) => weight(weights, `core.${layer}.${name}`)),
  );
  return kernels.packCore(all.flat(), precision);
}

/**
 * All recursions of some supervision steps in one call of the fused kernel, without gradient: the same as
 * {@link recursion} again and again. @param packed of {@link packCore}
 */
export function packedRecursions(
  packed: PackedCore,
  x: tf.Tensor2D,
  state: State,
  { layout, config, supervisionSteps }: { layout: Layout; config: ModelConfig; supervisionSteps: number },
): State {
  const { tables } = layout;
  if (tables.kind !== 'fused') throw new Error('packed weights need a layout for the fused kernels');
  const { layers, latentUpdates, core, width } = config;
  const [y, z] = requireKernels().core(x, state, {
    packed,
    angles: tables.angles,
    counts: tables.counts,
    layers,
    inner: innerWidth(width),
    recursions: supervisionSteps * config.recursions,
    latentUpdates,
    plain: core === 'plain',
  });
  return { y, z };
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
