import * as tf from '@tensorflow/tfjs-core';
import type { GridAnswer } from '../../trm/grid/network';

/** Parts of the loss: cross-entropy of the cells, and whether the grid is right. */
export const GRID_LOSS_PARTS = ['cells', 'halt'] as const;

/** Settings of {@link gridLoss}. */
export interface GridLossOptions {
  crossEntropy: 'softmax' | 'stablemax';
  /** Weight of the halting head. */
  haltWeight: number;
}

/** Loss of B answered grids. */
export interface GridLoss {
  /** Scalar: mean over the rows. */
  loss: tf.Scalar;
  /** `[2]`, unweighted, in the order of {@link GRID_LOSS_PARTS}. */
  parts: tf.Tensor1D;
  /** Right cells of each grid. */
  rightCells: number[];
  /** Grids with all cells right. */
  exact: boolean[];
}

/**
 * (1/B) sum of each row's mean cross-entropy over its cells + haltWeight BCE(q, "all cells right"), as the reference.
 * Given cells count too, as there.
 * @param solutions the right grids, digits 1..V-1
 */
export function gridLoss(
  { logits, halt }: GridAnswer,
  solutions: readonly Uint8Array[],
  { crossEntropy, haltWeight }: GridLossOptions,
): GridLoss {
  const [batch, cells, vocabulary] = logits.shape;
  const rightCells = countRight(tf.argMax(logits, 2).dataSync(), solutions);
  const exact = rightCells.map((count) => count === cells);
  const wanted = new Int32Array(batch * cells);
  solutions.forEach((solution, row) => wanted.set(solution, row * cells));
  const oneHot = tf.cast(tf.oneHot(tf.tensor1d(wanted, 'int32'), vocabulary), 'float32');
  const logP = crossEntropy === 'stablemax' ? logStablemax(logits) : tf.logSoftmax(logits);
  const entropy: tf.Scalar = tf.div(
    tf.neg(tf.sum(tf.mul(tf.reshape(logP, oneHot.shape), oneHot))),
    batch * cells,
  );
  // BCE with logits: softplus(q) - q target.
  const right = tf.tensor1d(Float32Array.from(exact, Number));
  const halting: tf.Scalar = tf.mean(tf.sub(tf.softplus(halt), tf.mul(halt, right)));
  return {
    loss: tf.add(entropy, tf.mul(halting, haltWeight)),
    parts: tf.stack([entropy, halting]) as tf.Tensor1D,
    rightCells,
    exact,
  };
}

/** Cells of each answer that are as in the solution. @param answers `[B * S]` */
export function countRight(answers: ArrayLike<number>, solutions: readonly Uint8Array[]): number[] {
  return solutions.map((solution, row) =>
    solution.reduce((sum, digit, at) => sum + Number(answers[row * solution.length + at] === digit), 0),
  );
}

/**
 * log of stablemax, p = s / sum s with s(x) = x + 1 for x >= 0 and 1 / (1 - x) below (arXiv 2501.04697): log s is
 * log(1 + x) above 0 and -log(1 - x) below. The reference computes it in float64; with a dozen tokens float32 does.
 */
export function logStablemax(logits: tf.Tensor): tf.Tensor {
  const logS = tf.sub(tf.log1p(tf.relu(logits)), tf.log1p(tf.relu(tf.neg(logits))));
  return tf.sub(logS, tf.log(tf.sum(tf.exp(logS), -1, true)));
}
