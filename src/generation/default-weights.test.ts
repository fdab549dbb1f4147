import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FAMILIES } from '../records/sample';
import { realFrequency } from '../taxonomy/frequency';
import { BUG_TYPES } from '../taxonomy/table';
import { DEFAULT_FAMILY_WEIGHTS, DEFAULT_TYPE_WEIGHTS } from './default-weights';

test('every type is planted, and those that real fixes mend more often more', () => {
  for (const a of BUG_TYPES) {
    assert.ok(DEFAULT_TYPE_WEIGHTS[a.id] > 0, a.id);
    for (const b of BUG_TYPES)
      if (a.family === b.family && realFrequency(a).perThousand > realFrequency(b).perThousand)
        assert.ok(DEFAULT_TYPE_WEIGHTS[a.id] > DEFAULT_TYPE_WEIGHTS[b.id], `${a.id} and ${b.id}`);
  }
});

test('families have the weight of their types, more where fewer functions offer them; syntax a quarter of the rest', () => {
  const sumOf = (wanted: string): number =>
    BUG_TYPES.filter(({ family }) => family === wanted).reduce(
      (sum, { id }) => sum + DEFAULT_TYPE_WEIGHTS[id],
      0,
    );
  assert.ok(DEFAULT_FAMILY_WEIGHTS.resource > 10 * sumOf('resource'));
  assert.ok(Math.abs(DEFAULT_FAMILY_WEIGHTS.name / sumOf('name') - 1 / 0.91) < 1e-9);
  const others = FAMILIES.filter((family) => family !== 'syntax').reduce(
    (sum, family) => sum + sumOf(family),
    0,
  );
  assert.ok(Math.abs(DEFAULT_FAMILY_WEIGHTS.syntax - others / 4) < 1e-9);
});

test.run();
