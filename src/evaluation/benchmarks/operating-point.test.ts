import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Measured } from '../measure';
import { operatingPoint } from './operating-point';

const row = (noBug: number, clean: boolean, exact = false): Measured =>
  ({ prediction: { noBug }, outcome: { clean, exact } }) as unknown as Measured;

test('the threshold is that of validation; a right edit counts where it is given', () => {
  // A tenth of 0, 0.1 ... 1 lies below 0.1.
  const validation = Array.from({ length: 11 }, (_, i) => i / 10);
  const rows = [
    row(0.05, false, true),
    row(0.05, false, false),
    row(0.5, false, true),
    row(0.05, true),
    row(0.2, true),
    row(0.9, true),
  ];
  const strict = operatingPoint(rows, validation, 0.9);
  assert.ok(Math.abs(strict.threshold - 0.1) < 1e-12);
  assert.equal([strict.joint.count, strict.joint.total], [1, 3]);
  assert.equal([strict.cleanKept.count, strict.cleanKept.total], [2, 3]);
  const open = operatingPoint(rows, validation, 0.2);
  assert.equal([open.joint.count, open.cleanKept.count], [2, 1]);
});

test.run();
