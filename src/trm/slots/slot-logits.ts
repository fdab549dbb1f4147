import * as tf from '@tensorflow/tfjs-core';
import type { TokenShape } from '../batch';
import type { ModelConfig } from '../config';
import { entryVectors, meanPieces, NAME_KIND, pieceLists, type EntryTensors } from '../embedding';
import { SPANS, type Answer, type HeadStates } from '../heads';
import { MASKED } from '../layers/attention';
import { gatherRows } from '../layers/gather-rows';
import { product } from '../layers/product';
import { rms } from '../layers/rms';
import { fusedKernels } from '../kernels';
import { logSumExp } from '../log-sum-exp';
import { packMatrix, type PackedMatrix } from '../packed';
import { unpackedPrecision, type InferencePrecision, type Precision } from '../precision';
import { weight, type Weights } from '../weights';
import { nameLogits, type NameKeys } from './name-logits';

/** Slots to fill: slot `numbers[q]` of the edit that replaces `spans[q]` tokens at place `places[q]`. Q entries. */
export interface SlotQueries {
  places: ArrayLike<number>;
  spans: ArrayLike<number>;
  numbers: ArrayLike<number>;
  /** What the slot before writes; null for the first slot. */
  previous: readonly (TokenShape | null)[];
}

/** Unnormalised choices of Q slots; one softmax runs over all four. */
export interface SlotLogits {
  /** `[Q, S]` copy a token of the window; padding masked. */
  copy: tf.Tensor2D;
  /** `[Q, V]` closed vocabulary; 0 = EMPTY. */
  vocabulary: tf.Tensor2D;
  /** `[Q, tokenizer size]` a name of one piece; pieces that are no name masked. */
  piece: tf.Tensor2D;
  /** `[Q, M]` a name of the file; padding masked. */
  name: tf.Tensor2D;
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
  /** Of the table of pieces those that are names, for the kernels; null where those are not in use. */
  names: PackedMatrix | null;
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
    names: packNames(table, entries, precision),
  };
}

/** What {@link slotChoices} gives: as {@link SlotLogits}, but of the pieces only the likeliest. */
export interface SlotTops extends Omit<SlotLogits, 'piece'> {
  /** `[Q, k]` the greatest piece logits, greatest first, and their ids. */
  pieces: { values: tf.Tensor2D; ids: tf.Tensor2D };
  /** `[Q]` log of the sum over all pieces that are names. */
  pieceLogs: tf.Tensor1D;
}

function packNames(
  table: tf.Tensor2D,
  { namePieces }: EntryTensors,
  precision: InferencePrecision,
): PackedMatrix | null {
  const names = tf.tidy(() => tf.gather(table, tf.tensor1d(namePieces, 'int32')));
  try {
    return packMatrix(names, { transposeB: true, precision });
  } finally {
    names.dispose();
  }
}

/**
 * Slot k of the edit [i, j) reads rms(y[i] + y[j] + e_k + W t), t what the token of slot k - 1 gives an input (0 for the
 * first slot). All vocabularies are tied to the factorised embedding: a choice's logit is the match of the slot's query
 * with what its pieces and its kind give an input.
 * @param keys of the rows' names
 */
export function slotLogits(
  weights: Weights,
  answer: Answer,
  states: HeadStates,
  slots: SlotQueries,
  keys: NameKeys,
  parts: EntryParts,
): SlotLogits {
  const { narrow, pieceShift, ...others } = slotParts(weights, answer, states, slots, keys, parts);
  const match = product(narrow, weight(weights, 'embedding.pieces'), {
    precision: answer.precision,
    transposeB: true,
  });
  return { ...others, piece: tf.add(tf.add(match, pieceShift), parts.entries.pieceMask) };
}

/** {@link slotLogits} for inference: pieces that are no names are not asked, and the others' logits stay in the kernels. */
export function slotChoices(...args: [...Parameters<typeof slotLogits>, most: number]): SlotTops {
  const [weights, answer, states, slots, keys, parts, most] = args;
  const { fixed, entries } = parts;
  if (!fixed?.names) {
    const { piece, ...others } = slotLogits(weights, answer, states, slots, keys, parts);
    const [values, ids, pieceLogs] = rowTops(piece, most);
    return { ...others, pieces: { values, ids }, pieceLogs };
  }
  const { narrow, pieceShift, ...others } = slotParts(weights, answer, states, slots, keys, parts);
  const match = fixed.names.multiply(narrow);
  const [values, places, logs] = rowTops(match, most);
  const shift: tf.Tensor1D = tf.reshape(pieceShift, [-1]);
  const ids = tf.gather<tf.Tensor>(tf.tensor1d(entries.namePieces, 'int32'), places) as tf.Tensor2D;
  return { ...others, pieces: { values: tf.add(values, pieceShift), ids }, pieceLogs: tf.add(logs, shift) };
}

/** The greatest values `[R, k]` of rows, their places (int32), and the log of each row's sum of exponentials `[R]`. */
function rowTops(x: tf.Tensor2D, most: number): [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D] {
  const count = Math.min(most, x.shape[1]);
  const kernels = fusedKernels();
  if (!kernels) {
    const { values, indices } = tf.topk<tf.Tensor>(x, count);
    return [values as tf.Tensor2D, indices as tf.Tensor2D, logSumExp(x)];
  }
  const [values, places, logs] = kernels.rowTops(x, count);
  return [values, tf.cast(places, 'int32'), logs];
}

/** What slots choose from, but for the pieces: of those the query, `[Q, E]`, and what all of them have, `[Q, 1]`. */
function slotParts(
  ...[weights, answer, states, slots, keys, parts]: Parameters<typeof slotLogits>
): Omit<SlotLogits, 'piece'> & { narrow: tf.Tensor2D; pieceShift: tf.Tensor2D } {
  const { entries, config } = parts;
  const { width, registers } = config;
  const { precision } = answer;
  const h = slotStates(weights, states, slots, precision);
  const query = product(h, weight(weights, 'heads.vocabularyQuery'), { precision });
  const copyQuery = product(h, weight(weights, 'heads.copyQuery'), { precision });
  const copies = tf.reshape<tf.Rank.R3>(tf.mul(copyQuery, 1 / Math.sqrt(width)), [-1, width, 1]);
  const rows = Array.from(slots.places, (place) => states.places.rows[place]);
  // What every name has: the kind, and the query as the table of pieces reads it.
  const nameRow = tf.slice(weight(weights, 'embedding.features'), [NAME_KIND, 0], [1, -1]);
  const kind = tf.matMul<tf.Tensor2D>(query, nameRow, false, true);
  const narrow = product(query, weight(weights, 'embedding.up'), { precision, transposeB: true });
  return {
    copy: copyLogits(answer, copies, rows, registers),
    vocabulary: tf.add(
      product(query, parts.fixed?.entries ?? entryVectors(weights, entries, precision), {
        precision,
        transposeB: true,
      }),
      weight(weights, 'heads.vocabularyBias'),
    ),
    name: nameLogits(weights, answer, states, { slotPlaces: slots.places, h, query, narrow, kind, keys }),
    narrow,
    pieceShift: tf.add(kind, weight(weights, 'heads.pieceBias')),
  };
}

/** What slots read, `[Q, D]`. */
function slotStates(
  weights: Weights,
  { starts, ends }: HeadStates,
  { places, spans, numbers, previous }: SlotQueries,
  precision: Precision,
): tf.Tensor2D {
  const endRows = Int32Array.from(places, (place, q) => place * SPANS + spans[q]);
  const ownTokens = tf.add(gatherRows(starts, Int32Array.from(places)), gatherRows(ends, endRows));
  const slots = gatherRows(weight(weights, 'heads.slots'), Int32Array.from(numbers));
  const written = product(previousVectors(weights, previous, precision), weight(weights, 'heads.previous'), {
    precision,
  });
  return rms(tf.addN([ownTokens, slots, written]) as tf.Tensor2D);
}

/** What the tokens before give an input, rms-normalised, `[Q, D]`; 0 where there is none. */
function previousVectors(
  weights: Weights,
  previous: readonly (TokenShape | null)[],
  precision: Precision,
): tf.Tensor2D {
  const pieces = pieceLists(previous.map((token) => token?.pieces ?? []));
  const mean = meanPieces(weight(weights, 'embedding.pieces'), pieces);
  const kinds = Int32Array.from(previous, (token) => token?.kind ?? 0);
  const vectors = tf.add(
    product(mean, weight(weights, 'embedding.up'), { precision }),
    gatherRows(weight(weights, 'embedding.features'), kinds),
  );
  const given = Float32Array.from(previous, (token) => (token ? 1 : 0));
  return tf.mul(rms(vectors as tf.Tensor2D), tf.tensor2d(given, [previous.length, 1]));
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
