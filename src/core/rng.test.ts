import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from './errors';
import { seedStream } from './rng';

test('the same seed and names give the same numbers, other names others', () => {
  const draw = (...names: string[]): number[] => {
    const rng = seedStream(7, ...names);
    return Array.from({ length: 5 }, () => rng.next());
  };
  assert.equal(draw('a', 'bc'), draw('a', 'bc'));
  assert.not.equal(draw('a', 'bc'), draw('ab', 'c'));
});

test('a restored state continues exactly', () => {
  const rng = seedStream(1, 'x');
  rng.next();
  const state = rng.state();
  const expected = [rng.next(), rng.normal(), rng.int(10)];
  const other = seedStream(2, 'y');
  other.restore(state);
  assert.equal([other.next(), other.normal(), other.int(10)], expected);
  assert.throws(
    () => other.restore([1, 2, 3] as never),
    (error: unknown) => error instanceof DataError,
  );
});

test('fork does not depend on what was drawn', () => {
  const a = seedStream(3, 'stage');
  const b = seedStream(3, 'stage');
  b.next();
  assert.is(a.fork('file').next(), b.fork('file').next());
});

test('uniform, normal and weighted draws have the right moments (n = 20,000)', () => {
  const rng = seedStream(11, 'moments');
  const n = 20_000;
  const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / n;
  const uniform = Array.from({ length: n }, () => rng.next());
  // Standard error of the mean is 0.29/sqrt(n) = 0.002; five of them.
  assert.ok(Math.abs(mean(uniform) - 0.5) < 0.0103);
  const normal = Array.from({ length: n }, () => rng.normal());
  assert.ok(Math.abs(mean(normal)) < 0.036);
  assert.ok(Math.abs(mean(normal.map((v) => v * v)) - 1) < 0.05);
  const picks = Array.from({ length: n }, () => rng.weighted([1, 0, 3]));
  assert.is(picks.filter((i) => i === 1).length, 0);
  assert.ok(Math.abs(picks.filter((i) => i === 2).length / n - 0.75) < 0.0154);
});

test('shuffle keeps the items and leaves its input alone', () => {
  const items = Array.from({ length: 50 }, (_, i) => i);
  const out = seedStream(5, 's').shuffle(items);
  assert.equal(
    [...out].sort((a, b) => a - b),
    items,
  );
  assert.not.equal(out, items);
});

test('bad arguments are refused', () => {
  const rng = seedStream(0, 'e');
  for (const bad of [0, -1, 1.5, 2 ** 33]) assert.throws(() => rng.int(bad), /expected an integer/);
  assert.throws(() => rng.pick([]), /at least one/);
  assert.throws(() => rng.weighted([0, 0]), /positive sum/);
});

test.run();
