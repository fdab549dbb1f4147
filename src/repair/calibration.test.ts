import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { calibrationSchema, confidenceOf, fitCalibration, type CalibrationRow } from './calibration';

/** Shares as the model was trained: nothing shifts. */
const HALF = { baseRate: 0.5, trainedBugShare: 0.5 };
const LEVEL = { ...HALF, bias: 0 };

/** Rows of a model whose true rate of success is sigmoid(logit(p) / temperature + bias). */
function rowsOf(temperature: number, count: number, bias = 0): CalibrationRow[] {
  const rng = seedStream(3, 'calibration', temperature);
  return Array.from({ length: count }, () => {
    const probability = 0.02 + 0.96 * rng.next();
    const stated = { probability, noBug: 1 - probability };
    const clean = rng.next() < 0.3;
    const chance = confidenceOf(stated, { ...HALF, temperature, bias });
    return { ...stated, clean, right: !clean && rng.next() < chance, lines: 20 };
  });
}

test('the fitted temperature and bias are those that the outcomes were drawn with', () => {
  for (const [temperature, bias] of [
    [0.5, 0],
    [1, -1],
    [3, 0.5],
  ]) // prettier-ignore
  {
    const rows = rowsOf(temperature, 20_000, bias).filter((row) => !row.clean);
    const fitted = fitCalibration(rows, HALF);
    const off = Math.abs(Math.log(fitted.temperature / temperature));
    assert.ok(off < 0.1, `drawn with ${temperature}, fitted ${fitted.temperature}`);
    assert.ok(Math.abs(fitted.bias - bias) < 0.1, `drawn with ${bias}, fitted ${fitted.bias}`);
  }
});

test('the threshold is the smallest that keeps the wanted share of clean functions', () => {
  const rows = rowsOf(1, 3000);
  for (const targetCleanKept of [0.5, 0.9, 0.99, 1]) {
    const options = { ...HALF, targetCleanKept, leastThreshold: 0, targetFindingsPer1000Lines: 1000 };
    const { clean, cleanKept } = fitCalibration(rows, options).measured;
    assert.ok(
      cleanKept / clean >= targetCleanKept,
      `${cleanKept} of ${clean} kept, wanted ${targetCleanKept}`,
    );
    // One clean function more would go below the target.
    assert.ok((cleanKept - 1) / clean < targetCleanKept);
  }
});

test('the threshold shows no more findings in 1,000 clean lines than wanted, where that asks for more', () => {
  const rows = rowsOf(1, 3000);
  const options = { ...HALF, leastThreshold: 0, targetCleanKept: 0.9, targetFindingsPer1000Lines: 1 };
  const { cleanFindings, cleanLines, clean } = fitCalibration(rows, options).measured;
  assert.is(cleanLines, 20 * clean);
  assert.ok(cleanFindings / cleanLines <= 0.001 && (cleanFindings + 1) / cleanLines > 0.001);
});

test('at a base rate the odds against "no bug" change by the ratio of the prior odds', () => {
  // Odds 0.6 : 0.2 for this edit against "no bug"; one in twenty instead of one in two divides them by 19.
  const stated = { probability: 0.6, noBug: 0.2 };
  const five = { temperature: 1, bias: 0, baseRate: 0.05, trainedBugShare: 0.5 };
  assert.ok(Math.abs(confidenceOf(stated, five) - 0.6 / 19 / (0.2 + 0.8 / 19)) < 1e-12);
  assert.ok(Math.abs(confidenceOf(stated, { ...five, baseRate: 0.5 }) - 0.6) < 1e-12);
  // Where the parser has stopped there is no "no bug" to shift towards.
  assert.ok(Math.abs(confidenceOf({ probability: 0.6, noBug: 0 }, five) - 0.6) < 1e-12);
});

test('confidences fitted on half buggy rows hold where one function in twenty is buggy', () => {
  // A model that was trained on halves: its stated probability is that of Bayes for two normal scores.
  const rng = seedStream(4, 'base rate');
  const draw = (clean: boolean): CalibrationRow => {
    const score = rng.normal() + (clean ? 0 : 2);
    const noBug = 1 / (1 + Math.exp(2 * score - 2));
    return { probability: 1 - noBug, noBug, clean, right: !clean, lines: 20 };
  };
  const calibration = fitCalibration(
    Array.from({ length: 4000 }, (_, i) => draw(i % 2 === 0)),
    { baseRate: 0.05 },
  );
  const field = Array.from({ length: 20_000 }, () => draw(rng.next() >= 0.05));
  const stated = field.reduce((sum, row) => sum + confidenceOf(row, calibration), 0);
  const right = field.filter((row) => row.right).length;
  assert.ok(Math.abs(stated / right - 1) < 0.15, `stated ${stated.toFixed(0)} right, ${right} are`);
  const raw = field.reduce((sum, { probability }) => sum + probability, 0);
  assert.ok(raw > 3 * right, 'the raw probabilities state several times as many');
});

test('temperature scaling does not change the order and keeps one half', () => {
  const at = (probability: number, temperature: number): number =>
    confidenceOf({ probability, noBug: 1 - probability }, { ...LEVEL, temperature });
  assert.ok(at(0.9, 4) < 0.9);
  assert.ok(Math.abs(at(0.5, 4) - 0.5) < 1e-12);
  assert.ok(at(0.3, 2) < at(0.31, 2));
  assert.ok(at(1, 1) < 1 && at(0, 1) > 0);
});

test('the fit lowers the loss and the result is a valid record, with rows and without', () => {
  const calibration = fitCalibration(rowsOf(4, 2000));
  assert.ok((calibration.measured.lossAfter ?? 1) < (calibration.measured.lossBefore ?? 0));
  calibrationSchema.parse(calibration);
  const empty = calibrationSchema.parse(fitCalibration([]));
  assert.is(empty.threshold, 0.5);
  assert.equal([empty.temperature, empty.bias], [1, 0]);
});

test('a threshold below the least one is raised to it', () => {
  const row = { probability: 0.01, noBug: 0.99, right: false, clean: true, lines: 20 };
  assert.is(
    fitCalibration(
      Array.from({ length: 50 }, () => row),
      { leastThreshold: 0.2 },
    ).threshold,
    0.2,
  );
});

test.run();
