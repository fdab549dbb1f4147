import * as tf from '@tensorflow/tfjs-core';
import { MAX_SPAN } from '../records/example';
import type { ModelConfig } from './config';
import { entryVectors, NAME_KIND, type EntryTensors } from './embedding';
import { MASKED } from './layers/attention';
import { rms } from './layers/rms';
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
}

/**
 * Location logits `[B, S + 1]`: class 0 "no bug" is read from register 0, class 1 + i from token i. Padding is
 * masked.
 */
export function locationLogits(weights: Weights, answer: Answer, config: ModelConfig): tf.Tensor2D {
  const { y, batch, positions, lengths } = answer;
  const length = positions - config.registers;
  const all = tf.reshape(tf.matMul(y, weight(weights, 'heads.location')), [batch, positions]);
  const tokens = tf.slice(all, [0, config.registers], [batch, length]);
  const noBug = tf.add(
    tf.matMul(firstRegister(answer), weight(weights, 'heads.noBug')),
    weight(weights, 'heads.noBugBias'),
  );
  const logits = tf.concat([noBug, tokens], 1) as tf.Tensor2D;
  if (Array.from(lengths).every((n) => n === length)) return logits;
  const mask = new Float32Array(batch * (length + 1));
  for (let row = 0; row < batch; row++)
    mask.fill(MASKED, row * (length + 1) + 1 + lengths[row], (row + 1) * (length + 1));
  return tf.add(logits, tf.tensor2d(mask, [batch, length + 1]));
}

/** Halting logits `[B]`: sigmoid is the probability that the whole answer is exactly right. */
export function haltLogits(weights: Weights, answer: Answer): tf.Tensor1D {
  const logits = tf.matMul(firstRegister(answer), weight(weights, 'heads.halt'));
  return tf.reshape(tf.add(logits, weight(weights, 'heads.haltBias')), [answer.batch]);
}

/** States of register 0, `[B, D]`. */
function firstRegister({ y, batch, positions }: Answer): tf.Tensor2D {
  const rows = Int32Array.from({ length: batch }, (_, row) => row * positions);
  return tf.gather(y, tf.tensor1d(rows, 'int32'));
}

/** Places whose edits are asked for: token `starts[r]` of row `rows[r]` of the batch. R entries each. */
export interface Places {
  rows: ArrayLike<number>;
  starts: ArrayLike<number>;
}

/** Row of y that holds token `token` of batch row `row`. */
const tokenRow = (row: number, token: number, positions: number, registers: number): number =>
  row * positions + registers + token;

function gatherTokens(
  { y, positions }: Answer,
  rows: ArrayLike<number>,
  tokens: ArrayLike<number>,
  registers: number,
): tf.Tensor2D {
  const index = Int32Array.from(rows, (row, r) => tokenRow(row, tokens[r], positions, registers));
  return tf.gather(y, tf.tensor1d(index, 'int32'));
}

/**
 * Span-length logits `[R, MAX_SPAN + 1]` given the start i: a bilinear match of y[i] with the token after the
 * span, y[i + length], plus a linear term. Spans that would swallow END are masked.
 */
export function spanLogits(
  weights: Weights,
  answer: Answer,
  { rows, starts }: Places,
  config: ModelConfig,
): tf.Tensor2D {
  const count = rows.length;
  const classes = MAX_SPAN + 1;
  const start = gatherTokens(answer, rows, starts, config.registers);
  const endIndex = new Int32Array(count * classes);
  const mask = new Float32Array(count * classes);
  for (let r = 0; r < count; r++) {
    const last = answer.lengths[rows[r]] - 1;
    for (let length = 0; length < classes; length++) {
      const end = Math.min(starts[r] + length, last);
      endIndex[r * classes + length] = tokenRow(rows[r], end, answer.positions, config.registers);
      if (starts[r] + length > last) mask[r * classes + length] = MASKED;
    }
  }
  const ends = tf.reshape(tf.gather(answer.y, tf.tensor1d(endIndex, 'int32')), [count, classes, -1]);
  const query = tf.reshape(tf.matMul(start, weight(weights, 'heads.spanQuery')), [count, -1, 1]);
  const match = tf.mul(tf.reshape(tf.matMul(ends, query), [count, classes]), 1 / Math.sqrt(config.width));
  const linear = tf.add(
    tf.matMul(start, weight(weights, 'heads.spanLength')),
    weight(weights, 'heads.spanBias'),
  );
  return tf.add(tf.add(match, linear), tf.tensor2d(mask, [count, classes]));
}

/** Bug-type logits `[R, bugTypes]` given the start. */
export function bugTypeLogits(
  weights: Weights,
  answer: Answer,
  { rows, starts }: Places,
  config: ModelConfig,
): tf.Tensor2D {
  const start = gatherTokens(answer, rows, starts, config.registers);
  return tf.add(tf.matMul(start, weight(weights, 'heads.bugType')), weight(weights, 'heads.bugTypeBias'));
}

/** Slots to fill: slot `numbers[q]` of the edit that replaces `spans[q]` tokens from `starts[q]` of `rows[q]`. Q entries. */
export interface SlotQueries extends Places {
  spans: ArrayLike<number>;
  numbers: ArrayLike<number>;
}

/** Unnormalised choices of Q slots; one softmax runs over all three. */
export interface SlotLogits {
  /** `[Q, S]` copy a token of the window; padding masked. */
  copy: tf.Tensor2D;
  /** `[Q, V]` closed vocabulary; 0 = EMPTY. */
  vocabulary: tf.Tensor2D;
  /** `[Q, tokenizer size]` a name of one piece; pieces that are no name masked. */
  piece: tf.Tensor2D;
}

/**
 * Slot k of the edit [i, j) reads rms(y[i] + y[j] + e_k). Both vocabularies are tied to the factorised embedding:
 * a choice's logit is the match of the slot's query with what its pieces and its kind give an input.
 */
export function slotLogits(
  weights: Weights,
  answer: Answer,
  slots: SlotQueries,
  entries: EntryTensors,
  config: ModelConfig,
): SlotLogits {
  const { registers, width } = config;
  const count = slots.rows.length;
  const ends = Int32Array.from(slots.starts, (start, q) =>
    Math.min(start + slots.spans[q], answer.lengths[slots.rows[q]] - 1),
  );
  const ownTokens = tf.add(
    gatherTokens(answer, slots.rows, slots.starts, registers),
    gatherTokens(answer, slots.rows, ends, registers),
  );
  const numbers = tf.tensor1d(Int32Array.from(slots.numbers), 'int32');
  const h = rms(tf.add(ownTokens, tf.gather(weight(weights, 'heads.slots'), numbers)));
  const query: tf.Tensor2D = tf.matMul(h, weight(weights, 'heads.vocabularyQuery'));
  const scale = 1 / Math.sqrt(width);
  const copyQuery = tf.mul(tf.matMul(h, weight(weights, 'heads.copyQuery')), scale);
  return {
    copy: copyLogits(answer, tf.reshape(copyQuery, [count, width, 1]), slots.rows, registers),
    vocabulary: tf.add(
      tf.matMul(query, entryVectors(weights, entries), false, true),
      weight(weights, 'heads.vocabularyBias'),
    ),
    piece: tf.add(pieceLogits(weights, query), entries.pieceMask),
  };
}

function copyLogits(
  { y, batch, positions, lengths }: Answer,
  query: tf.Tensor3D,
  rows: ArrayLike<number>,
  registers: number,
): tf.Tensor2D {
  const count = rows.length;
  const length = positions - registers;
  const states = tf.gather(
    tf.reshape<tf.Rank.R3>(y, [batch, positions, -1]),
    tf.tensor1d(Int32Array.from(rows), 'int32'),
  );
  const all = tf.reshape(tf.matMul(states, query), [count, positions]);
  const mask = new Float32Array(count * length);
  for (let q = 0; q < count; q++) mask.fill(MASKED, q * length + lengths[rows[q]], (q + 1) * length);
  return tf.add(tf.slice(all, [0, registers], [count, length]), tf.tensor2d(mask, [count, length]));
}

function pieceLogits(weights: Weights, query: tf.Tensor2D): tf.Tensor2D {
  const features = weight(weights, 'embedding.features');
  const kind = tf.matMul(query, tf.slice(features, [NAME_KIND, 0], [1, -1]), false, true);
  const narrow = tf.matMul(query, weight(weights, 'embedding.up'), false, true);
  const match = tf.matMul(narrow, weight(weights, 'embedding.pieces'), false, true);
  return tf.add(match, tf.add(kind, weight(weights, 'heads.pieceBias')));
}
