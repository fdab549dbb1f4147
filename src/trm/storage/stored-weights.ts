import { DataError } from '../../core/errors';
import { flatViews, type FlatLayout } from '../weights';
import type { StorageForm } from './form';
import { fromHalves, toHalf } from './half';
import type { StoredTensor } from './safetensors';

/** Largest whole number of `int8`. */
const LEVELS = 127;
/** Shorter lanes stay halves: their scales would weigh more than what they save. */
const SHORTEST_LANE = 64;

/** Name of the scales `[lanes]` that belong to a tensor of whole numbers. */
const scaleName = (name: string): string => `${name}.scale`;

/** A matrix as lanes that share a scale: value k of a lane lies at `lane * step + k * stride`. */
interface Lanes {
  count: number;
  length: number;
  step: number;
  stride: number;
}

function lanesOf(name: string, [rows, columns]: readonly number[]): Lanes {
  return name === 'embedding.pieces'
    ? { count: rows, length: columns, step: columns, stride: 1 }
    : { count: columns, length: rows, step: 1, stride: columns };
}

/** Named tensors of a flat vector, for safetensors files. @param form default `float32` */
export function storedWeights(
  flat: Float32Array,
  layout: FlatLayout,
  form: StorageForm = 'float32',
): Record<string, StoredTensor> {
  const views = flatViews(flat, layout);
  const stored = layout.entries.flatMap(({ name, shape }): [string, StoredTensor][] => {
    const data = views[name];
    if (form === 'float32') return [[name, { dtype: 'F32', shape, data }]];
    if (form === 'int8' && shape.length === 2 && lanesOf(name, shape).length >= SHORTEST_LANE)
      return wholeNumbers(name, shape, data);
    return [[name, { dtype: 'F16', shape, data: Uint16Array.from(data, toHalf) }]];
  });
  return Object.fromEntries(stored);
}

function wholeNumbers(name: string, shape: number[], data: Float32Array): [string, StoredTensor][] {
  const lanes = lanesOf(name, shape);
  const numbers = new Int8Array(data.length);
  const scales = new Float32Array(lanes.count);
  for (let lane = 0; lane < lanes.count; lane++) {
    const place = (k: number): number => lane * lanes.step + k * lanes.stride;
    let largest = 0;
    for (let k = 0; k < lanes.length; k++) largest = Math.max(largest, Math.abs(data[place(k)]));
    scales[lane] = largest / LEVELS;
    if (scales[lane] === 0) continue;
    for (let k = 0; k < lanes.length; k++) {
      const number = Math.round(data[place(k)] / scales[lane]);
      numbers[place(k)] = Math.max(-LEVELS, Math.min(LEVELS, number));
    }
  }
  return [
    [name, { dtype: 'I8', shape, data: numbers }],
    [scaleName(name), { dtype: 'F32', shape: [lanes.count], data: scales }],
  ];
}

/**
 * Reads named tensors of any form back into a flat vector.
 * @throws DataError for a missing tensor, another shape or missing scales
 */
export function readWeights(
  tensors: Readonly<Record<string, StoredTensor>>,
  layout: FlatLayout,
  label: string,
): Float32Array {
  const flat = new Float32Array(layout.size);
  for (const { name, shape, offset } of layout.entries) {
    const stored = tensors[name];
    const got = stored ? `${stored.dtype} [${stored.shape.join(', ')}]` : 'none';
    const values = stored?.shape.join() === shape.join() ? valuesOf(name, tensors) : null;
    if (values === null)
      throw new DataError(
        `${label}: expected tensor "${name}" [${shape.join(', ')}] of F32, F16 or I8 with scales, got ${got}`,
        'the file belongs to another model',
      );
    flat.set(values, offset);
  }
  return flat;
}

/** A tensor's values; null where its type is none of weights, or its scales are missing. */
function valuesOf(name: string, tensors: Readonly<Record<string, StoredTensor>>): Float32Array | null {
  const { dtype, shape, data } = tensors[name];
  if (dtype === 'F32') return data as Float32Array;
  if (dtype === 'F16') return fromHalves(data);
  const scales = tensors[scaleName(name)];
  if (dtype !== 'I8' || shape.length !== 2 || scales?.dtype !== 'F32') return null;
  const lanes = lanesOf(name, shape);
  if (scales.data.length !== lanes.count) return null;
  const out = new Float32Array(data.length);
  for (let lane = 0; lane < lanes.count; lane++)
    for (let k = 0; k < lanes.length; k++) {
      const place = lane * lanes.step + k * lanes.stride;
      out[place] = data[place] * scales.data[lane];
    }
  return out;
}
