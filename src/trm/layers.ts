import * as tf from '@tensorflow/tfjs-core';
import { HEAD_WIDTH } from './config';
import { fusedKernels, type FusedKernels } from './kernels';

/** Added to the mean square before the root. */
const RMS_EPSILON = 1e-5;

/** Base of the rotary angles. */
const ROTARY_BASE = 10000;

/** Added to the logits of masked positions: far below any logit, yet finite in 32 bits. */
export const MASKED = -1e9;

/**
 * rms(h) = h / sqrt(mean(h^2) + 1e-5) over the last axis; no gain. Gradient by hand (dh = r (dy - y mean(dy y)),
 * r the inverse root): a third of the kernels that the tape would run.
 * @param h `[rows, D]`
 */
export function rms(h: tf.Tensor2D): tf.Tensor2D {
  return (fusedKernels() ? fusedRmsOp(h) : rmsOp(h)) as tf.Tensor2D;
}

const rmsOp = tf.customGrad((...args) => {
  const [h, save] = args as [tf.Tensor, tf.GradSaveFunc];
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(h), -1, true), RMS_EPSILON));
  const value = tf.mul(h, inverse);
  save([value, inverse]);
  return {
    value,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [y, r] = saved;
      return tf.mul(tf.sub(dy, tf.mul(y, tf.mean(tf.mul(dy, y), -1, true))), r);
    },
  };
});

const fusedRmsOp = tf.customGrad((...args) => {
  const [h, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
  const kernels = required();
  const [value, inverse] = kernels.rms(h);
  save([value, inverse]);
  return {
    value,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      kernels.rmsGrad(dy as tf.Tensor2D, saved[0] as tf.Tensor2D, saved[1] as tf.Tensor1D),
  };
});

/** The kernels, where a fused form was chosen. */
function required(): FusedKernels {
  const kernels = fusedKernels();
  if (kernels === null) throw new Error('the layout was made for fused kernels, which are switched off now');
  return kernels;
}

/**
 * silu(g) u, silu(g) = g sigmoid(g): the gate of SwiGLU. Gradient by hand.
 * @param gateUp `[rows, 2I]`: g, then u @returns `[rows, I]`
 */
export function gated(gateUp: tf.Tensor2D): tf.Tensor2D {
  if (fusedKernels()) return fusedGateOp(gateUp);
  const [g, u] = tf.split(gateUp, 2, 1);
  return gatedOp(g, u) as tf.Tensor2D;
}

const gatedOp = tf.customGrad((...args) => {
  const [g, u, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
  const sigmoid = tf.sigmoid(g);
  const silu = tf.mul(g, sigmoid);
  save([u, sigmoid, silu]);
  return {
    value: tf.mul(silu, u),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [up, s, a] = saved;
      // silu' = s + silu (1 - s) = s + silu - silu s
      const slope = tf.sub(tf.add(s, a), tf.mul(a, s));
      return [tf.mul(tf.mul(dy, up), slope), tf.mul(dy, a)];
    },
  };
});

const fusedGateOp = tf.customGrad((...args) => {
  const [gateUp, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
  const kernels = required();
  save([gateUp]);
  return {
    value: kernels.gate(gateUp),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.tidy(() => kernels.gateGrad(saved[0] as tf.Tensor2D, dy as tf.Tensor2D)[0]),
  };
});

/** Cosines and signed sines of {@link rotate}, both `[1, N * 2D]`. */
export interface RotaryTables {
  cos: tf.Tensor2D;
  sin: tf.Tensor2D;
}

/** Angle pos / 10000^(2i/64) of pair i. */
const angleOf = (position: number, i: number): number => position / ROTARY_BASE ** ((2 * i) / HEAD_WIDTH);

/**
 * Rotary angles for N positions, laid out as the rows of `[q | k]`. The attention scale 1/8 is in the half of the
 * queries: one multiplication of the scores saved.
 */
export function rotaryTables(positions: number, width: number): RotaryTables {
  const half = HEAD_WIDTH / 2;
  const row = 2 * width;
  const cos = new Float32Array(positions * row);
  const sin = new Float32Array(positions * row);
  for (let position = 0; position < positions; position++)
    for (let i = 0; i < half; i++) {
      const [c, s] = [Math.cos(angleOf(position, i)), Math.sin(angleOf(position, i))];
      for (let head = 0; head < row; head += HEAD_WIDTH) {
        const scale = head < width ? 1 / Math.sqrt(HEAD_WIDTH) : 1;
        const at = position * row + head + i;
        cos[at] = cos[at + half] = scale * c;
        sin[at] = -scale * s;
        sin[at + half] = scale * s;
      }
    }
  return { cos: tf.tensor2d(cos, [1, cos.length]), sin: tf.tensor2d(sin, [1, sin.length]) };
}

/** Cosines and sines of the fused kernel: `[N, 64]`, 32 of each a position. */
function rotaryAngles(positions: number): tf.Tensor2D {
  const half = HEAD_WIDTH / 2;
  const values = new Float32Array(positions * HEAD_WIDTH);
  for (let position = 0; position < positions; position++)
    for (let i = 0; i < half; i++) {
      values[position * HEAD_WIDTH + i] = Math.cos(angleOf(position, i));
      values[position * HEAD_WIDTH + half + i] = Math.sin(angleOf(position, i));
    }
  return tf.tensor2d(values, [positions, HEAD_WIDTH]);
}

/**
 * Rotary positions: x cos + [-x2 | x1] sin for each head's halves x1, x2.
 * @param qk `[B * N, 2D]`, queries then keys
 * @param batch B
 */
export function rotate(qk: tf.Tensor2D, batch: number, { cos, sin }: RotaryTables): tf.Tensor2D {
  const op = tf.customGrad((...args) => {
    const [x] = args as [tf.Tensor2D];
    const rows = tf.reshape(x, [batch, -1]);
    const value = tf.add(tf.mul(rows, cos), tf.mul(swapHalves(rows), sin));
    return {
      value: tf.reshape(value, x.shape),
      gradFunc: (dy: tf.Tensor) => {
        const dRows = tf.reshape(dy, [batch, -1]);
        return tf.reshape(tf.add(tf.mul(dRows, cos), swapHalves(tf.mul(dRows, sin))), x.shape);
      },
    };
  });
  return op(qk) as tf.Tensor2D;
}

/** [x1 | x2] -> [x2 | x1] in every head. */
function swapHalves(rows: tf.Tensor): tf.Tensor {
  return tf.reshape(tf.reverse(tf.reshape(rows, [-1, 2, HEAD_WIDTH / 2]), 1), rows.shape);
}

/** What attention needs to know of a batch's layout, made once a batch. */
export interface Layout {
  /** B. */
  batch: number;
  /** N: registers and tokens. */
  positions: number;
  /** Tables of the fused kernel, or those of the composition. */
  tables: FusedTables | ComposedTables;
}

/** See {@link FusedKernels.attention}. */
export interface FusedTables {
  kind: 'fused';
  /** `[N, 64]`. */
  angles: tf.Tensor2D;
  /** `[B]` int32. */
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
 * @param positions N @param width D
 */
export function attentionLayout(counts: Int32Array, positions: number, width: number): Layout {
  const batch = counts.length;
  if (fusedKernels()) {
    const tables: FusedTables = {
      kind: 'fused',
      angles: rotaryAngles(positions),
      counts: tf.tensor1d(counts, 'int32'),
    };
    return { batch, positions, tables };
  }
  const rotary = rotaryTables(positions, width);
  if (counts.every((n) => n === positions))
    return { batch, positions, tables: { kind: 'composed', rotary, mask: null } };
  const mask = new Float32Array(batch * positions);
  counts.forEach((n, row) => mask.fill(MASKED, row * positions + n, (row + 1) * positions));
  const tables: ComposedTables = {
    kind: 'composed',
    rotary,
    mask: tf.tensor4d(mask, [1, batch, 1, positions]),
  };
  return { batch, positions, tables };
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
  return tf.matMul(mixHeads(tf.matMul(h, weights.qkv), layout), weights.o);
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
    const kernels = required();
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

/** Weights of one SwiGLU: `gateUp` `[D, 2I]` (gate, then up), `down` `[I, D]`. */
export interface SwigluWeights {
  gateUp: tf.Tensor2D;
  down: tf.Tensor2D;
}

/** W_down(silu(W_gate h) * W_up h). @param h `[rows, D]` */
export function swiglu(h: tf.Tensor2D, { gateUp, down }: SwigluWeights): tf.Tensor2D {
  return tf.matMul(gated(tf.matMul(h, gateUp)), down);
}

/** The attention half of a block: rms(h + attention(h)). @param h `[B * N, D]` */
export function attentionBlock(h: tf.Tensor2D, weights: AttentionWeights, layout: Layout): tf.Tensor2D {
  const { tables } = layout;
  if (tables.kind === 'composed') return rms(tf.add(h, attention(h, weights, layout)));
  const op = tf.customGrad((...args) => {
    const [x, qkvWeights, oWeights, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const kernels = required();
    const qkv = kernels.matMul(x, qkvWeights);
    const [out, logs] = kernels.attention(qkv, tables.angles, tables.counts);
    const [value, inverse] = kernels.rms(x, kernels.matMul(out, oWeights));
    save([x, qkvWeights, oWeights, qkv, out, logs, value, inverse]);
    return { value, gradFunc: (dy, saved) => attentionBlockGrad(dy as tf.Tensor2D, saved, tables) };
  });
  return op(h, weights.qkv, weights.o) as tf.Tensor2D;
}

/** Gradients of h and both weights; frees what was saved as soon as it is used up. */
function attentionBlockGrad(
  dy: tf.Tensor2D,
  saved: tf.Tensor[],
  { angles, counts }: FusedTables,
): tf.Tensor[] {
  const kernels = required();
  const [x, qkvWeights, oWeights, qkv, out, logs, y, inverse] = saved as tf.Tensor2D[];
  return tf.tidy(() => {
    const dSum = kernels.rmsGrad(dy, y, inverse as tf.Tensor as tf.Tensor1D);
    tf.dispose([y, inverse]);
    const dO = kernels.matMul(out, dSum, true);
    const dOut = kernels.matMul(dSum, oWeights, false, true);
    const outputs = { out, logs: logs as tf.Tensor as tf.Tensor1D };
    const dQkv = kernels.attentionGrad({ qkv, angles, counts }, outputs, dOut);
    tf.dispose([qkv, out, logs, dOut]);
    const dWeights = kernels.matMul(x, dQkv, true);
    return [tf.add(dSum, kernels.matMul(dQkv, qkvWeights, false, true)), dWeights, dO];
  });
}

/** The SwiGLU half of a block: rms(h + swiglu(h)). @param h `[rows, D]` */
export function swigluBlock(h: tf.Tensor2D, weights: SwigluWeights): tf.Tensor2D {
  if (fusedKernels() === null) return rms(tf.add(h, swiglu(h, weights)));
  return fusedSwigluOp(h, weights.gateUp, weights.down) as tf.Tensor2D;
}

const fusedSwigluOp = tf.customGrad((...args) => {
  const [x, gateUp, down, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  const kernels = required();
  const inner = kernels.matMul(x, gateUp);
  const [value, inverse] = kernels.rms(x, kernels.matMul(kernels.gate(inner), down));
  save([x, gateUp, down, inner, value, inverse]);
  return { value, gradFunc: (dy, saved) => swigluBlockGrad(dy as tf.Tensor2D, saved) };
});

/** Gradients of h and both weights; frees what was saved as soon as it is used up. */
function swigluBlockGrad(dy: tf.Tensor2D, saved: tf.Tensor[]): tf.Tensor[] {
  const kernels = required();
  const [x, gateUp, down, inner, y, inverse] = saved as tf.Tensor2D[];
  return tf.tidy(() => {
    const dSum = kernels.rmsGrad(dy, y, inverse as tf.Tensor as tf.Tensor1D);
    tf.dispose([y, inverse]);
    const dGated = kernels.matMul(dSum, down, false, true);
    const [dInner, value] = kernels.gateGrad(inner, dGated);
    tf.dispose([inner, dGated]);
    const dDown = kernels.matMul(value, dSum, true);
    value.dispose();
    const dGateUp = kernels.matMul(x, dInner, true);
    return [tf.add(dSum, kernels.matMul(dInner, gateUp, false, true)), dGateUp, dDown];
  });
}
