import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { calibrationSchema, confidenceOf, fitCalibration, type CalibrationRow } from './calibration';

/** Rows of a model whose true rate of success is sigmoid(logit(p) / temperature). */
function rowsOf(temperature: number, count: number): CalibrationRow[] {
  const rng = seedStream(3, 'calibration', temperature);
  return Array.from({ length: count }, () => {
    const probability = 0.02 + 0.96 * rng.next();
    const clean = rng.next() < 0.3;
    return { probability, clean, right: !clean && rng.next() < confidenceOf(probability, { temperature }) };
  });
}

test('the fitted temperature is the one that the outcomes were drawn with', () => {
  for (const temperature of [0.5, 1, 3]) {
    const rows = rowsOf(temperature, 20_000).filter((row) => !row.clean);
    const fitted = fitCalibration(rows).temperature;
    assert.ok(Math.abs(Math.log(fitted / temperature)) < 0.1, `drawn with ${temperature}, fitted ${fitted}`);
  }
});

test('the threshold is the smallest that keeps the wanted share of clean functions', () => {
  const rows = rowsOf(1, 5000);
  for (const targetCleanKept of [0.5, 0.9, 0.99, 1]) {
    const calibration = fitCalibration(rows, { targetCleanKept, leastThreshold: 0 });
    const { clean, cleanKept } = calibration.measured;
    assert.ok(
      cleanKept / clean >= targetCleanKept,
      `${cleanKept} of ${clean} kept, wanted ${targetCleanKept}`,
    );
    // One clean function more would go below the target.
    assert.ok((cleanKept - 1) / clean < targetCleanKept);
  }
});

test('temperature scaling does not change the order and keeps one half', () => {
  assert.ok(confidenceOf(0.9, { temperature: 4 }) < 0.9);
  assert.ok(Math.abs(confidenceOf(0.5, { temperature: 4 }) - 0.5) < 1e-12);
  assert.ok(confidenceOf(0.3, { temperature: 2 }) < confidenceOf(0.31, { temperature: 2 }));
  assert.ok(confidenceOf(1, { temperature: 1 }) < 1 && confidenceOf(0, { temperature: 1 }) > 0);
});

test('the fit lowers the loss and the result is a valid record, with rows and without', () => {
  const calibration = fitCalibration(rowsOf(4, 2000));
  assert.ok((calibration.measured.lossAfter ?? 1) < (calibration.measured.lossBefore ?? 0));
  calibrationSchema.parse(calibration);
  const empty = calibrationSchema.parse(fitCalibration([]));
  assert.is(empty.threshold, 0.5);
  assert.is(empty.temperature, 1);
});

test('a threshold below the least one is raised to it', () => {
  const rows = Array.from({ length: 50 }, () => ({ probability: 0.01, right: false, clean: true }));
  assert.is(fitCalibration(rows, { leastThreshold: 0.2 }).threshold, 0.2);
});

test.run();
