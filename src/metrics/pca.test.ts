import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { principalComponents } from './pca';

test('finds the directions that points were spread along, the longer one first', () => {
  const rng = seedStream(1, 'pca');
  const long = [0.6, 0.8, 0];
  const short = [-0.8, 0.6, 0];
  const places = Array.from({ length: 400 }, () => [3 * rng.normal(), rng.normal()]);
  const rows = places.map(([a, b]) => long.map((value, j) => 5 + a * value + b * short[j]));
  const { coordinates, explained } = principalComponents(rows, 3);
  const mean = places.reduce((sum, [a]) => sum + a, 0) / places.length;
  for (const [i, [a]] of places.entries())
    assert.ok(Math.abs(coordinates[i][0] - (a - mean)) < 0.3, `${coordinates[i][0]} against ${a - mean}`);
  assert.ok(Math.abs(explained[0] - 0.9) < 0.03, `explained ${explained[0]}`);
  assert.ok(Math.abs(explained[0] + explained[1] - 1) < 1e-9);
  assert.ok(explained[2] < 1e-9);
});

test('distances in as many directions as there are stay as they were', () => {
  const rng = seedStream(2, 'pca');
  const rows = Array.from({ length: 12 }, () => Array.from({ length: 4 }, () => rng.normal()));
  const { coordinates } = principalComponents(rows, 4);
  const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((value, j) => value - b[j]));
  for (const i of rows.keys())
    assert.ok(Math.abs(distance(rows[0], rows[i]) - distance(coordinates[0], coordinates[i])) < 1e-6);
});

test('points in one place have no direction; ragged or missing rows are refused', () => {
  const { coordinates, explained } = principalComponents(
    [
      [1, 2],
      [1, 2],
    ],
    2,
  );
  assert.equal(coordinates, [
    [0, 0],
    [0, 0],
  ]);
  assert.equal(explained, [0, 0]);
  assert.throws(() => principalComponents([], 1), /got 0 rows/);
  assert.throws(() => principalComponents([[1, 2], [1]], 1), /one length/);
  assert.throws(() => principalComponents([[1]], 2), /at least 2/);
});

test.run();
