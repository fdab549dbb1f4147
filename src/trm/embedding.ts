import * as tf from '@tensorflow/tfjs-core';
import { MAX_PIECES } from '../records/example';
import { TOKEN_KINDS } from '../records/sample';
import { EMPTY_KIND, type InputBatch, type VocabularyTables } from './batch';
import { FEATURES, type ModelConfig } from './config';
import { fusedKernels } from './kernels';
import type { Precision } from './precision';
import { MASKED, type Layout } from './layers/attention';
import { product } from './layers/product';
import { rms } from './layers/rms';
import { weight, type Weights } from './weights';

/** Pieces of a list of tokens, padding left out: the sum of weighted rows is the mean over a token's pieces. */
export interface PieceLists {
  /** `[M]` int32 piece ids. */
  ids: tf.Tensor1D;
  /** `[M]` int32 token each piece belongs to. */
  tokens: tf.Tensor1D;
  /** `[M, 1]` 1 / number of pieces of the token. */
  weights: tf.Tensor2D;
  /** Number of tokens. */
  count: number;
}

/** Moves the pieces of some tokens, padding left out, to the engine. */
export function pieceLists(pieces: readonly ArrayLike<number>[]): PieceLists {
  const ids: number[] = [];
  const tokens: number[] = [];
  const shares: number[] = [];
  pieces.forEach((own, token) => {
    for (let i = 0; i < own.length; i++) {
      ids.push(own[i]);
      tokens.push(token);
      shares.push(1 / own.length);
    }
  });
  // An empty list has no tensor that the kernels take: the padding piece, which counts nothing.
  if (ids.length === 0) [ids[0], tokens[0], shares[0]] = [0, 0, 0];
  return {
    ids: tf.tensor1d(ids, 'int32'),
    tokens: tf.tensor1d(tokens, 'int32'),
    weights: tf.tensor2d(shares, [shares.length, 1]),
    count: pieces.length,
  };
}

/** {@link InputBatch} on the engine. */
export interface InputTensors {
  pieces: PieceLists;
  /** `[B * S, FEATURES]`. */
  features: tf.Tensor2D;
}

/** Moves the arrays of a batch to the engine. The caller disposes of the result (or runs in `tf.tidy`). */
export function inputTensors(batch: InputBatch): InputTensors {
  const count = batch.rows * batch.length;
  return {
    pieces: {
      ids: tf.tensor1d(batch.pieceIds, 'int32'),
      tokens: tf.tensor1d(batch.pieceTokens, 'int32'),
      weights: tf.tensor2d(batch.pieceWeights, [batch.pieceWeights.length, 1]),
      count,
    },
    features: tf.tensor2d(batch.features, [count, FEATURES]),
  };
}

/**
 * Mean of each token's piece embeddings; zero for tokens without pieces. The gradient is written by hand: it
 * touches only the rows in use before one scatter into the table.
 * @param table `[tokenizer size, E]` @returns `[count, E]`
 */
export function meanPieces(table: tf.Tensor2D, lists: PieceLists): tf.Tensor2D {
  const kernels = fusedKernels();
  const { ids, tokens, weights, count } = lists;
  const op = tf.customGrad((...args) => {
    const [pieces, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    // The tape frees what it is not told to keep.
    save([ids, tokens, weights]);
    if (kernels)
      return {
        value: kernels.moveRows(pieces, { take: ids, put: tokens, weights, rows: count }),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
          const [put, take, shares] = saved as [tf.Tensor1D, tf.Tensor1D, tf.Tensor2D];
          return kernels.moveRows(dy as tf.Tensor2D, { take, put, weights: shares, rows: table.shape[0] });
        },
      };
    const rows: tf.Tensor2D = tf.mul(tf.gather(pieces, ids), weights);
    return {
      value: sumByToken(rows, lists),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [put, take, shares] = saved as [tf.Tensor1D, tf.Tensor1D, tf.Tensor2D];
        const rows = tf.mul<tf.Tensor2D>(tf.gather(dy, take), shares);
        return tf.unsortedSegmentSum(rows, put, table.shape[0]);
      },
    };
  });
  return op(table);
}

/** Sums `[M, E]` rows of one token, `[count, E]`. */
function sumByToken(rows: tf.Tensor2D, { tokens, count }: PieceLists): tf.Tensor2D {
  if (tf.getKernel('UnsortedSegmentSum', tf.getBackend())) return tf.unsortedSegmentSum(rows, tokens, count);
  // WASM: no such kernel, but its ScatterNd adds up repeated places just the same.
  return tf.scatterND(tf.expandDims(tokens, 1), rows, [count, rows.shape[1]]);
}

/**
 * The core's input x: registers, then tokens, each rms-normalised. A token is the mean of its pieces projected
 * to D, plus its features' rows.
 * @returns `[B * N, D]`
 */
export function embed(
  weights: Weights,
  input: InputTensors,
  { batch, precision }: Pick<Layout, 'batch' | 'precision'>,
  config: ModelConfig,
): tf.Tensor2D {
  const { width, registers } = config;
  const mean = meanPieces(weight(weights, 'embedding.pieces'), input.pieces);
  const tokens = tf.add(
    product(mean, weight(weights, 'embedding.up'), { precision }),
    tf.matMul(input.features, weight(weights, 'embedding.features')),
  );
  const learned = weight(weights, 'embedding.registers');
  // A product with ones repeats a row; the gradient of `tile` would slice and add once for each row of the batch.
  const repeated = tf.matMul(tf.ones([batch, 1]), tf.reshape(learned, [1, registers * width]));
  const joined = tf.concat(
    [tf.reshape(repeated, [batch, registers, width]), tf.reshape(tokens, [batch, -1, width])],
    1,
  );
  return rms(tf.reshape(joined, [-1, width]));
}

/** {@link VocabularyTables} on the engine, in the form the slot heads read. */
export interface EntryTensors {
  pieces: PieceLists;
  /** `[V]` int32 rows of the feature table: each entry's kind. */
  kinds: tf.Tensor1D;
  /** `[1, tokenizer size]`: 0 for names, {@link MASKED} for pieces that are no name. */
  pieceMask: tf.Tensor2D;
  /** Ids of the names among the pieces. */
  namePieces: Int32Array;
}

/** Moves vocabulary tables to the engine. */
export function entryTensors(tables: VocabularyTables): EntryTensors {
  const count = tables.entryKinds.length;
  const pieces = Array.from({ length: count }, (_, entry) =>
    tables.entryPieces.subarray(entry * MAX_PIECES, (entry + 1) * MAX_PIECES).filter((id) => id !== 0),
  );
  const kinds = Int32Array.from(tables.entryKinds);
  kinds[0] = EMPTY_KIND;
  const mask = Float32Array.from(tables.namePieces, (isName) => (isName ? 0 : MASKED));
  return {
    pieces: pieceLists(pieces),
    kinds: tf.tensor1d(kinds, 'int32'),
    pieceMask: tf.tensor2d(mask, [1, mask.length]),
    namePieces: Int32Array.from(tables.namePieces.keys()).filter((id) => tables.namePieces[id] === 1),
  };
}

/** Vectors of the closed vocabulary, made as token inputs are (tied): `[V, D]`. @param precision default `float32` */
export function entryVectors(
  weights: Weights,
  entries: EntryTensors,
  precision: Precision = 'float32',
): tf.Tensor2D {
  const mean = meanPieces(weight(weights, 'embedding.pieces'), entries.pieces);
  return tf.add(
    product(mean, weight(weights, 'embedding.up'), { precision }),
    tf.gather(weight(weights, 'embedding.features'), entries.kinds),
  );
}

/** Row of the feature table that says "this is a name". */
export const NAME_KIND = TOKEN_KINDS.indexOf('name');
