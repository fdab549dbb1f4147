import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { groupPoint, splitGroups, type Split } from './split';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `owner/repo-${i}`);
const fractions = { val: 0.1, test: 0.2 };

function counts(splits: Map<string, Split>): Record<Split, number> {
  const found = { train: 0, val: 0, test: 0 };
  for (const split of splits.values()) found[split]++;
  return found;
}

test('shares come out as asked', () => {
  const { train, val, test: tested } = counts(splitGroups(names(5000), { seed: 1, fractions }));
  assert.ok(Math.abs(tested / 5000 - 0.2) < 0.02, `${tested} of 5000 test`);
  assert.ok(Math.abs(val / 5000 - 0.1) < 0.02, `${val} of 5000 val`);
  assert.is(train + val + tested, 5000);
});

test('adding groups, or another order, moves no group', () => {
  const few = splitGroups(names(100), { seed: 3, fractions });
  const many = splitGroups(seedStream(1).shuffle(names(1000)), { seed: 3, fractions });
  for (const [group, split] of few) assert.is(many.get(group), split, group);
});

test('another seed divides otherwise', () => {
  const one = splitGroups(names(100), { seed: 1, fractions });
  const two = splitGroups(names(100), { seed: 2, fractions });
  assert.ok([...one].some(([group, split]) => two.get(group) !== split));
});

test('no wanted split is empty, for any seed and from three groups on', () => {
  for (let seed = 0; seed < 200; seed++)
    for (const count of [3, 4, 7]) {
      const found = counts(splitGroups(names(count), { seed, fractions }));
      assert.ok(found.train > 0 && found.val > 0 && found.test > 0, `seed ${seed}: ${JSON.stringify(found)}`);
    }
});

test('assigned groups stay where they were put; a fraction of 0 asks for no group', () => {
  const assignments = { 'owner/repo-0': 'test', 'owner/repo-1': 'train' } as const;
  const splits = splitGroups(names(50), { seed: 1, fractions: { val: 0, test: 0 }, assignments });
  assert.is(splits.get('owner/repo-0'), 'test');
  assert.equal(counts(splits), { train: 49, val: 0, test: 1 });
});

test('fewer groups than splits is an error that says what to do', () => {
  assert.throws(() => splitGroups(names(2), { seed: 1, fractions }), /at least 3 groups .* got 2/);
});

test('points are uniform in [0, 1)', () => {
  const points = names(4000).map((name) => groupPoint(name, 9));
  assert.ok(points.every((point) => point >= 0 && point < 1));
  const mean = points.reduce((sum, point) => sum + point, 0) / points.length;
  assert.ok(Math.abs(mean - 0.5) < 0.02, `mean ${mean}`);
});

test.run();
