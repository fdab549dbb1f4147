import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Measured } from '../measure';
import { editOdds, operatingPoint } from './operating-point';

/** Each row in a group of its own. */
let group = 0;
const row = (odds: number, clean: boolean, exact = false): Measured =>
  ({
    item: { sample: { group: String(group++) } },
    prediction: { noBug: 0.2, proposals: [{ probability: 0.2 * Math.exp(odds) }] },
    outcome: { clean, exact },
  }) as unknown as Measured;

test('the odds are those of the best edit against "no bug"', () => {
  const proposals = [{ probability: 0.4 }, { probability: 0.1 }] as Measured['prediction']['proposals'];
  assert.ok(Math.abs(editOdds({ noBug: 0.1, proposals }) - Math.log(4)) < 1e-12);
  assert.is(editOdds({ noBug: 0.1, proposals: [] }), -Infinity);
  assert.ok(Number.isFinite(editOdds({ noBug: 0, proposals })));
});

test('the threshold is that of validation; a right edit counts where it is given', () => {
  // A tenth of 0, 0.1 ... 1 lies above 0.9.
  const validation = Array.from({ length: 11 }, (_, i) => i / 10);
  const rows = [
    row(0.95, false, true),
    row(0.95, false, false),
    row(0.5, false, true),
    row(0.95, true),
    row(0.8, true),
    row(0.1, true),
  ];
  const strict = operatingPoint(rows, validation, 0.9);
  assert.ok(Math.abs(strict.threshold - 0.9) < 1e-12);
  assert.equal([strict.joint.count, strict.joint.total], [1, 3]);
  assert.equal([strict.cleanKept.count, strict.cleanKept.total], [2, 3]);
  const open = operatingPoint(rows, validation, 0.2);
  assert.equal([open.joint.count, open.cleanKept.count], [2, 1]);
});

test.run();
