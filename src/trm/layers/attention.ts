import * as tf from '@tensorflow/tfjs-core';
import { HEAD_WIDTH } from '../config';
import { fusedKernels, requireKernels } from '../kernels';
import type { Precision } from '../precision';
import { product } from './product';
import { rms } from './rms';
import { rotaryAngles, rotaryTables, rotate, type RotaryTables } from './rotary';

/** Added to the logits of masked positions: far below any logit, yet finite in 32 bits. */
export const MASKED = -1e9;

/** What attention needs to know of a batch's layout, made once a batch. */
export interface Layout {
  /** B. */
  batch: number;
  /** N: registers and tokens. */
  positions: number;
  /** `[B]` positions of each row that are no padding, which comes last. */
  counts: Int32Array;
  /** Precision of the products over the positions. */
  precision: Precision;
  /** Tables of the fused kernel, or those of the composition. */
  tables: FusedTables | ComposedTables;
}

/** See {@link FusedKernels.attention}. */
export interface FusedTables {
  kind: 'fused';
  /** `[N, 64]`. */
  angles: tf.Tensor2D;
  /** {@link Layout.counts}, int32. */
  counts: tf.Tensor1D;
}

/** Tables for plain tfjs ops. */
export interface ComposedTables {
  kind: 'composed';
  rotary: RotaryTables;
  /** `[1, B, 1, N]`: 0 where a position may be attended to, {@link MASKED} at padding; null without padding. */
  mask: tf.Tensor4D | null;
}

/**
 * Layout of a batch for attention.
 * @param counts `[B]` positions of each row that are no padding; the padding comes last
 * @param positions N @param width D @param precision default `float32`
 */
export function attentionLayout(
  counts: Int32Array,
  positions: number,
  width: number,
  precision: Precision = 'float32',
): Layout {
  const about = { batch: counts.length, positions, counts, precision };
  if (fusedKernels()) {
    const tables: FusedTables = {
      kind: 'fused',
      angles: tf.tensor2d(rotaryAngles(positions), [positions, HEAD_WIDTH]),
      counts: tf.tensor1d(counts, 'int32'),
    };
    return { ...about, tables };
  }
  const rotary = rotaryTables(positions, width);
  if (counts.every((n) => n === positions))
    return { ...about, tables: { kind: 'composed', rotary, mask: null } };
  const mask = new Float32Array(counts.length * positions);
  counts.forEach((n, row) => mask.fill(MASKED, row * positions + n, (row + 1) * positions));
  const tables: ComposedTables = {
    kind: 'composed',
    rotary,
    mask: tf.tensor4d(mask, [1, counts.length, 1, positions]),
  };
  return { ...about, tables };
}

/** Weights of one attention: `qkv` `[D, 3D]` (queries, keys, values), `o` `[D, D]`. */
export interface AttentionWeights {
  qkv: tf.Tensor2D;
  o: tf.Tensor2D;
}

/**
 * softmax(q k^T / 8 + mask) v, heads of 64, rotary positions, not causal.
 * @param h `[B * N, D]` @returns `[B * N, D]`
 */
export function attention(h: tf.Tensor2D, weights: AttentionWeights, layout: Layout): tf.Tensor2D {
  const { precision } = layout;
  return product(mixHeads(product(h, weights.qkv, { precision }), layout), weights.o, { precision });
}

/** Attention between its two products: `[B * N, 3D]` to `[B * N, D]`. */
function mixHeads(qkv: tf.Tensor2D, layout: Layout): tf.Tensor2D {
  const { tables, batch, positions } = layout;
  if (tables.kind === 'fused') return fusedMix(qkv, tables);
  const width = qkv.shape[1] / 3;
  const heads = width / HEAD_WIDTH;
  const split = (x: tf.Tensor2D, parts: number): tf.Tensor4D =>
    tf.transpose(tf.reshape(x, [batch, positions, parts, HEAD_WIDTH]), [2, 0, 1, 3]);
  const [rows, values] = tf.split<tf.Tensor2D>(qkv, [2 * width, width], 1);
  const [q, k] = tf.split(split(rotate(rows, batch, tables.rotary), 2 * heads), 2);
  const scores = tf.matMul(q, k, false, true);
  const mixed = tf.matMul(
    tf.softmax(tables.mask ? tf.add(scores, tables.mask) : scores),
    split(values, heads),
  );
  return tf.reshape(tf.transpose(mixed, [1, 2, 0, 3]), [batch * positions, width]);
}

function fusedMix(qkv: tf.Tensor2D, { angles, counts }: FusedTables): tf.Tensor2D {
  const op = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const kernels = requireKernels();
    const [value, logs] = kernels.attention(x, angles, counts);
    save([x, value, logs]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
      const [input, out, sums] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
      return kernels.attentionGrad({ qkv: input, angles, counts }, { out, logs: sums }, dy as tf.Tensor2D);
    };
    return { value, gradFunc };
  });
  return op(qkv);
}

/** The attention half of a block: rms(h + attention(h)). @param h `[B * N, D]` */
export function attentionBlock(h: tf.Tensor2D, weights: AttentionWeights, layout: Layout): tf.Tensor2D {
  const { tables, precision } = layout;
  if (tables.kind === 'composed') return rms(tf.add(h, attention(h, weights, layout)));
  const op = tf.customGrad((...args) => {
    const [x, qkvWeights, oWeights, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const kernels = requireKernels();
    const qkv = kernels.matMul(x, qkvWeights, { precision });
    const [out, logs] = kernels.attention(qkv, tables.angles, tables.counts);
    const [value, inverse] = kernels.rms(x, kernels.matMul(out, oWeights, { precision }));
    save([x, qkvWeights, oWeights, qkv, out, logs, value, inverse]);
    return {
      value,
      gradFunc: (dy, saved) => attentionBlockGrad(dy as tf.Tensor2D, saved, tables, precision),
    };
  });
  return op(h, weights.qkv, weights.o) as tf.Tensor2D;
}

/** Gradients of h and both weights; frees what was saved as soon as it is used up. */
function attentionBlockGrad(
  dy: tf.Tensor2D,
  saved: tf.Tensor[],
  { angles, counts }: FusedTables,
  precision: Precision,
): tf.Tensor[] {
  const kernels = requireKernels();
  const [x, qkvWeights, oWeights, qkv, out, logs, y, inverse] = saved as tf.Tensor2D[];
  return tf.tidy(() => {
    const dSum = kernels.rmsGrad(dy, y, inverse as tf.Tensor as tf.Tensor1D);
    tf.dispose([y, inverse]);
    const dO = kernels.matMul(out, dSum, { transposeA: true, precision });
    const dOut = kernels.matMul(dSum, oWeights, { transposeB: true, precision });
    const outputs = { out, logs: logs as tf.Tensor as tf.Tensor1D };
    const dQkv = kernels.attentionGrad({ qkv, angles, counts }, outputs, dOut);
    tf.dispose([qkv, out, logs, dOut]);
    const dWeights = kernels.matMul(x, dQkv, { transposeA: true, precision });
    const dx = kernels.matMul(dQkv, qkvWeights, { transposeB: true, precision, onto: dSum });
    return [dx, dWeights, dO];
  });
}
