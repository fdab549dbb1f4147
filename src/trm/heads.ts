import * as tf from '@tensorflow/tfjs-core';
import { MAX_SPAN } from '../records/example';
import type { ModelConfig } from './config';
import { entryVectors, NAME_KIND, type EntryTensors } from './embedding';
import { gatherRows } from './layers/gather-rows';
import { packMatrix, type PackedMatrix } from './packed';
import { unpackedPrecision, type InferencePrecision, type Precision } from './precision';
import { MASKED } from './layers/attention';
import { product } from './layers/product';
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
  /** Precision of the slots' products; places and halting are read in float32. */
  precision: Precision;
}

/** Places whose edits are asked for: token `starts[r]` of row `rows[r]` of the batch. R entries each. */
export interface Places {
  rows: ArrayLike<number>;
  starts: ArrayLike<number>;
}

/** Span lengths that are told apart: 0 to MAX_SPAN. */
const SPANS = MAX_SPAN + 1;

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

/** Slots to fill: slot `numbers[q]` of the edit that replaces `spans[q]` tokens at place `places[q]`. Q entries. */
export interface SlotQueries {
  places: ArrayLike<number>;
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

/** What slots need of the vocabularies. */
export interface EntryParts {
  config: ModelConfig;
  entries: EntryTensors;
  /** Made once, where the weights stay as they are. */
  fixed?: FixedVectors;
}

/** Both vocabularies' vectors for products with queries, for inference. Owns its tensors. */
export interface FixedVectors {
  /** {@link entryVectors}. */
  entries: tf.Tensor2D;
  /** The table of pieces, for the kernels; null where those are not in use. */
  pieces: PackedMatrix | null;
}

/** Makes what slots read of weights that stay as they are. */
export function fixVectors(
  weights: Weights,
  entries: EntryTensors,
  precision: InferencePrecision,
): FixedVectors {
  const table = weight(weights, 'embedding.pieces');
  return {
    entries: tf.tidy(() => entryVectors(weights, entries, unpackedPrecision(precision))),
    pieces: packMatrix(table, { transposeB: true, precision }),
  };
}

/**
 * Slot k of the edit [i, j) reads rms(y[i] + y[j] + e_k). Both vocabularies are tied to the factorised embedding:
 * a choice's logit is the match of the slot's query with what its pieces and its kind give an input.
 */
export function slotLogits(
  weights: Weights,
  answer: Answer,
  states: HeadStates,
  slots: SlotQueries,
  parts: EntryParts,
): SlotLogits {
  const { entries, config } = parts;
  const { width, registers } = config;
  const { precision } = answer;
  const count = slots.places.length;
  const ends = Int32Array.from(slots.places, (place, q) => place * SPANS + slots.spans[q]);
  const ownTokens = tf.add(
    gatherRows(states.starts, Int32Array.from(slots.places)),
    gatherRows(states.ends, ends),
  );
  const numbers = gatherRows(weight(weights, 'heads.slots'), Int32Array.from(slots.numbers));
  const h = rms(tf.add(ownTokens, numbers));
  const query = product(h, weight(weights, 'heads.vocabularyQuery'), { precision });
  const scale = 1 / Math.sqrt(width);
  const copyQuery = tf.mul(product(h, weight(weights, 'heads.copyQuery'), { precision }), scale);
  const rows = Array.from(slots.places, (place) => states.places.rows[place]);
  return {
    copy: copyLogits(answer, tf.reshape(copyQuery, [count, width, 1]), rows, registers),
    vocabulary: tf.add(
      product(query, parts.fixed?.entries ?? entryVectors(weights, entries, precision), {
        precision,
        transposeB: true,
      }),
      weight(weights, 'heads.vocabularyBias'),
    ),
    piece: tf.add(pieceLogits(weights, query, precision, parts.fixed?.pieces), entries.pieceMask),
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

function pieceLogits(
  weights: Weights,
  query: tf.Tensor2D,
  precision: Precision,
  packed?: PackedMatrix | null,
): tf.Tensor2D {
  const features = weight(weights, 'embedding.features');
  const kind = tf.matMul(query, tf.slice(features, [NAME_KIND, 0], [1, -1]), false, true);
  const options = { precision, transposeB: true };
  const narrow = product(query, weight(weights, 'embedding.up'), options);
  const match = packed
    ? packed.multiply(narrow)
    : product(narrow, weight(weights, 'embedding.pieces'), options);
  return tf.add(match, tf.add(kind, weight(weights, 'heads.pieceBias')));
}
