import * as tf from '@tensorflow/tfjs-core';
import { modelConfigSchema } from '../../trm/config';
import type { Precision } from '../../trm/precision';
import { coreNetwork, recursion } from '../../trm/core';
import { meanPieces, type PieceLists } from '../../trm/embedding';
import { attention, attentionBlock, attentionLayout } from '../../trm/layers/attention';
import { rms } from '../../trm/layers/rms';
import { rotate, rotaryTables } from '../../trm/layers/rotary';
import { gated, swiglu, swigluBlock } from '../../trm/layers/swiglu';
import type { Weights } from '../../trm/weights';
import { binaryCrossEntropy, crossEntropy } from '../optimization/losses';
import { logSumExp } from '../../trm/log-sum-exp';
import { compare, type ParityRow } from './compare';
import { formula, formulaTensor, type Fixture } from './fixture';

type Layer = (...inputs: tf.Tensor2D[]) => tf.Tensor;

/**
 * Each layer by itself: its value, and its gradients with respect to the inputs that the fixture names.
 * @param gradients false on an engine that only infers @param precision of products; default `float32`
 */
export function compareLayers(fixture: Fixture, gradients: boolean, precision?: Precision): ParityRow[] {
  const layers = layersOf(fixture, precision);
  return fixture.layers.cases.flatMap(({ name, inputs, dySeed, gradients: wanted, size }) => {
    const layer = layers[name];
    const tensors = inputs.map(formulaTensor) as tf.Tensor2D[];
    const value = layer(...tensors);
    const label = `layer ${name}`;
    const rows = [compare(label, value.dataSync(), fixture.tensor(label))];
    if (!gradients) return rows;
    const dy = tf.tensor(formula(dySeed, size, 1), value.shape);
    const grads = tf.grads((...x) => layer(...(x as tf.Tensor2D[])))(tensors, dy);
    for (const k of wanted) {
      const part = `${label} gradient ${k}`;
      rows.push(compare(part, grads[k].dataSync(), fixture.tensor(part)));
    }
    return rows;
  });
}

/** The layers by the names of their cases. Layouts are made here: in a taped function they would be freed too early. */
function layersOf(
  { layers: { counts, positions, pieces } }: Fixture,
  precision?: Precision,
): Record<string, Layer> {
  const width = 128;
  const layout = attentionLayout(Int32Array.from(counts), positions, width, precision);
  const tables = rotaryTables(5, width);
  const lists = pieceLists(pieces);
  const valid = counts.flatMap((count, row) =>
    Array.from({ length: count }, (_, position) => row * positions + position),
  );
  // Padding has values of its own, which nobody reads: only the others are compared.
  const read = (h: tf.Tensor2D): tf.Tensor2D => tf.gather(h, tf.tensor1d(valid, 'int32'));
  return {
    rms: (h) => rms(h),
    'rms of small rows': (h) => rms(h),
    rotary: (qk) => rotate(qk, 2, tables),
    'attention with padding': (h, qkv, o) => read(attention(h, { qkv, o }, layout)),
    'attention block': (h, qkv, o) => read(attentionBlock(h, { qkv, o }, layout)),
    gate: (gateUp) => gated(gateUp),
    SwiGLU: (h, gateUp, down) => swiglu(h, { gateUp, down }, precision),
    'SwiGLU block': (h, gateUp, down) => swigluBlock(h, { gateUp, down }, precision),
    'mean of pieces': (table) => meanPieces(table, lists),
    'core of two layers': (h, ...weights) => read(coreNetwork(namedCore(weights), h, layout, coreConfig(2))),
    'one recursion': (x, y, z, ...weights) => {
      const next = recursion(namedCore(weights), x, { y, z }, layout, coreConfig(1));
      return tf.concat([read(next.y), read(next.z)], 0);
    },
    'log-sum-exp': (x) => logSumExp(x),
    'cross-entropy': (x) => crossEntropy(x, [0, 1, 2, 3]),
    'binary cross-entropy': (q) =>
      binaryCrossEntropy(q as tf.Tensor as tf.Tensor1D, Float32Array.from([0, 1, 0, 1, 0, 1, 0, 1])),
  };
}

const coreConfig = (layers: number) =>
  modelConfigSchema.parse({ width: 128, layers, latentUpdates: 2, embeddingWidth: 8, tokenizerSize: 2 });

function namedCore(tensors: readonly tf.Tensor2D[]): Weights {
  const parts = ['qkv', 'o', 'gateUp', 'down'];
  return Object.fromEntries(
    tensors.map((tensor, i) => [`core.${Math.floor(i / 4)}.${parts[i % 4]}`, tensor]),
  );
}

function pieceLists(lists: readonly number[][]): PieceLists {
  const flat = lists.flatMap((ids, token) => ids.map((id) => ({ id, token, weight: 1 / ids.length })));
  const integers = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
  return {
    ids: integers(flat.map(({ id }) => id)),
    tokens: integers(flat.map(({ token }) => token)),
    weights: tf.tensor2d(
      flat.map(({ weight }) => weight),
      [flat.length, 1],
    ),
    count: lists.length,
  };
}
