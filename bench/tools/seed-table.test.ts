import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { renderSeedTable, summariseSeeds, type SeedRow } from './seed-table';

/** Of 100 functions in 10 groups, so many are mended by each model and seed: the first ones. */
function outcomes(mended: readonly (readonly [first: number, second: number])[], clean = false): SeedRow[] {
  return mended.flatMap(([first, second], at) =>
    Array.from({ length: 100 }, (_, i) => ({
      seed: at + 1,
      sampleId: String(i),
      group: `group ${i % 10}`,
      clean,
      first: i < first,
      second: i < second,
    })),
  );
}

const near = (got: number | undefined, want: number): void =>
  assert.ok(got !== undefined && Math.abs(got - want) < 1e-3, `${got}, not ${want}`);

test('means, and the t-interval of the differences paired by seed', () => {
  // Differences of 2, 4 and 6 points: mean 4, standard deviation 2, t(2) = 4.303.
  const { mean, seeds, bySeed, rows, clusters } = summariseSeeds(
    outcomes([
      [40, 38],
      [50, 46],
      [45, 39],
    ]),
    false,
  );
  near(mean.first, 0.45);
  near(mean.difference, 0.04);
  near(seeds?.[0], 0.04 - (4.3027 * 0.02) / Math.sqrt(3));
  near(seeds?.[1], 0.04 + (4.3027 * 0.02) / Math.sqrt(3));
  assert.equal([bySeed.length, rows, clusters], [3, 100, 10]);
});

test('groups that differ widen the interval over groups; seeds that agree do not narrow it', () => {
  const all = outcomes([
    [40, 30],
    [40, 30],
  ]);
  const alike = summariseSeeds(all, false);
  near(alike.seeds?.[0], 0.1);
  near(alike.groups?.[0], 0.1);
  // All of the difference lies in one group.
  const one = all.map((row) => ({ ...row, first: row.group === 'group 0', second: false }));
  const { groups, mean } = summariseSeeds(one, false);
  near(mean.difference, 0.1);
  near(groups?.[0], 0);
  assert.ok((groups?.[1] ?? 0) >= 0.25, `up to ${groups?.[1]}`);
});

test('the table says no more than the seeds show', () => {
  const clean = outcomes(
    [
      [97, 95],
      [96, 94],
      [98, 96],
    ],
    true,
  );
  const table = (...mended: [number, number][]): string =>
    renderSeedTable('synthetic-9', ['recursive', 'plain'], [...outcomes(mended), ...clean]);
  const unsure = table([45, 40], [38, 40], [44, 40]);
  assert.match(unsure, /\| 2 \| 38\.0 % \| 40\.0 % \| -2\.0 \| 96\.0 % \| 94\.0 % \|/);
  assert.match(unsure, /holds 0: at this size and budget these seeds show no difference/);
  assert.match(table([45, 40], [46, 40], [44, 40]), /leaves 0 out/);
  assert.match(table([45, 40]), /over 1 seeds, paired .*: none\./);
});

test.run();
