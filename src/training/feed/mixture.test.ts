import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROW_ORIGINS, type RowOrigin } from '../../records/mined-fix';
import { FAMILIES } from '../../records/sample';
import { BUG_TYPES, bugType } from '../../taxonomy/table';
import type { RowCount } from './block';
import { feedConfigSchema } from './config';
import { leavesBugs, mixtureWeight, planMixture } from './mixture';
import { scaledAims } from './mutate';

const OPERATOR = bugType('wrong-comparison-operator');
const BRACKET = bugType(BUG_TYPES.find(({ family }) => family === 'syntax')?.id ?? '');

const clean = (length: number, rows: number, origin: RowOrigin = 'code'): RowCount => ({
  length,
  rows,
  origin: ROW_ORIGINS.indexOf(origin),
  clean: true,
  bugType: 0,
  difficulty: 0,
});
const buggy = (length: number, rows: number, type = OPERATOR, origin: RowOrigin = 'planted'): RowCount => ({
  length,
  rows,
  origin: ROW_ORIGINS.indexOf(origin),
  clean: false,
  bugType: type.code,
  difficulty: type.difficulty,
});
const plan = (counts: RowCount[], mixture = {}, maxRepeats = 4) =>
  planMixture(counts, { bucketLengths: [8, 16], mixture: { cleanShare: 0.5, ...mixture }, maxRepeats });

/** Rows that a plan deals of some counts. */
const dealt = (counts: readonly RowCount[], { repeats }: ReturnType<typeof planMixture>): number[] =>
  counts.map((count) => count.rows * repeats(count.length <= 8 ? 0 : 1, count));

test('a bucket deals as many rows as it holds, its clean share of them clean', () => {
  const counts = [clean(8, 40), buggy(7, 60), clean(12, 50), buggy(16, 50)];
  const { supply } = plan(counts);
  assert.equal(supply, [
    { clean: 50, buggy: 50 },
    { clean: 50, buggy: 50 },
  ]);
  assert.equal(dealt(counts, plan(counts)), [50, 50, 50, 50]);
});

test('no row is dealt more than maxRepeats times; the bucket deals fewer then', () => {
  const counts = [clean(8, 10), buggy(8, 190)];
  const [{ clean: cleanRows, buggy: buggyRows }] = plan(counts).supply;
  assert.equal([cleanRows, buggyRows], [40, 40]);
  assert.equal(dealt(counts, plan(counts)), [40, 40]);
});

test('bugs are dealt in proportion to family, type and difficulty', () => {
  const counts = [clean(8, 100), buggy(8, 50), buggy(8, 50, BRACKET)];
  const ratio = (mixture: object): number => {
    const [, first, second] = dealt(counts, plan(counts, mixture));
    return first / second;
  };
  assert.ok(Math.abs(ratio({}) - 1) < 1e-9);
  assert.ok(Math.abs(ratio({ families: { [BRACKET.family]: 0.5 } }) - 2) < 1e-9);
  assert.ok(Math.abs(ratio({ types: { [OPERATOR.id]: 3 } }) - 3) < 1e-9);
  assert.is(ratio({ types: { [OPERATOR.id]: 0 } }), 0);
  const difficulties = [1, 1, 1, 1, 1].with(BRACKET.difficulty - 1, 0.25);
  assert.ok(OPERATOR.difficulty !== BRACKET.difficulty);
  assert.ok(Math.abs(ratio({ difficulties }) - 4) < 1e-9);
});

test('rows without a stored difficulty have that of their type; clean rows have no weight but their share', () => {
  const mixture = { cleanShare: 0.5, difficulties: [0, 0, 0, 0, 0].with(OPERATOR.difficulty - 1, 2) };
  assert.is(mixtureWeight({ clean: false, bugType: OPERATOR.code, difficulty: 0, origin: 1 }, mixture), 2);
  assert.is(
    mixtureWeight(
      { clean: true, bugType: 0, difficulty: 0, origin: 0 },
      { cleanShare: 0, families: { logic: 0 } },
    ),
    1,
  );
});

test('a bucket of one side deals that, unless none of it is wanted; nothing at all is an error', () => {
  assert.equal(plan([clean(8, 30)]).supply[0], { clean: 30, buggy: 0 });
  assert.equal(plan([buggy(8, 30)], { cleanShare: 0.9 }).supply[0], { clean: 0, buggy: 30 });
  const counts = [clean(8, 30), buggy(16, 20)];
  assert.equal(plan(counts, { cleanShare: 0 }).supply, [
    { clean: 0, buggy: 0 },
    { clean: 0, buggy: 20 },
  ]);
  assert.throws(() => plan([clean(8, 30)], { cleanShare: 0 }), /leaves no row of the training data/);
  assert.throws(() => plan([buggy(8, 3)], { families: { [OPERATOR.family]: 0 } }), /leaves no row/);
});

test('the weights alone tell whether any bug is left, as the source of mutations draws', () => {
  const none = (names: readonly string[], kept?: string): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, name === kept ? 1 : 0]));
  const types = BUG_TYPES.map(({ id }) => id);
  const { mutations } = feedConfigSchema.parse({});
  const syntax = { ...mutations, families: none(FAMILIES, 'syntax') };
  const empty = [
    { families: none(FAMILIES) },
    { types: none(types) },
    { difficulties: [0, 0, 0, 0, 0] },
    { families: none(FAMILIES, 'logic'), types: none(types, BRACKET.id) },
  ];
  for (const mixture of empty) {
    assert.not.ok(leavesBugs(mixture) || leavesBugs(mixture, mutations), JSON.stringify(mixture));
    assert.ok(Object.values(scaledAims(mutations, mixture)).every((share) => share === 0));
  }
  const some = [
    {},
    { families: none(FAMILIES, 'logic') },
    { types: none(types, OPERATOR.id) },
    { families: { syntax: 0 } },
    ...[1, 2, 3, 4, 5].map((level) => ({ difficulties: [0, 0, 0, 0, 0].with(level - 1, 1) })),
  ];
  for (const mixture of some) {
    assert.ok(leavesBugs(mixture), JSON.stringify(mixture));
    for (const planted of [mutations, syntax, { ...mutations, types: none(types) }])
      assert.is(
        leavesBugs(mixture, planted),
        Object.values(scaledAims(planted, mixture)).some((share) => share > 0),
        JSON.stringify(mixture),
      );
  }
  assert.not.ok(leavesBugs({ families: { syntax: 0 } }, syntax));
});

test('of both sides a share comes of mined fixes, by tier, and the rest as before', () => {
  const counts = [
    clean(8, 400),
    clean(8, 60, 'mended_a'),
    buggy(8, 400),
    buggy(8, 40, OPERATOR, 'fix_a'),
    buggy(8, 50, BRACKET, 'fix_b'),
  ];
  const rows = dealt(counts, plan(counts, { realShare: 0.25 }, 10));
  const [code, mended, planted, fixA, fixB] = rows;
  const near = (got: number, want: number): void =>
    assert.ok(Math.abs(got - want) < 1e-9, `${got}, not ${want}`);
  near(mended / (code + mended), 0.25);
  near((fixA + fixB) / (planted + fixA + fixB), 0.25);
  near(code + mended, planted + fixA + fixB);
  // Of tier B each row is dealt 0.4 times as often as one of tier A.
  near(fixB / 50, (0.4 * fixA) / 40);
  const mendedB = clean(8, 1, 'mended_b');
  assert.equal([mixtureWeight(mendedB, {}), mixtureWeight(mendedB, { tiers: { B: 0 } })], [0.4, 0]);
  const even = dealt(counts, plan(counts, { realShare: 0.25, tiers: { B: 1 } }, 10));
  near(even[4] / 50, even[3] / 40);
  // Without a share they are rows like any other, weighed by tier.
  const mixed = dealt(counts, plan(counts, {}, 10));
  near(mixed[3] / 40, mixed[2] / 400);
  near(mixed[1] / 60, mixed[0] / 400);
});

test('where fixes are few the others are thinned, so that the share holds; a bucket without any deals the rest', () => {
  const counts = [
    clean(8, 100),
    buggy(8, 490),
    buggy(8, 10, OPERATOR, 'fix_a'),
    clean(16, 50),
    buggy(16, 50),
  ];
  const [code, planted, fixes, ...others] = dealt(counts, plan(counts, { realShare: 0.5 }));
  assert.equal([code, planted, fixes].map(Math.round), [80, 40, 40]);
  assert.equal(others, [50, 50]);
  assert.equal(dealt(counts, plan(counts, { realShare: 0 }))[2], 0);
  const [, none, all] = dealt(counts, plan(counts, { realShare: 1 }));
  assert.equal([none, Math.round(all)], [0, 40]);
});

test('a mixture of real fixes alone needs a tier with a weight', () => {
  assert.ok(leavesBugs({ realShare: 1 }));
  assert.not.ok(leavesBugs({ realShare: 1, tiers: { A: 0, B: 0, C: 0 } }));
});

test.run();
