import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { BUG_TYPES } from '../../taxonomy/table';
import { makeMutant } from '../mutant';
import { createTarget } from '../target';
import { MUTATORS } from './index';

const CONTEXT = { imports: {}, names: [] };

/** Every distinct mutant text over all sites and some draws. */
function allMutants(source: string, bugType: string, draws = 60): Set<string> {
  const mutator = MUTATORS.find((one) => one.bugType === bugType);
  assert.ok(mutator, bugType);
  const target = createTarget(source, CONTEXT);
  const out = new Set<string>();
  for (const site of mutator.sites(target))
    for (let draw = 0; draw < draws; draw++) {
      const mutant = makeMutant(target, mutator, site, seedStream(draw, bugType));
      if ('before' in mutant && mutant.before !== undefined && !('dropped' in mutant)) out.add(mutant.before);
    }
  return out;
}

test('every bug type has exactly one mutator and every mutator a bug type', () => {
  assert.equal(MUTATORS.map(({ bugType }) => bugType).sort(), BUG_TYPES.map(({ id }) => id).sort());
  for (const { why } of MUTATORS) assert.match(why, /^[A-Z`].*\.$/s);
});

for (const { id, example } of BUG_TYPES)
  test(`${id}: the example of the taxonomy is one of its mutants`, () => {
    const mutants = allMutants(example.after, id);
    assert.ok(
      mutants.has(example.before),
      `expected\n${example.before}among ${mutants.size} mutants:\n${[...mutants].slice(0, 5).join('---\n')}`,
    );
  });

test.run();
