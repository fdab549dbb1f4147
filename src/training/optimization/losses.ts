import * as tf from '@tensorflow/tfjs-core';
import { NOT_ASKED } from '../../records/example';
import type { TargetBatch } from '../../trm/batch';
import type { ModelConfig } from '../../trm/config';
import {
  bugTypeLogits,
  haltLogits,
  headStates,
  locationLogits,
  spanLogits,
  type Answer,
  type HeadStates,
} from '../../trm/heads';
import { MASKED } from '../../trm/layers/attention';
import { logSumExp } from '../../trm/log-sum-exp';
import type { ModelParts } from '../../trm/model';
import { nameKeys } from '../../trm/slots/name-logits';
import { slotLogits, type SlotLogits, type SlotQueries } from '../../trm/slots/slot-logits';
import type { Weights } from '../../trm/weights';
import type { TrainConfig } from '../config';

/**
 * Parts of the loss, each a sum over the batch's B rows, divided by B: clean rows have no span, slots and bug type, rows of
 * hidden and replaced tokens have fills and replaced alone.
 */
export const LOSS_PARTS = ['location', 'span', 'slots', 'bugType', 'halt', 'fill', 'replaced'] as const;

/**
 * Log of how many times likelier a token is wrong in a row of replaced tokens (about one in sixteen) than in a row that asks
 * for an edit (half of a bug in about sixty tokens): the heads state the latter.
 */
const REPLACED_ODDS = 2;

/** What the model decided, row by row; plain numbers. */
export interface Decisions {
  /** `[B]` the whole answer is exactly right. */
  exact: boolean[];
  /** `[B]` the location is right ("no bug" for clean rows). */
  located: boolean[];
  /** `[B]` span and contents are right given the true location; true for clean rows. */
  mended: boolean[];
  /** Hidden and replaced tokens that can be written, and those that were written rightly. */
  filled: { right: number; total: number };
}

/** Loss of one supervision step. */
export interface LossResult {
  /** Weighted sum of the parts, scalar. */
  loss: tf.Scalar;
  /** `[7]` parts in the order of {@link LOSS_PARTS}, unweighted. */
  parts: tf.Tensor1D;
  /** `[B]` halting logits. */
  halt: tf.Tensor1D;
  decisions: Decisions;
}

/** Weights of the loss's parts that a config sets. */
export type LossWeights = Pick<TrainConfig, 'bugTypeWeight' | 'haltWeight' | 'fillWeight' | 'replacedWeight'>;

/**
 * Loss of docs/MODEL.md: CE(location) + CE(span) + slots + 0.2 CE(bug type) + 0.5 BCE(halt, exactly right), and 0.3 for each
 * hidden or replaced token and 0.3 for each token that may have been replaced. A slot's loss is -log of the summed probability of all choices that render the right token; the heads are
 * given the true location.
 */
export function computeLoss(
  weights: Weights,
  parts: ModelParts,
  answer: Answer,
  targets: TargetBatch,
  weighting: LossWeights,
): LossResult {
  const { config } = parts;
  const mean = (losses: tf.Tensor1D): tf.Scalar => tf.mul(tf.sum(losses), 1 / answer.batch);
  const states = headStates(answer, config, { rows: targets.placeRows, starts: targets.starts });
  const location = locationLogits(weights, answer, states, config);
  const isAsked = Float32Array.from(targets.location, (want) => (want === NOT_ASKED ? 0 : 1));
  const asked = (losses: tf.Tensor1D): tf.Scalar => mean(tf.mul(losses, tf.tensor1d(isAsked)));
  const places = crossEntropy(
    location,
    targets.location.map((want) => Math.max(0, want)),
  );
  const edits = editLosses(weights, { states, config, targets });
  const slots = targets.slots > 0 ? slotLosses(weights, parts, answer, states, targets) : null;
  const decided = { spans: edits.spans, slots: slots?.right ?? tf.tensor1d([]) };
  const decisions = decide(location, decided, targets);
  const halt = haltLogits(weights, states);
  const halting = binaryCrossEntropy(halt, Float32Array.from(decisions.exact, Number));
  const none = noLoss(weights);
  const losses = [
    asked(places),
    edits.span ? mean(edits.span) : none,
    slots && targets.editSlots > 0 ? mean(tf.slice(slots.loss, 0, targets.editSlots)) : none,
    edits.bugType ? mean(edits.bugType) : none,
    asked(halting),
    slots && targets.editSlots < targets.slots ? mean(tf.slice(slots.loss, targets.editSlots)) : none,
    targets.asksReplaced.length > 0 ? mean(replacedLosses(location, targets)) : none,
  ];
  const { bugTypeWeight, haltWeight, fillWeight, replacedWeight } = weighting;
  const factors = [1, 1, 1, bugTypeWeight, haltWeight, fillWeight, replacedWeight];
  const loss = losses.map((part, i) => tf.mul(part, factors[i])).reduce((a, b) => tf.add(a, b)) as tf.Scalar;
  return { loss, parts: tf.stack(losses) as tf.Tensor1D, halt, decisions };
}

/** 0, yet tied to the heads' weights: each has a gradient (of 0) in batches that do not ask for it. */
function noLoss(weights: Weights): tf.Scalar {
  const heads = Object.entries(weights).flatMap(([name, tensor]) =>
    name.startsWith('heads.') ? [tf.sum(tensor)] : [],
  );
  return tf.mul<tf.Scalar>(tf.addN(heads), 0);
}

/**
 * Losses `[B * S]` of "was this token replaced?", which is asked of the places' logits: their softmax states
 * P(token i) / P(no bug) = exp(l_i - l_noBug), and here many tokens of a window are wrong, each by itself.
 * @param location `[B, S + 1]`, class 0 "no bug"
 */
function replacedLosses(location: tf.Tensor2D, { asksReplaced, isReplaced }: TargetBatch): tf.Tensor1D {
  const [noBug, tokens] = tf.split<tf.Tensor2D>(location, [1, location.shape[1] - 1], 1);
  const odds = tf.reshape<tf.Rank.R1>(tf.add(tf.sub(tokens, noBug), REPLACED_ODDS), [-1]);
  return tf.mul(binaryCrossEntropy(odds, isReplaced), tf.tensor1d(asksReplaced));
}

interface EditHeads {
  states: HeadStates;
  config: ModelConfig;
  targets: TargetBatch;
}

/** Losses of the heads that answer for an edit's place, `[R]` each, and the spans they choose; null without an edit. */
function editLosses(
  weights: Weights,
  { states, config, targets }: EditHeads,
): { span: tf.Tensor1D | null; bugType: tf.Tensor1D | null; spans: tf.Tensor1D } {
  const { buggy } = targets;
  if (buggy === 0) return { span: null, bugType: null, spans: tf.tensor1d([]) };
  const ofEdits = (logits: tf.Tensor2D): tf.Tensor2D =>
    buggy === logits.shape[0] ? logits : tf.slice(logits, [0, 0], [buggy, -1]);
  const span = ofEdits(spanLogits(weights, states, config));
  return {
    span: crossEntropy(span, targets.spans.subarray(0, buggy)),
    bugType: crossEntropy(ofEdits(bugTypeLogits(weights, states)), targets.bugTypes),
    spans: tf.cast(tf.argMax<tf.Tensor1D>(span, 1), 'float32'),
  };
}

function slotLosses(
  weights: Weights,
  parts: ModelParts,
  answer: Answer,
  states: HeadStates,
  targets: TargetBatch,
): ReturnType<typeof slotLoss> {
  const keys = nameKeys(weights, answer.names, targets.placeRows);
  return slotLoss(slotLogits(weights, answer, states, slotQueries(targets), keys, parts), targets);
}

/** The slots that have a target, as queries for the heads. */
export function slotQueries(targets: TargetBatch): SlotQueries {
  const { slotPlaces, spans, slotNumbers, slotPrevious } = targets;
  return {
    places: slotPlaces,
    spans: slotPlaces.map((place) => spans[place]),
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
  const { buggy, editSlots, slots: count } = targets;
  for (let r = 0; r < buggy; r++)
    if (values[rows + r] !== targets.spans[r]) mended[targets.placeRows[r]] = false;
  const isRight = values.subarray(rows + buggy);
  for (let q = 0; q < editSlots; q++)
    if (isRight[q] === 0) mended[targets.placeRows[targets.slotPlaces[q]]] = false;
  let right = 0;
  for (let q = editSlots; q < count; q++) right += isRight[q];
  return {
    located,
    mended,
    exact: located.map((place, row) => place && mended[row]),
    filled: { right, total: count - editSlots },
  };
}
