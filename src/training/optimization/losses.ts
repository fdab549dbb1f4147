import * as tf from '@tensorflow/tfjs-core';
import type { TargetBatch } from '../../trm/batch';
import {
  bugTypeLogits,
  haltLogits,
  headStates,
  locationLogits,
  spanLogits,
  type Answer,
} from '../../trm/heads';
import { MASKED } from '../../trm/layers/attention';
import { logSumExp } from '../../trm/log-sum-exp';
import type { ModelParts } from '../../trm/model';
import { nameKeys } from '../../trm/slots/name-logits';
import { slotLogits, type SlotLogits, type SlotQueries } from '../../trm/slots/slot-logits';
import type { Weights } from '../../trm/weights';
import type { TrainConfig } from '../config';

/** Parts of the loss, each a mean over the batch's B rows (clean rows have no span, slots and bug type). */
export const LOSS_PARTS = ['location', 'span', 'slots', 'bugType', 'halt'] as const;

/** What the model decided, row by row; plain numbers. */
export interface Decisions {
  /** `[B]` the whole answer is exactly right. */
  exact: boolean[];
  /** `[B]` the location is right ("no bug" for clean rows). */
  located: boolean[];
  /** `[B]` span and contents are right given the true location; true for clean rows. */
  mended: boolean[];
}

/** Loss of one supervision step. */
export interface LossResult {
  /** Weighted sum of the parts, scalar. */
  loss: tf.Scalar;
  /** `[5]` parts in the order of {@link LOSS_PARTS}, unweighted. */
  parts: tf.Tensor1D;
  /** `[B]` halting logits. */
  halt: tf.Tensor1D;
  decisions: Decisions;
}

/**
 * Loss of docs/MODEL.md: CE(location) + CE(span) + slots + 0.2 CE(bug type) + 0.5 BCE(halt, exactly right).
 * A slot's loss is -log of the summed probability of all choices that render the right token; the heads are given
 * the true location.
 */
export function computeLoss(
  weights: Weights,
  parts: ModelParts,
  answer: Answer,
  targets: TargetBatch,
  weighting: Pick<TrainConfig, 'bugTypeWeight' | 'haltWeight'>,
): LossResult {
  const { config } = parts;
  const rows = answer.batch;
  const mean = (losses: tf.Tensor1D): tf.Scalar => tf.mul(tf.sum(losses), 1 / rows);
  const places = { rows: targets.buggyRows, starts: targets.starts };
  const states = headStates(answer, config, places);
  const location = locationLogits(weights, answer, states, config);
  const losses: tf.Scalar[] = [mean(crossEntropy(location, targets.location))];
  let decided = { spans: tf.tensor1d([]), slots: tf.tensor1d([]) };
  if (targets.buggy > 0) {
    const span = spanLogits(weights, states, config);
    const keys = nameKeys(weights, answer.names, targets.buggyRows);
    const slots = slotLogits(weights, answer, states, slotQueries(targets), keys, parts);
    const bugType = bugTypeLogits(weights, states);
    const { loss, right } = slotLoss(slots, targets);
    decided = { spans: tf.cast(tf.argMax<tf.Tensor1D>(span, 1), 'float32'), slots: right };
    losses.push(mean(crossEntropy(span, targets.spans)), mean(loss));
    losses.push(mean(crossEntropy(bugType, targets.bugTypes)));
  } else losses.push(...cleanLosses(weights));
  const decisions = decide(location, decided, targets);
  const halt = haltLogits(weights, states);
  losses.push(mean(binaryCrossEntropy(halt, Float32Array.from(decisions.exact, Number))));
  const factors = [1, 1, 1, weighting.bugTypeWeight, weighting.haltWeight];
  const loss = losses.map((part, i) => tf.mul(part, factors[i])).reduce((a, b) => tf.add(a, b)) as tf.Scalar;
  return { loss, parts: tf.stack(losses) as tf.Tensor1D, halt, decisions };
}

/** Losses of the edit heads in a batch without bugs: 0, yet tied to their weights, so that each has a gradient (of 0). */
function cleanLosses(weights: Weights): tf.Scalar[] {
  const heads = Object.entries(weights).flatMap(([name, tensor]) =>
    name.startsWith('heads.') ? [tf.sum(tensor)] : [],
  );
  const zero = tf.mul<tf.Scalar>(tf.addN(heads), 0);
  return [zero, zero, zero];
}

/** The slots that have a target, as queries for the heads. */
export function slotQueries(targets: TargetBatch): SlotQueries {
  const { slotRows, spans, slotNumbers, slotPrevious } = targets;
  return {
    places: slotRows,
    spans: slotRows.map((place) => spans[place]),
    numbers: slotNumbers,
    previous: slotPrevious,
  };
}

/** Softmax cross-entropy `[rows]` of logits `[rows, classes]`. */
export function crossEntropy(logits: tf.Tensor2D, classes: ArrayLike<number>): tf.Tensor1D {
  return tf.sub(logSumExp(logits), pick(logits, classes));
}

/** `x[r, columns[r]]`; {@link MASKED} where a column is negative. */
function pick(x: tf.Tensor2D, columns: ArrayLike<number>): tf.Tensor1D {
  const width = x.shape[1];
  const index = Int32Array.from(columns, (column, row) => row * width + Math.max(0, column));
  const picked: tf.Tensor1D = tf.gather(tf.reshape<tf.Rank.R1>(x, [-1]), tf.tensor1d(index, 'int32'));
  if (Array.from(columns).every((column) => column >= 0)) return picked;
  return tf.add(picked, tf.tensor1d(Float32Array.from(columns, (column) => (column < 0 ? MASKED : 0))));
}

/** max(x, 0) - x t + log(1 + exp(-|x|)), `[rows]`. */
export function binaryCrossEntropy(logits: tf.Tensor1D, targets: Float32Array): tf.Tensor1D {
  const linear = tf.sub(tf.relu(logits), tf.mul(logits, tf.tensor1d(targets)));
  return tf.add(linear, tf.softplus(tf.neg(tf.abs(logits))));
}

/**
 * -log of the summed probability of the right choices, `[Q]`, and whether they win (1 or 0): together they are at
 * least as probable as any single choice.
 */
function slotLoss(
  { copy, vocabulary, piece, name }: SlotLogits,
  targets: TargetBatch,
): { loss: tf.Tensor1D; right: tf.Tensor1D } {
  const together = (parts: tf.Tensor1D[]): tf.Tensor1D => logSumExp(tf.stack(parts, 1) as tf.Tensor2D);
  const all = together([copy, vocabulary, piece, name].map(logSumExp));
  const wrongCopies = Float32Array.from(targets.slotCopies, (right) => (right ? 0 : MASKED));
  const right = together([
    logSumExp(tf.add(copy, tf.tensor2d(wrongCopies, copy.shape))),
    pick(vocabulary, targets.slotVocabulary),
    pick(piece, targets.slotPieces),
    pick(name, targets.slotNames),
  ]);
  const most = [copy, vocabulary, piece, name].map((logits) => tf.max<tf.Tensor1D>(logits, 1));
  const best = most.reduce((a, b) => tf.maximum(a, b));
  return { loss: tf.sub(all, right), right: tf.cast(tf.greaterEqual<tf.Tensor1D>(right, best), 'float32') };
}

/**
 * Reads the model's decisions. They leave the engine as numbers: the halting target made from them is a constant,
 * and no gradient may look for its way through the comparisons.
 */
function decide(
  location: tf.Tensor2D,
  { spans, slots }: { spans: tf.Tensor1D; slots: tf.Tensor1D },
  targets: TargetBatch,
): Decisions {
  const places = tf.cast(tf.argMax(location, 1), 'float32');
  const values = tf.concat([places, spans, slots]).dataSync();
  const rows = targets.location.length;
  const located = Array.from(targets.location, (want, row) => values[row] === want);
  const mended = located.map(() => true);
  targets.spans.forEach((want, r) => {
    if (values[rows + r] !== want) mended[targets.buggyRows[r]] = false;
  });
  targets.slotRows.forEach((r, q) => {
    if (values[rows + targets.buggy + q] === 0) mended[targets.buggyRows[r]] = false;
  });
  return { located, mended, exact: located.map((right, row) => right && mended[row]) };
}
