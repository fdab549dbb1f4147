import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { epochBlocks, epochSlices, numberGroups, rowOrder, rowShare } from './order';

const groups = numberGroups(
  [30, 50, 20, 50, 7, 200, 40].map((rows, i) => ({ path: `${i}`, firstRow: 0, rows })),
);

test('rows are numbered through, and an epoch has every group once, in blocks of at most bufferRows', () => {
  assert.equal(
    groups.map(({ firstInDataset }) => firstInDataset),
    [0, 30, 80, 100, 150, 157, 357],
  );
  const epochs = [0, 1, 0].map((epoch) => epochBlocks(groups, { seed: 3, epoch, bufferRows: 90 }));
  for (const blocks of epochs) {
    assert.equal(
      blocks
        .flat()
        .map(({ path }) => path)
        .sort(),
      ['0', '1', '2', '3', '4', '5', '6'],
    );
    for (const block of blocks) {
      const rows = block.reduce((sum, group) => sum + group.rows, 0);
      assert.ok(rows <= 90 || block.length === 1, `${rows} rows in ${block.length} groups`);
    }
    assert.ok(blocks.length < groups.length, 'small groups share a block');
  }
  assert.equal(epochs[0], epochs[2]);
  assert.not.equal(epochs[0], epochs[1]);
});

test('the rows of a block are a permutation of its own', () => {
  const orders = [0, 1].map((block) => rowOrder(3, { epoch: 0, block }, 100));
  for (const order of orders)
    assert.equal(
      [...order].sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
  assert.not.equal(orders[0], orders[1]);
  const fixed = orders[0].filter((row, place) => row === place).length;
  assert.ok(fixed < 6, `${fixed} rows stay in their place`);
});

test('shares of rows are uniform, and independent from epoch to epoch and row to row', () => {
  const count = 20_000;
  const shares = [0, 1].map((epoch) => Array.from({ length: count }, (_, row) => rowShare(7, epoch, row)));
  for (const list of shares)
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = list.filter((share) => Math.floor(10 * share) === tenth).length / count;
      assert.ok(Math.abs(inside - 0.1) < 0.01, `${inside} in tenth ${tenth}`);
    }
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = (a: number[], b: number[]): number =>
    mean(a.map((value, i) => (value - 0.5) * (b[i] - 0.5)));
  assert.ok(Math.abs(covariance(shares[0], shares[1])) < 0.003);
  assert.ok(Math.abs(covariance(shares[0].slice(1), shares[0].slice(0, -1))) < 0.003);
  assert.is.not(rowShare(8, 0, 0), rowShare(7, 0, 0));
});

test('an epoch has every function once, in slices of one group each', () => {
  const slices = epochSlices([5, 12, 1], { seed: 1, epoch: 0, blockFunctions: 4 });
  assert.equal(slices.map(({ group, members }) => [group, members.length].join()).sort(), [
    '0,1',
    '0,4',
    '1,4',
    '1,4',
    '1,4',
    '2,1',
  ]);
  const all = slices.flatMap(({ group, members }) => members.map((member) => `${group}/${member}`));
  assert.is(new Set(all).size, 18);
  assert.not.equal(epochSlices([5, 12, 1], { seed: 1, epoch: 1, blockFunctions: 4 }), slices);
});

test.run();
