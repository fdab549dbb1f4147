import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { differenceOf, type JudgedBug } from './compare-runs';

const bug = (id: number, mended: number): JudgedBug => ({
  sampleId: `s${id}`,
  group: `g${id % 4}`,
  family: 'logic',
  mended,
});

test('two runs are compared on the bugs that both were judged on, whatever their order', () => {
  const first = [bug(1, 1), bug(2, 1), bug(3, 0), bug(4, 1), bug(9, 1)];
  const second = [bug(4, 1), bug(3, 1), bug(2, 0), bug(1, 0), bug(8, 1)];
  const { onlyFirst, onlySecond, total, clusters, difference } = differenceOf(first, second);
  assert.equal(
    { onlyFirst, onlySecond, total, clusters, difference },
    {
      onlyFirst: 2,
      onlySecond: 1,
      total: 4,
      clusters: 4,
      difference: 0.25,
    },
  );
});

test('runs without a bug in common have nothing to compare', () => {
  assert.is(differenceOf([bug(1, 1)], [bug(2, 1)]).total, 0);
});

test.run();
