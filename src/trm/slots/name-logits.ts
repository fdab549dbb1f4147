import * as tf from '@tensorflow/tfjs-core';
import { NAME_TRAITS } from '../../records/file-names';
import type { NameBatch } from '../batch';
import { meanPieces, pieceLists } from '../embedding';
import type { Answer, HeadStates } from '../heads';
import { MASKED } from '../layers/attention';
import { gatherRows } from '../layers/gather-rows';
import { weight, type Weights } from '../weights';

const TRAITS = NAME_TRAITS.length;

/** The names that edits of some rows may write, as their slots are matched with them. */
export interface NameKeys {
  /** Rows of the batch that have keys, in order; G of them. */
  rows: number[];
  /** M: most names of one of these rows, at least 1. */
  most: number;
  /** `[G, M, E + traits]`: the mean of a name's pieces, then its traits. */
  keys: tf.Tensor3D;
}

/** Keys of the names of some rows of the batch, each row once. */
export function nameKeys(weights: Weights, names: NameBatch, ofRows: ArrayLike<number>): NameKeys {
  const rows = [...new Set(Array.from(ofRows))].sort((a, b) => a - b);
  const { offsets } = names;
  const most = Math.max(1, ...rows.map((row) => offsets[row + 1] - offsets[row]));
  // Of all names those of these rows, padded: name -1 is none.
  const index = new Int32Array(rows.length * most).fill(-1);
  rows.forEach((row, g) => {
    for (let name = offsets[row], at = g * most; name < offsets[row + 1]; name++, at++) index[at] = name;
  });
  const { pieceStarts, pieceIds } = names;
  const pieces = Array.from(index, (name) =>
    name < 0 ? [] : pieceIds.subarray(pieceStarts[name], pieceStarts[name + 1]),
  );
  const means = meanPieces(weight(weights, 'embedding.pieces'), pieceLists(pieces));
  const bits = new Float32Array(index.length * TRAITS);
  index.forEach((name, at) => {
    for (let bit = 0; name >= 0 && bit < TRAITS; bit++)
      bits[at * TRAITS + bit] = (names.traits[name] >> bit) & 1;
  });
  const keys = tf.concat([means, tf.tensor2d(bits, [index.length, TRAITS])], 1);
  return { rows, most, keys: tf.reshape<tf.Rank.R3>(keys, [rows.length, most, -1]) };
}

/** What names are matched with. */
export interface NameQueries {
  /** Place of each slot, an index in the states' places. */
  slotPlaces: ArrayLike<number>;
  /** What the slots read, `[Q, D]`. */
  h: tf.Tensor2D;
  /** Their queries, `[Q, D]`; as the table of pieces reads them, `[Q, E]`; their match with the kind of names, `[Q, 1]`. */
  query: tf.Tensor2D;
  narrow: tf.Tensor2D;
  kind: tf.Tensor2D;
  keys: NameKeys;
}

/**
 * `[Q, M]`: query . (mean of the name's pieces, projected) + query . kind + the sum of query . trait over its traits, and
 * h . near where the name is a slip of the hand away from the token at which the edit starts.
 */
export function nameLogits(
  weights: Weights,
  { names }: Answer,
  { places }: HeadStates,
  { slotPlaces, h, query, narrow, kind, keys: { rows, most, keys } }: NameQueries,
): tf.Tensor2D {
  const count = slotPlaces.length;
  const ofTraits = tf.matMul(query, weight(weights, 'heads.nameTraits'), false, true);
  const rowOf = Array.from(slotPlaces, (place) => places.rows[place]);
  const layout = groupQueries(rowOf, rows);
  const grouped = gatherRows(tf.concat([narrow, ofTraits], 1) as tf.Tensor2D, layout.queries);
  const match = tf.matMul(tf.reshape(grouped, [rows.length, layout.most, -1]), keys, false, true);
  const matched = gatherRows(tf.reshape<tf.Rank.R2>(match, [-1, most]), layout.places);
  const mask = new Float32Array(count * most);
  const near = new Float32Array(count * most);
  rowOf.forEach((row, q) => {
    const [from, to] = [names.offsets[row], names.offsets[row + 1]];
    const group = 1 + names.groups[row * names.length + places.starts[slotPlaces[q]]];
    for (let name = from; name < to; name++) if (names.near[name] === group) near[q * most + name - from] = 1;
    mask.fill(MASKED, q * most + to - from, (q + 1) * most);
  });
  const nearness = tf.mul(tf.tensor2d(near, [count, most]), tf.matMul(h, weight(weights, 'heads.nameNear')));
  const shared = tf.add(kind, weight(weights, 'heads.nameBias'));
  return tf.add(tf.addN([matched, nearness as tf.Tensor2D, tf.tensor2d(mask, [count, most])]), shared);
}

/** Queries side by side by their row, so that one product a row does for all of them. */
function groupQueries(
  rowOf: readonly number[],
  rows: readonly number[],
): { most: number; queries: Int32Array; places: Int32Array } {
  const groupOf = new Map(rows.map((row, g) => [row, g]));
  const groups = rows.map((): number[] => []);
  rowOf.forEach((row, q) => groups[groupOf.get(row) as number].push(q));
  const most = Math.max(1, ...groups.map(({ length }) => length));
  // Gaps are filled with any query: nobody reads what they give.
  const queries = new Int32Array(rows.length * most);
  const places = new Int32Array(rowOf.length);
  groups.forEach((group, g) =>
    group.forEach((q, k) => {
      queries[g * most + k] = q;
      places[q] = g * most + k;
    }),
  );
  return { most, queries, places };
}
