import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { syntheticExamples, TINY_CONFIG } from '../trm/testing';
import { BatchSource } from './batches';
import { decideHalting, emptyPool, refill } from './carries';

const rng = seedStream(2, 'batches-test');
const examples = syntheticExamples({ config: TINY_CONFIG, count: 60 }, rng);
const options = { bucketLengths: [8, 12, 16], batchTokens: 64, cleanShare: 0.5 };

test('every epoch deals every example of a bucket once, each time in another order', () => {
  const source = new BatchSource(examples, { ...options, cleanShare: 0 }, rng.fork('source'));
  for (const length of source.lengths) {
    const least = options.bucketLengths.filter((other) => other < length).pop() ?? 0;
    const buggy = examples.flatMap((example, i) =>
      example.length <= length && example.length > least && example.target.location > 0 ? [i] : [],
    );
    const stream = rng.fork('deal');
    const [first, second] = [1, 2].map(() => source.deal(length, buggy.length, stream));
    assert.equal(
      [...first].sort((a, b) => a - b),
      buggy,
    );
    assert.equal(
      [...second].sort((a, b) => a - b),
      buggy,
    );
    if (buggy.length > 5) assert.not.equal(first, second);
  }
});

test('a cursor goes on where another source stood; one of other data is refused', () => {
  const [a, b] = [1, 2].map(() => new BatchSource(examples, options, rng.fork('source')));
  a.deal(16, 50, rng.fork('some'));
  b.restore(a.cursor());
  assert.equal(b.deal(16, 30, rng.fork('more')), a.deal(16, 30, rng.fork('more')));
  const other = new BatchSource(examples.slice(0, 30), options, rng.fork('source'));
  assert.throws(
    () => other.restore({ ...a.cursor(), '16/buggy': { epoch: 0, position: 99 } }),
    /expected a cursor for deck 16/,
  );
});

test('half of the rows are clean, and too long windows are refused', () => {
  const source = new BatchSource(examples, options, rng.fork('source'));
  const dealt = Array.from({ length: 40 }, () => source.deal(16, 5, rng.fork('share'))).flat();
  const stream = rng.fork('many');
  const many = Array.from({ length: 200 }, () => source.deal(16, 5, stream)).flat();
  const clean = many.filter((i) => examples[i].target.location === 0).length / many.length;
  assert.is(dealt.length, 200);
  assert.ok(Math.abs(clean - 0.5) < 0.05, `clean share ${clean}`);
  assert.throws(
    () => new BatchSource(examples, { ...options, bucketLengths: [8] }, rng),
    /expected windows of at most 8/,
  );
  assert.throws(() => new BatchSource([], options, rng), /expected training examples, got none/);
});

test('halted rows get new examples, the others keep theirs', () => {
  const pool = emptyPool(3);
  const first = refill(pool, (count) => [7, 8, 9].slice(0, count));
  const rows = first.map(({ index }) => ({ index, steps: 1 }));
  const next = refill({ rows, state: null, halted: [false, true, false] }, () => [5]);
  assert.equal(next, [
    { index: 7, steps: 1 },
    { index: 5, steps: 0 },
    { index: 9, steps: 1 },
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
