import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { validateConfig } from '../../core/config';
import { ConfigError } from '../../core/errors';
import { bugType } from '../../taxonomy/table';
import { generateConfigSchema } from '../config';
import { makeMutant } from '../mutation/mutant';
import type { Mutator } from '../mutation/mutator';
import { MUTATORS } from '../mutators';
import { aimedShares } from '../mixture/aims';
import { drawMutants } from './sampling';
import { createMixture } from './mixture-part';
import { createTarget } from '../mutation/target';
import { replaceTokens } from '../mutation/text-edit';

const SOURCE = `def merge(self, left, right, default=None):
    """Joins two tables."""
    if not left or not right:
        return self.empty
    out = []
    for key, value in left.items():
        if key in right and value <= right[key]:
            out.append((key, value + 1))
        else:
            out.extend(self.pairs(key, value))
    self.count += len(out)
    return self.build(out, default)
`;
const TARGET = createTarget(SOURCE, { imports: {}, names: [] });
const mixtureOf = (input: object): ReturnType<typeof createMixture> =>
  createMixture(aimedShares(generateConfigSchema.parse(input)));

test('mutants are different, and the same stream gives the same ones', () => {
  const draw = (seed: number): string[] =>
    drawMutants(TARGET, mixtureOf({}), { count: 40 }, seedStream(seed)).mutants.map(({ before }) => before);
  assert.is(draw(1).length, 40);
  assert.is(new Set(draw(1)).size, 40);
  assert.equal(draw(1), draw(1));
  assert.not.equal(draw(1), draw(2));
});

test('types come in the shares of their weights (n = 2,000, five standard errors)', () => {
  const mixture = createMixture({ 'missing-not': 3, 'missing-colon': 1 });
  let logic = 0;
  for (let i = 0; i < 2000; i++) {
    const [mutant] = drawMutants(TARGET, mixture, { count: 1 }, seedStream(i, 'shares')).mutants;
    if (bugType(mutant.bugType).family === 'logic') logic += 1;
  }
  assert.ok(Math.abs(logic / 2000 - 0.75) < 0.05, `${logic / 2000}`);
});

test('share 0 leaves families and types out', () => {
  assert.not.ok(mixtureOf({ families: { syntax: 0 } }).some(({ family }) => family === 'syntax'));
  const types = mixtureOf({ types: { 'wrong-name': 0 } });
  assert.not.ok(types.some(({ mutator }) => mutator.bugType === 'wrong-name'));
  assert.is(types.length, MUTATORS.length - 1);
});

test('a function without any site gives nothing, and ends', () => {
  const target = createTarget('x\n', { imports: {}, names: [] });
  const only = mixtureOf({}).filter(({ family }) => family === 'numeric');
  assert.equal(drawMutants(target, only, { count: 10 }, seedStream(1)), { mutants: [], dropped: [] });
});

test('sites are looked up for types that are drawn; a mutator that throws costs its own mutants only', () => {
  const looked: string[] = [];
  const fake = (bugType: string, sites: Mutator['sites']): Mutator => ({
    bugType,
    why: 'For this test.',
    sites: (target) => {
      looked.push(bugType);
      return sites(target);
    },
    apply: (target, { token }) => replaceTokens(target, token, token, 'other'),
  });
  const mutators = [
    fake('wrong-name', () => [{ token: 1 }]),
    fake('wrong-attribute', () => []),
    fake('misspelled-name', () => {
      throw new Error('no luck');
    }),
  ].map((mutator) => ({ mutator, family: 'name' as const, weight: 1 }));
  const rare = fake('missing-not', () => [{ token: 3 }]);
  const mixture = [...mutators, { mutator: rare, family: 'logic' as const, weight: 1e-9 }];
  const { mutants } = drawMutants(TARGET, mixture, { count: 1 }, seedStream(1));
  assert.is(mutants[0].bugType, 'wrong-name');
  assert.not.ok(looked.includes('missing-not'), 'not drawn, not looked at');
  const all = drawMutants(TARGET, mixture, { count: 5 }, seedStream(1));
  assert.equal(all.mutants.map(({ bugType }) => bugType).sort(), ['missing-not', 'wrong-name']);
  const failed = all.dropped.filter(({ reason }) => reason === 'mutator_failed');
  assert.equal(
    failed.map(({ bugType, detail }) => [bugType, detail]),
    [['misspelled-name', 'Error: no luck']],
  );
});

test('draws that give no mutant have reasons', () => {
  const fake = (apply: Mutator['apply']): Mutator => ({
    bugType: 'wrong-name',
    why: 'For this test.',
    sites: () => [{ token: 0 }],
    apply,
  });
  const reasonOf = (apply: Mutator['apply']): string => {
    const result = makeMutant(TARGET, fake(apply), { token: 0 }, seedStream(1));
    return 'dropped' in result ? result.dropped : 'mutant';
  };
  assert.is(
    reasonOf(() => null),
    'no_mutation',
  );
  assert.is(
    reasonOf(() => ({ start: SOURCE.length, end: SOURCE.length, text: '\n# more\n' })),
    'same_tokens',
  );
  assert.is(
    reasonOf((target) => replaceTokens(target, 1, 10, 'x')),
    'edit_too_long',
  );
  assert.is(
    reasonOf((target) => replaceTokens(target, 1, 1, 'fuse')),
    'mutant',
  );
});

test('the config knows its bug types', () => {
  assert.throws(
    () => validateConfig({ types: { 'wrong-nam': 1 } }, generateConfigSchema, 'test'),
    (error: unknown) => error instanceof ConfigError && /did you mean "wrong-name"/.test(error.message),
  );
});

test.run();
