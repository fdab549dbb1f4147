import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { validateConfig } from '../../core/config';
import { ConfigError } from '../../core/errors';
import { realFrequency } from '../../taxonomy/frequency';
import { BUG_TYPES, bugType } from '../../taxonomy/table';
import { generateConfigSchema } from '../config';
import { aimedShares, familyShares, type AimSettings } from './aims';

const aims = (settings: Partial<AimSettings> = {}): Record<string, number> =>
  aimedShares({ families: {}, types: {}, ...settings });
const isNear = (got: number, wanted: number): boolean => Math.abs(got - wanted) < 1e-9;

test('by default syntax is a fifth, every type is wanted, and those that real fixes mend more often more', () => {
  const shares = aims();
  assert.ok(isNear(familyShares(shares).syntax, 0.2));
  assert.ok(
    isNear(
      BUG_TYPES.reduce((sum, { id }) => sum + shares[id], 0),
      1,
    ),
  );
  for (const a of BUG_TYPES) {
    assert.ok(shares[a.id] > 0, a.id);
    for (const b of BUG_TYPES)
      if (a.family === b.family && realFrequency(a).perThousand > realFrequency(b).perThousand)
        assert.ok(shares[a.id] > shares[b.id], `${a.id} and ${b.id}`);
  }
});

test('named families have the share that is named, the others keep their proportions in the rest', () => {
  const usual = familyShares(aims());
  const shares = familyShares(aims({ families: { syntax: 0.5, logic: 0.1, name: 0 } }));
  assert.ok(isNear(shares.syntax, 0.5) && isNear(shares.logic, 0.1) && shares.name === 0);
  assert.ok(isNear(shares.api / shares.type, usual.api / usual.type));
  assert.ok(
    isNear(
      Object.values(shares).reduce((sum, share) => sum + share, 0),
      1,
    ),
  );
});

test('named types have the share of their family that is named, and leave the family what it has', () => {
  const usual = aims();
  const shares = aims({ types: { 'missing-not': 0.25, 'added-not': 0 } });
  const { logic } = familyShares(usual);
  assert.ok(isNear(familyShares(shares).logic, logic));
  assert.ok(isNear(shares['missing-not'], 0.25 * logic) && shares['added-not'] === 0);
  const ratio = (of: Record<string, number>): number =>
    of['wrong-boolean-literal'] / of['wrong-boolean-operator'];
  assert.ok(isNear(ratio(shares), ratio(usual)));
});

test('a family without a type left gives its share to the others; one that is named with a share is an error', () => {
  const types = Object.fromEntries(
    BUG_TYPES.filter(({ family }) => family === 'logic').map(({ id }) => [id, 0]),
  );
  const shares = familyShares(aims({ types }));
  const usual = familyShares(aims());
  assert.is(shares.logic, 0);
  assert.ok(isNear(shares.syntax, usual.syntax / (1 - usual.logic)));
  assert.throws(
    () => aims({ types, families: { logic: 0.5 } }),
    (error: unknown) =>
      error instanceof ConfigError && /families.logic: expected a type of it/.test(error.message),
  );
  const one = Object.fromEntries(BUG_TYPES.map(({ id }) => [id, Number(id === 'missing-colon')]));
  assert.is(aims({ types: one })['missing-colon'], 1);
});

test('shares that cannot be are refused, with what they add up to', () => {
  const refused: [object, RegExp][] = [
    [{ families: { syntax: 75 } }, /families.syntax/],
    [
      { families: { syntax: 0.7, logic: 0.4 } },
      /the shares of all families to be at most 1 together, got 1.1/,
    ],
    [
      { types: { 'missing-not': 0.6, 'added-not': 0.6 } },
      /the types of logic to be at most 1 together, got 1.2/,
    ],
    [{ types: { 'wrong-nam': 0.1 } }, /did you mean "wrong-name"/],
  ];
  for (const [config, message] of refused)
    assert.throws(
      () => validateConfig(config, generateConfigSchema, 'test'),
      (error: unknown) => error instanceof ConfigError && message.test(error.message),
      JSON.stringify(config),
    );
  const every = Object.fromEntries(
    [...new Set(BUG_TYPES.map(({ family }) => family))].map((family) => [family, 0.05]),
  );
  assert.throws(
    () => validateConfig({ families: every }, generateConfigSchema, 'test'),
    (error: unknown) =>
      error instanceof ConfigError && /all families to be 1 together, got 0.7/.test(error.message),
  );
});

test('shares by family are sums over their types', () => {
  const { logic, syntax } = familyShares({ 'missing-not': 0.25, 'added-not': 0.5, 'missing-colon': 0.25 });
  assert.equal([logic, syntax], [0.75, 0.25]);
  assert.is(bugType('missing-not').family, 'logic');
});

test.run();
