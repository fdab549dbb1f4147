import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StepMeter } from './step-meter';
import type { StepResult } from './trainer';

const result = (more: Partial<StepResult>): StepResult => ({
  step: 1,
  phase: 'all',
  loss: 1,
  parts: { location: 0.5 },
  counts: {},
  learningRate: 1e-3,
  gradientNorm: 2,
  newRows: 10,
  tokens: 90,
  paddedTokens: 120,
  flops: 4e9,
  waitSeconds: 0,
  ...more,
});

test('means of losses, totals of counts, speeds in the seconds of the steps; then it starts over', () => {
  const meter = new StepMeter();
  meter.add(result({ counts: { joint: { right: 1, total: 4 } } }), 0.5);
  meter.add(result({ loss: 3, counts: { joint: { right: 3, total: 4 } }, learningRate: 2e-3 }), 1.5);
  const reading = meter.read();
  assert.equal([reading.loss, reading.loss_location, reading.joint], [2, 0.5, 0.5]);
  assert.equal([reading.learningRate, reading.realTokens], [2e-3, 0.75]);
  assert.equal([reading.samplesPerSecond, reading.tokensPerSecond, reading.gflops], [10, 90, 4]);
  meter.add(result({}), 0.25);
  assert.is(meter.read().samplesPerSecond, 40);
});

test.run();
