import * as tf from '@tensorflow/tfjs-core';
import { DataError } from '../core/errors';
import type { Rng } from '../core/rng';
import { parameterSpecs, type Initializer, type ModelConfig, type ParameterSpec } from './config';
import { fusedKernels } from './kernels';

/** A model's trained tensors by the names of `parameterSpecs`. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** One weight by name. @throws DataError when it is missing */
export function weight<T extends tf.Tensor = tf.Tensor2D>(weights: Weights, name: string): T {
  const tensor = weights[name];
  if (tensor === undefined)
    throw new DataError(`expected a weight "${name}", found none`, 'the model file is of another version');
  return tensor as T;
}

/**
 * std of the normal whose values within 2 sigma have std 1: the truncated normal is *rescaled* so that it has the
 * asked std (official TRM code, `trunc_normal_init_`).
 */
const TRUNCATION_FACTOR = 1.1368472343385565;

/** Truncated normal values: cut at 2 sigma, then rescaled to `std`. */
export function truncatedNormal(count: number, std: number, rng: Rng): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let value = rng.normal();
    while (Math.abs(value) > 2) value = rng.normal();
    out[i] = value * std * TRUNCATION_FACTOR;
  }
  return out;
}

function initialValues(count: number, initializer: Initializer, rng: Rng): Float32Array {
  if (initializer.kind === 'constant') return new Float32Array(count).fill(initializer.value);
  return truncatedNormal(count, initializer.std, rng);
}

/** Where each weight lies in one flat vector. */
export interface FlatLayout {
  entries: { name: string; shape: number[]; offset: number; size: number }[];
  /** Length of the vector, gaps included. */
  size: number;
}

/**
 * Lays all weights of a model out in one vector: the optimizer then runs one kernel per operation instead of one
 * per tensor. Every weight starts at a multiple of 16 values (64 bytes), so that the engine can cut it out without
 * a copy; the gaps stay zero.
 */
export function flatLayout(config: ModelConfig): FlatLayout {
  return layoutOf(parameterSpecs(config));
}

/** {@link flatLayout} of any list of weights. */
export function layoutOf(specs: readonly ParameterSpec[]): FlatLayout {
  let offset = 0;
  const entries = specs.map(({ name, shape }) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const entry = { name, shape, offset, size };
    offset += Math.ceil(size / 16) * 16;
    return entry;
  });
  return { entries, size: offset };
}

/** Starting values of all weights, flat; each weight has a seed stream of its own. */
export function initialWeights(config: ModelConfig, rng: Rng): Float32Array {
  return startingWeights(parameterSpecs(config), rng);
}

/** {@link initialWeights} of any list of weights. */
export function startingWeights(specs: readonly ParameterSpec[], rng: Rng): Float32Array {
  const layout = layoutOf(specs);
  const flat = new Float32Array(layout.size);
  specs.forEach(({ name, initializer }, i) => {
    const { offset, size } = layout.entries[i];
    flat.set(initialValues(size, initializer, rng.fork('weight', name)), offset);
  });
  return flat;
}

/** Cuts a flat vector `[size]` into named weights. */
export function unflatten(flat: tf.Tensor1D, layout: FlatLayout): Record<string, tf.Tensor> {
  return Object.fromEntries(
    layout.entries.map(({ name, shape, offset, size }) => [
      name,
      tf.reshape(tf.slice(flat, offset, size), shape),
    ]),
  );
}

/** Joins tensors in the layout's order (gradients, for example) to one vector `[size]`. */
export function flatten(tensors: readonly tf.Tensor[], layout: FlatLayout): tf.Tensor1D {
  const kernels = fusedKernels();
  if (kernels) return kernels.flatten(tensors, [...layout.entries.map(({ offset }) => offset), layout.size]);
  const parts: tf.Tensor1D[] = [];
  layout.entries.forEach(({ offset, size }, i) => {
    parts.push(tf.reshape(tensors[i], [size]));
    const gap = (layout.entries[i + 1]?.offset ?? layout.size) - offset - size;
    if (gap > 0) parts.push(tf.zeros([gap]));
  });
  return tf.concat(parts);
}

/** Named views of a flat vector's values (no copy). */
export function flatViews(flat: Float32Array, layout: FlatLayout): Record<string, Float32Array> {
  return Object.fromEntries(
    layout.entries.map(({ name, offset, size }) => [name, flat.subarray(offset, offset + size)]),
  );
}
