import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../core/errors';
import type { Metric } from '../../records/run';
import { evaluationRow, evaluationsOf } from './evaluations';

const evaluation = (step: number, score: number | null): Metric => ({
  step,
  time: 0,
  kind: 'evaluation',
  val_score: score,
  samplesSeen: 10 * step,
  seconds: step,
});
const metrics: Metric[] = [
  evaluation(1, 0.3),
  { step: 2, time: 0, kind: 'train', loss: 1 },
  evaluation(2, 0.7),
  evaluation(3, 0.6),
  { step: 3, time: 0, kind: 'warning', reason: 'a tracker was late' },
];
const kept = (step: number) => ({ 'trm:metrics': { best: { step, score: 0.7 } } });

test('the evaluations of a training: that of the weights kept, and the last, whatever comes after it', () => {
  const { best, last } = evaluationsOf(metrics, kept(2));
  assert.equal([best.step, last.step, last.samplesSeen, last.seconds], [2, 3, 30, 3]);
});

test('the manifest decides which weights were kept, not the score alone', () => {
  assert.is(evaluationsOf(metrics, kept(1)).best.step, 1);
  assert.is(evaluationsOf(metrics, { 'trm:metrics': { best: null } }).best.step, 2);
  assert.is(evaluationsOf([evaluation(1, null), evaluation(2, 0.1)], {}).best.step, 2);
});

test('a log without the evaluation that is asked for is refused', () => {
  const isDataError = (error: unknown): boolean => error instanceof DataError;
  assert.throws(() => evaluationsOf(metrics.slice(1, 2), kept(2)), isDataError);
  assert.throws(() => evaluationsOf(metrics, kept(9)), isDataError);
});

test('an evaluation as a row names its figures without their prefix', () => {
  assert.equal(evaluationRow('best', metrics[2]), {
    evaluation: 'best',
    step: 2,
    samplesSeen: 20,
    score: 0.7,
  });
});

test.run();
