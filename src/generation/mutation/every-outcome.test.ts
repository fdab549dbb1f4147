import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everyOutcome } from './every-outcome';

test('every way that draws can come out, later draws first', () => {
  const run = everyOutcome((rng) => [rng.int(2), rng.pick(['a', 'b', 'c'])], 100);
  assert.equal(
    [...run],
    [
      [0, 'a'],
      [0, 'b'],
      [0, 'c'],
      [1, 'a'],
      [1, 'b'],
      [1, 'c'],
    ],
  );
});

test('draws may depend on earlier ones', () => {
  const run = everyOutcome((rng) => (rng.weighted([1, 0, 2]) === 0 ? 'x' : rng.pick(['y', 'z'])), 100);
  assert.equal([...run], ['x', 'y', 'z']);
});

test('a shuffle gives every order', () => {
  const orders = [...everyOutcome((rng) => rng.shuffle([1, 2, 3]).join(''), 100)];
  assert.equal(orders.sort(), ['123', '132', '213', '231', '312', '321']);
});

test('stops after the most runs asked for; without draws there is one', () => {
  assert.is([...everyOutcome((rng) => rng.int(1000), 7)].length, 7);
  assert.equal([...everyOutcome(() => 'only', 7)], ['only']);
  for (const x of everyOutcome((rng) => rng.next(), 7)) assert.ok(x > 0 && x < 1);
});

test.run();
