import * as tf from '@tensorflow/tfjs-core';
import { MAX_SPAN } from '../records/example';
import type { ModelConfig } from './config';
import { gatherRows } from './layers/gather-rows';
import type { NameBatch } from './batch';
import type { Precision } from './precision';
import { MASKED } from './layers/attention';
import { weight, type Weights } from './weights';

/** Answer states with what the heads need to find tokens in them. */
export interface Answer {
  /** `[B * N, D]`. */
  y: tf.Tensor2D;
  /** B. */
  batch: number;
  /** N = P + S. */
  positions: number;
  /** True token counts `[B]`. */
  lengths: ArrayLike<number>;
  /** Names of the files around the rows. */
  names: NameBatch;
  /** Precision of the slots' products; places and halting are read in float32. */
  precision: Precision;
}

/** Places whose edits are asked for: token `starts[r]` of row `rows[r]` of the batch. R entries each. */
export interface Places {
  rows: ArrayLike<number>;
  starts: ArrayLike<number>;
}

/** Span lengths that are told apart: 0 to MAX_SPAN. */
export const SPANS = MAX_SPAN + 1;

/** States that the heads read, taken out of y together: the gradient goes back to them in one pass. */
export interface HeadStates {
  /** Register 0 of each row of the batch, `[B, D]`. */
  first: tf.Tensor2D;
  /** First token of each place, `[R, D]`. */
  starts: tf.Tensor2D;
  /** The token after each of a place's spans, `[R * SPANS, D]`; END where the span would swallow it. */
  ends: tf.Tensor2D;
  /** `[R, SPANS]`: {@link MASKED} at spans that would swallow END, otherwise 0. */
  spanMask: tf.Tensor2D;
  places: Places;
}

/** No place: what location and halting need. */
const NO_PLACES: Places = { rows: [], starts: [] };

/** Reads what the heads need of an answer. @param places default: none, for location and halting alone */
export function headStates(answer: Answer, config: ModelConfig, places = NO_PLACES): HeadStates {
  const { batch, positions, lengths } = answer;
  const count = places.rows.length;
  const tokenRow = (row: number, token: number): number => row * positions + config.registers + token;
  const index = new Int32Array(batch + count * (1 + SPANS));
  const mask = new Float32Array(count * SPANS);
  for (let row = 0; row < batch; row++) index[row] = row * positions;
  for (let r = 0; r < count; r++) {
    const [row, start] = [places.rows[r], places.starts[r]];
    const last = lengths[row] - 1;
    index[batch + r] = tokenRow(row, start);
    for (let length = 0; length < SPANS; length++) {
      index[batch + count + r * SPANS + length] = tokenRow(row, Math.min(start + length, last));
      if (start + length > last) mask[r * SPANS + length] = MASKED;
    }
  }
  const [first, starts, ends] = tf.split<tf.Tensor2D>(
    gatherRows(answer.y, index),
    [batch, count, count * SPANS],
    0,
  );
  return { first, starts, ends, spanMask: tf.tensor2d(mask, [count, SPANS]), places };
}

/**
 * Location logits `[B, S + 1]`: class 0 "no bug" is read from register 0, class 1 + i from token i. Padding is
 * masked.
 */
export function locationLogits(
  weights: Weights,
  answer: Answer,
  { first }: HeadStates,
  config: ModelConfig,
): tf.Tensor2D {
  const { y, batch, positions, lengths } = answer;
  const length = positions - config.registers;
  const all = tf.reshape(tf.matMul(y, weight(weights, 'heads.location')), [batch, positions]);
  const tokens = tf.slice(all, [0, config.registers], [batch, length]);
  const noBug = tf.add(tf.matMul(first, weight(weights, 'heads.noBug')), weight(weights, 'heads.noBugBias'));
  const logits = tf.concat([noBug, tokens], 1) as tf.Tensor2D;
  if (Array.from(lengths).every((n) => n === length)) return logits;
  const mask = new Float32Array(batch * (length + 1));
  for (let row = 0; row < batch; row++)
    mask.fill(MASKED, row * (length + 1) + 1 + lengths[row], (row + 1) * (length + 1));
  return tf.add(logits, tf.tensor2d(mask, [batch, length + 1]));
}

/** Halting logits `[B]`: sigmoid is the probability that the whole answer is exactly right. */
export function haltLogits(weights: Weights, { first }: HeadStates): tf.Tensor1D {
  const logits = tf.matMul(first, weight(weights, 'heads.halt'));
  return tf.reshape(tf.add(logits, weight(weights, 'heads.haltBias')), [first.shape[0]]);
}

/**
 * Span-length logits `[R, MAX_SPAN + 1]` given the start i: a bilinear match of y[i] with the token after the
 * span, y[i + length], plus a linear term. Spans that would swallow END are masked.
 */
export function spanLogits(
  weights: Weights,
  { starts, ends, spanMask }: HeadStates,
  config: ModelConfig,
): tf.Tensor2D {
  const count = starts.shape[0];
  const query = tf.reshape(tf.matMul(starts, weight(weights, 'heads.spanQuery')), [count, -1, 1]);
  const keys = tf.reshape(ends, [count, SPANS, -1]);
  const match = tf.mul(tf.reshape(tf.matMul(keys, query), [count, SPANS]), 1 / Math.sqrt(config.width));
  const linear = tf.add(
    tf.matMul(starts, weight(weights, 'heads.spanLength')),
    weight(weights, 'heads.spanBias'),
  );
  return tf.add(tf.add(match, linear), spanMask);
}

/** Bug-type logits `[R, bugTypes]` given the start. */
export function bugTypeLogits(weights: Weights, { starts }: HeadStates): tf.Tensor2D {
  return tf.add(tf.matMul(starts, weight(weights, 'heads.bugType')), weight(weights, 'heads.bugTypeBias'));
}
