import * as tf from '@tensorflow/tfjs-core';
import type { Example } from '../records/example';
import { collate } from '../trm/batch';
import { answerOf, prepareBatch, runSteps, type Model } from '../trm/model';
import { computeLoss, type LossWeights } from './optimization/losses';
import type { TrainConfig } from './config';

/** Accuracies on held-out examples, shares in 0..1; NaN where there was nothing to judge. */
export interface ValidationResult {
  examples: number;
  /** Examples with a bug: what `joint`, `location` and `content` are shares of. */
  buggy: number;
  /** Mean loss of the last supervision step. */
  loss: number;
  /** Buggy rows: right place and right contents. */
  joint: number;
  /** Buggy rows: right place. */
  location: number;
  /** Buggy rows: right span and contents given the true place. */
  content: number;
  /** Clean rows left alone. */
  cleanKept: number;
  /** What checkpoints are compared by: the mean of `joint` and `cleanKept`. */
  score: number;
}

/**
 * Judges a model on examples, with its own number of supervision steps. The choice of a slot counts as right when
 * the right choices together are at least as probable as any other.
 * @param batchTokens tokens of a batch, padding included
 */
export function validate(
  model: Model,
  examples: readonly Example[],
  options: Pick<TrainConfig, 'batchTokens'> & LossWeights,
): ValidationResult {
  const sums = { loss: 0, joint: 0, location: 0, content: 0, kept: 0, buggy: 0 };
  const sorted = [...examples].sort((a, b) => a.length - b.length);
  for (let at = 0; at < sorted.length;) {
    const rows = rowsThatFit(sorted, at, options.batchTokens);
    const batch = sorted.slice(at, at + rows);
    const { loss, decisions } = judge(model, batch, options);
    sums.loss += loss * batch.length;
    batch.forEach(({ target }, row) => {
      if (target.location === 0) sums.kept += Number(decisions.located[row]);
      else {
        sums.buggy++;
        sums.location += Number(decisions.located[row]);
        sums.content += Number(decisions.mended[row]);
        sums.joint += Number(decisions.exact[row]);
      }
    });
    at += rows;
  }
  const clean = examples.length - sums.buggy;
  const joint = sums.joint / sums.buggy;
  const cleanKept = sums.kept / clean;
  return {
    examples: examples.length,
    buggy: sums.buggy,
    loss: sums.loss / examples.length,
    joint,
    location: sums.location / sums.buggy,
    content: sums.content / sums.buggy,
    cleanKept,
    // Data with one kind of rows only is judged by that kind.
    score: sums.buggy === 0 ? cleanKept : clean === 0 ? joint : (joint + cleanKept) / 2,
  };
}

function rowsThatFit(sorted: readonly Example[], at: number, batchTokens: number): number {
  let rows = 1;
  while (at + rows < sorted.length && (rows + 1) * sorted[at + rows].length <= batchTokens) rows++;
  return rows;
}

function judge(model: Model, examples: readonly Example[], options: LossWeights) {
  const batch = collate(examples);
  let decisions;
  const loss = tf.tidy(() => {
    const prepared = prepareBatch(batch, model.config, model.precision);
    const answer = answerOf(prepared, runSteps(model, prepared, model.config.supervisionSteps));
    const result = computeLoss(model.weights, model.parts, answer, batch.targets, options);
    decisions = result.decisions;
    return result.loss.dataSync()[0];
  });
  return { loss, decisions: decisions as unknown as ReturnType<typeof computeLoss>['decisions'] };
}
