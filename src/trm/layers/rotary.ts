import * as tf from '@tensorflow/tfjs-core';
import { HEAD_WIDTH } from '../config';

/** Base of the rotary angles. */
const ROTARY_BASE = 10000;

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

/** Cosines and sines as the kernels read them: `[N, 64]`, 32 of each a position. */
export function rotaryAngles(positions: number): Float32Array {
  const half = HEAD_WIDTH / 2;
  const values = new Float32Array(positions * HEAD_WIDTH);
  for (let position = 0; position < positions; position++)
    for (let i = 0; i < half; i++) {
      values[position * HEAD_WIDTH + i] = Math.cos(angleOf(position, i));
      values[position * HEAD_WIDTH + half + i] = Math.sin(angleOf(position, i));
    }
  return values;
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
