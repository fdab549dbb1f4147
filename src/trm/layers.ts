import * as tf from '@tensorflow/tfjs-core';
import { HEAD_WIDTH } from './config';

/** Added to the mean square before the root. */
export const RMS_EPSILON = 1e-5;

/** Base of the rotary angles. */
export const ROTARY_BASE = 10000;

/** Added to the logits of masked positions: far below any logit, yet finite in 32 bits. */
export const MASKED = -1e9;

/**
 * rms(h) = h / sqrt(mean(h^2) + 1e-5) over the last axis; no gain. Gradient by hand (dh = r (dy - y mean(dy y)),
 * r the inverse root): a third of the kernels that the tape would run.
 * @param h `[rows, D]`
 */
export function rms(h: tf.Tensor2D): tf.Tensor2D {
  return rmsOp(h) as tf.Tensor2D;
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

/**
 * silu(g) * u, silu(g) = g sigmoid(g): the gate of SwiGLU. Gradient by hand.
 * @param g, u `[rows, I]`
 */
export function gated(g: tf.Tensor2D, u: tf.Tensor2D): tf.Tensor2D {
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

/** Cosines and signed sines of {@link rotate}, both `[1, N * 2D]`. */
export interface RotaryTables {
  cos: tf.Tensor2D;
  sin: tf.Tensor2D;
}

/**
 * Angles pos / 10000^(2i/64) for N positions, laid out as the rows of `[q | k]`. The attention scale 1/8 is in
 * the half of the queries: one multiplication of the scores saved.
 */
export function rotaryTables(positions: number, width: number): RotaryTables {
  const half = HEAD_WIDTH / 2;
  const row = 2 * width;
  const cos = new Float32Array(positions * row);
  const sin = new Float32Array(positions * row);
  for (let position = 0; position < positions; position++)
    for (let i = 0; i < half; i++) {
      const angle = position / ROTARY_BASE ** ((2 * i) / HEAD_WIDTH);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
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
  rotary: RotaryTables;
  /** `[1, B, 1, N]`: 0 where a position may be attended to, {@link MASKED} at padding; null without padding. */
  mask: tf.Tensor4D | null;
}

/** Weights of one attention: `qk` `[D, 2D]`, `v` and `o` `[D, D]`. */
export interface AttentionWeights {
  qk: tf.Tensor2D;
  v: tf.Tensor2D;
  o: tf.Tensor2D;
}

/**
 * softmax(q k^T / 8 + mask) v, heads of 64, rotary positions, not causal.
 * @param h `[B * N, D]` @returns `[B * N, D]`
 */
export function attention(h: tf.Tensor2D, weights: AttentionWeights, layout: Layout): tf.Tensor2D {
  const { batch, positions, rotary, mask } = layout;
  const heads = h.shape[1] / HEAD_WIDTH;
  const split = (x: tf.Tensor2D, parts: number): tf.Tensor4D =>
    tf.transpose(tf.reshape(x, [batch, positions, parts, HEAD_WIDTH]), [2, 0, 1, 3]);
  const qk = split(rotate(tf.matMul(h, weights.qk), batch, rotary), 2 * heads);
  const [q, k] = tf.split(qk, 2);
  const v = split(tf.matMul(h, weights.v), heads);
  const scores = tf.matMul(q, k, false, true);
  const mixed = tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v);
  const joined = tf.reshape(tf.transpose(mixed, [1, 2, 0, 3]), h.shape);
  return tf.matMul(joined, weights.o);
}

/** Weights of one SwiGLU: `gate` and `up` `[D, I]`, `down` `[I, D]`. */
export interface SwigluWeights {
  gate: tf.Tensor2D;
  up: tf.Tensor2D;
  down: tf.Tensor2D;
}

/** W_down(silu(W_gate h) * W_up h). @param h `[rows, D]` */
export function swiglu(h: tf.Tensor2D, { gate, up, down }: SwigluWeights): tf.Tensor2D {
  return tf.matMul(gated(tf.matMul(h, gate), tf.matMul(h, up)), down);
}
