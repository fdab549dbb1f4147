import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BUG_TYPES } from '../../taxonomy/table';
import { MUTATORS } from './index';
import { mutantsOf } from './tools/testing';

test('every bug type has exactly one mutator and every mutator a bug type', () => {
  assert.equal(MUTATORS.map(({ bugType }) => bugType).sort(), BUG_TYPES.map(({ id }) => id).sort());
  for (const { why } of MUTATORS) assert.match(why, /^[A-Z`].*\.$/s);
});

for (const { id, example } of BUG_TYPES)
  test(`${id}: the example of the taxonomy is one of its mutants`, () => {
    const mutants = mutantsOf(example.after, id, 60);
    assert.ok(
      mutants.has(example.before),
      `expected\n${example.before}among ${mutants.size} mutants:\n${[...mutants].slice(0, 5).join('---\n')}`,
    );
  });

test.run();
