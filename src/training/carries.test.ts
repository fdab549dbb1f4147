import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { decideHalting, emptyPool, refill } from './carries';

const rng = seedStream(2, 'carries-test');

test('halted rows get new examples, the others keep theirs', () => {
  const pool = emptyPool<number>(3);
  const rows = refill(pool, [7, 8, 9]).map(({ row }) => ({ row, steps: 1 }));
  const next = refill({ rows, state: null, halted: [false, true, false] }, [5]);
  assert.equal(next, [
    { row: 7, steps: 1 },
    { row: 5, steps: 0 },
    { row: 9, steps: 1 },
  ]);
});

test('rows halt at q > 0 or at the last step; exploration holds them back, never past the last step', () => {
  const stream = rng.fork('halting');
  const decide = (exploration: number, steps: number[], q: number[]): boolean[] =>
    decideHalting(steps, q, { supervisionSteps: 4, exploration }, stream);
  assert.equal(decide(0, [1, 1, 4, 4], [1, -1, 1, -1]), [true, false, true, true]);
  const held = Array.from({ length: 300 }, () => decide(1, [1, 3, 4], [5, 5, 5]));
  assert.ok(
    held.every(([one]) => !one),
    'the drawn minimum is at least 2',
  );
  const third = held.filter(([, three]) => three).length / held.length;
  assert.ok(third > 0.5 && third < 0.8, `minimum of 2, 3 or 4: two thirds may halt at 3, got ${third}`);
  assert.ok(held.every(([, , four]) => four));
});

test.run();
