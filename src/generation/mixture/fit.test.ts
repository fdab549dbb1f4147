import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { drawFunction } from '../drawing/draw';
import { generateConfigSchema } from '../config';
import { createMixture } from '../drawing/mixture-part';
import { bugType } from '../../taxonomy/table';
import { aimedShares, familyShares, fixedFamilies } from './aims';
import { fitMixture, type FittedMixture } from './fit';
import { SeededSample, surveyOffers, type Offers, type Plantable } from './offers';
import { reachableShares } from './reachable';
import { libraryFunctions } from './testing';
import { testMachine } from '../../stages/testing';

/** Offers of made-up functions: bug type to number of different mutants. */
function offersOf(functions: readonly Record<string, number>[]): Offers {
  const types = [...new Set(functions.flatMap((each) => Object.keys(each)))];
  return {
    types,
    accepted: types.map(() => 1),
    functions: functions.map((each) => ({
      types: Uint16Array.from(Object.keys(each), (id) => types.indexOf(id)),
      mutants: Float64Array.from(Object.values(each)),
    })),
  };
}

const isNear = (got: number, wanted: number, by = 0.01): boolean => Math.abs(got - wanted) <= by * wanted;

test('what few functions offer weighs the more there', () => {
  const common = { 'missing-colon': 9, 'wrong-name': 9 };
  const offers = offersOf([
    ...Array.from({ length: 80 }, () => common),
    ...Array.from({ length: 20 }, () => ({ ...common, 'missing-not': 9 })),
  ]);
  const aims = { 'missing-colon': 0.6, 'wrong-name': 0.35, 'missing-not': 0.05 };
  const { expected, weights } = fitMixture(offers, { aims, fixed: ['syntax'], mutants: 2 });
  for (const [id, aim] of Object.entries(aims))
    assert.ok(isNear(expected[id], aim), `${id}: ${expected[id]}`);
  // A fifth of the functions: a quarter of what is drawn there.
  const { 'missing-colon': colon, 'wrong-name': name, 'missing-not': not } = weights;
  assert.ok(isNear(not / (colon + name + not), 0.25, 0.05));
});

test('an aim beyond reach is cut to half of the functions that offer it; its family has the rest, then the others', () => {
  const common = { 'missing-colon': 99, 'wrong-name': 99, 'added-not': 99 };
  const offers = offersOf([
    ...Array.from({ length: 90 }, () => common),
    ...Array.from({ length: 10 }, () => ({ ...common, 'missing-not': 99 })),
  ]);
  const aims = { 'missing-colon': 0.2, 'wrong-name': 0.3, 'missing-not': 0.4, 'added-not': 0.1 };
  const shares = reachableShares(offers, { aims, fixed: ['syntax'], mutants: 4 });
  // The more is wanted of a type, the more of a function it may be: (1 + 0.4) / 2 of a tenth.
  assert.ok(isNear(shares['missing-not'], 0.07, 0.02), `${shares['missing-not']}`);
  assert.ok(isNear(shares['added-not'], 0.43) && isNear(shares['missing-colon'], 0.2));
  const alone = offersOf([
    ...Array.from({ length: 9 }, () => ({ 'missing-colon': 99, 'wrong-name': 99 })),
    { 'wrong-name': 99, 'missing-not': 1 },
  ]);
  const few = reachableShares(alone, { aims, fixed: ['syntax'], mutants: 4 });
  assert.ok(few['missing-not'] > 0 && few['missing-not'] < 0.03 && few['added-not'] === 0);
  assert.ok(
    isNear(
      Object.values(few).reduce((sum, share) => sum + share, 0),
      1,
    ),
  );
});

test('a type that no surveyed function offers has a weight all the same, one that is not wanted has none', () => {
  const offers = offersOf([{ 'missing-colon': 5, 'wrong-name': 5 }, { 'missing-colon': 5 }]);
  const aims = { 'missing-colon': 0.5, 'missing-not': 0.5, 'wrong-name': 0 };
  const { weights, reachable } = fitMixture(
    { ...offers, types: [...offers.types, 'missing-not'], accepted: [1, 1, 1] },
    { aims, fixed: ['syntax'], mutants: 2 },
  );
  assert.is(reachable['missing-not'], 0);
  assert.is(reachable['missing-colon'], 1);
  assert.ok(weights['missing-not'] > 0 && weights['wrong-name'] === 0);
});

test('a seeded sample does not depend on the order of what it is drawn from', () => {
  const items = Array.from({ length: 500 }, (_, i) => ({ id: `f${i}` }));
  const sampleOf = (all: typeof items, seed = 1): string[] => {
    const sample = new SeededSample<{ id: string }>(40, seed);
    for (const item of all) sample.add(item);
    return sample.items().map(({ id }) => id);
  };
  assert.is(new Set(sampleOf(items)).size, 40);
  assert.equal(sampleOf(seedStream(1).shuffle([...items, ...items])), sampleOf(items));
  assert.not.equal(sampleOf(items, 2), sampleOf(items));
});

/** Shares by family of what is really drawn of functions that were not surveyed. */
function drawnShares(
  functions: readonly Plantable[],
  { weights }: FittedMixture,
  count: number,
): { shares: Record<string, number>; n: number } {
  const { bugsPerMutant, maxTokens } = generateConfigSchema.parse({});
  const mixture = createMixture(weights);
  const counts: Record<string, number> = {};
  let n = 0;
  functions.forEach(({ after, context }, seed) => {
    const drawn = drawFunction({ source: after, context, seed }, mixture, {
      mutantsPerFunction: count,
      bugsPerMutant,
      maxTokens,
    });
    if ('reason' in drawn) return;
    for (const mutant of drawn.mutants) {
      const { family } = bugType(mutant.bugType);
      counts[family] = (counts[family] ?? 0) + 1;
      n += 1;
    }
  });
  return {
    n,
    shares: Object.fromEntries(Object.entries(counts).map(([family, kept]) => [family, kept / n])),
  };
}

test('families are drawn in the shares that are aimed at, as far as functions of the standard library reach', async () => {
  const { stdlib } = await testMachine.pythonFacts();
  const functions = libraryFunctions(stdlib, { count: 1200, seed: 3 });
  const offers = await surveyOffers(functions.slice(0, 800), { maxTokens: 1000 });
  for (const settings of [
    { families: {}, types: {} },
    { families: { logic: 0.2, syntax: 0.4 }, types: {} },
  ]) {
    const fitted = fitMixture(offers, {
      aims: aimedShares(settings),
      fixed: fixedFamilies(settings),
      mutants: 4,
    });
    const { n, shares } = drawnShares(functions.slice(800), fitted, 4);
    assert.ok(n > 800, `${n} mutants`);
    const [aimed, reachable] = [fitted.aimed, fitted.reachable].map(familyShares);
    for (const family of ['syntax', ...Object.keys(settings.families)] as (keyof typeof aimed)[])
      assert.ok(isNear(reachable[family], aimed[family]), `${family} is in reach`);
    for (const [family, share] of Object.entries(reachable)) {
      // A fifth of the share for the sample of functions, and three standard errors of the draws.
      const tolerance = 0.2 * share + 3 * Math.sqrt((share * (1 - share)) / n) + 0.002;
      const got = shares[family] ?? 0;
      assert.ok(
        Math.abs(got - share) <= tolerance,
        `${family}: ${got.toFixed(4)} drawn, ${share.toFixed(4)} aimed`,
      );
    }
  }
});

test.run();
