import type * as tf from '@tensorflow/tfjs-core';
import type { State } from '../trm/core';
import type { StoredTensor } from '../trm/storage/safetensors';
import type { FlatLayout, Weights } from '../trm/weights';

/** How deep a supervision step recurses and how many follow each other; phases of a curriculum change it. */
export interface Depth {
  /** T: recursions a supervision step, the last with gradient. */
  recursions: number;
  /** n: updates of z a recursion. */
  latentUpdates: number;
  /** N_sup: supervision steps at most. */
  supervisionSteps: number;
}

/** Right answers among those that were asked for, by the name of a measure. */
export type Counts = Readonly<Record<string, { right: number; total: number }>>;

/** What a supervision step with gradient gives. */
export interface Supervised {
  /** `[B * N, D]` each; not detached. */
  state: State;
  /** Scalar; a mean over the B rows. */
  loss: tf.Scalar;
  /** Unweighted parts of the loss in the order of {@link TrainingTask.lossParts}. */
  parts: tf.Tensor1D;
  /** `[B]` halting logits q. */
  halt: tf.Tensor1D;
  counts: Counts;
}

/** Rows of one length on the engine. Its tensors belong to the `tf.tidy` it was made in. */
export interface PreparedRows {
  /** B. */
  rows: number;
  /** S: tokens a row after padding. */
  length: number;
  /** N: positions of the core a row. */
  positions: number;
  /** Tokens without padding, all rows together. */
  tokens: number;
  /** Floating-point operations of the core for one supervision step with gradient. */
  flops: number;
  /** States of rows that start anew, `[B * N, D]`. */
  start(): State;
  /** The first T - 1 recursions; run outside the gradient tape. */
  warm(weights: Weights, state: State): State;
  /** The last recursion, the heads and the loss; run inside the tape. */
  supervise(weights: Weights, state: State): Supervised;
}

/** Accuracies on held-out rows; `score` is what checkpoints, phases and sweeps are compared by. */
export type Validation = Readonly<Record<string, number>> & { readonly score: number };

/**
 * What the trainer needs to know of a model, its rows and its loss. Deep supervision, carries, halting, optimizer,
 * averaging and resume are the trainer's and the same for every task: edits of code, grids of tokens.
 */
export interface TrainingTask<Row> {
  /** Resolved model config, as checkpoints record it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly layout: FlatLayout;
  /** D: width of the carried states. */
  readonly width: number;
  /** Depth when no phase says otherwise. */
  readonly depth: Depth;
  /** Names of the loss's parts. */
  readonly lossParts: readonly string[];
  /** Untrained weights, flat. */
  readonly initialWeights: Float32Array;
  /** What belongs to the weights and is not trained, by name: checkpoints keep it beside them. Default: nothing. */
  readonly fixed?: Readonly<Record<string, StoredTensor>>;
  /** Names rows in messages about a bad batch. */
  idOf(row: Row): string;
  /**
   * Moves rows to the engine; called inside `tf.tidy`.
   * @param length tokens to pad to; null: the longest row
   */
  prepare(rows: readonly Row[], length: number | null, depth: Depth): PreparedRows;
  /** Judges weights on held-out rows. */
  validate(weights: Float32Array, rows: readonly Row[], depth: Depth): Validation;
  /** Files of a model folder with these weights, by name. */
  modelFiles(
    weights: Float32Array,
    step: number,
    depth: Depth,
  ): Readonly<Record<string, Uint8Array | string>>;
  /** Frees the task's own tensors. */
  dispose(): void;
}
