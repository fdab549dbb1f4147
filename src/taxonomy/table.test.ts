import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../core/errors';
import { bugTypeSchema, compilesWithBug } from './bug-type';
import { BUG_TYPES, bugType, bugTypeByCode, taxonomyHash } from './table';

test('every row fits the schema; codes run from 1 without gaps; ids are unique', () => {
  for (const type of BUG_TYPES) bugTypeSchema.parse(type);
  assert.equal(
    BUG_TYPES.map((type) => type.code),
    BUG_TYPES.map((_, i) => i + 1),
  );
  assert.is(new Set(BUG_TYPES.map((type) => type.id)).size, BUG_TYPES.length);
  assert.is(new Set(BUG_TYPES.map((type) => type.title)).size, BUG_TYPES.length);
});

test('published codes keep their meaning (append only)', () => {
  // Codes stand in shards and checkpoints. When this fails, give the new type a new code instead.
  const published = [
    'wrong-comparison-operator',
    'wrong-name',
    'missing-colon',
    'missing-await',
    'sql-injection',
  ];
  assert.equal(
    published.map((id) => bugType(id).code),
    [1, 9, 14, 52, 60],
  );
});

test('every security type names its weakness', () => {
  const security = BUG_TYPES.filter((type) => type.family === 'security');
  assert.ok(security.length >= 8);
  for (const type of security) assert.ok(type.cwe, type.id);
});

test('examples are whole functions that differ, below the imports they need', () => {
  const shape = /^((import|from) [^\n]+\n)*\n*(@[^\n]+\n)*(async )?def \w+\(.*\n$/s;
  for (const { id, example } of BUG_TYPES) {
    assert.not.equal(example.before, example.after, id);
    assert.match(example.after, shape, id);
  }
});

test('lookups find by id and code, and an unknown id names its neighbour', () => {
  assert.is(bugTypeByCode(bugType('missing-not').code), bugType('missing-not'));
  assert.is(bugTypeByCode(0), undefined);
  assert.throws(
    () => bugType('mising-not'),
    (error: unknown) => error instanceof UserError && error.hint === 'did you mean "missing-not"?',
  );
});

test('the hash sees codes, ids and families, and no wording', () => {
  const reworded = BUG_TYPES.map((type) => ({ ...type, title: `${type.title}!` }));
  assert.is(taxonomyHash(reworded), taxonomyHash());
  assert.is.not(taxonomyHash(BUG_TYPES.slice(1)), taxonomyHash());
});

test('only syntax bugs stop the compiler', () => {
  assert.is(compilesWithBug(bugType('missing-colon')), false);
  assert.is(compilesWithBug(bugType('wrong-name')), true);
});

test.run();
