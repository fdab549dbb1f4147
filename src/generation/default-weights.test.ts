import { test } from 'uvu';
import * as assert from 'uvu/assert';
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

test('syntax has its fixed share, the other families what their types sum to', () => {
  const all = Object.values(DEFAULT_FAMILY_WEIGHTS).reduce((sum, weight) => sum + weight, 0);
  assert.ok(Math.abs(DEFAULT_FAMILY_WEIGHTS.syntax / all - 0.2) < 1e-9);
  const names = BUG_TYPES.filter(({ family }) => family === 'name').map(({ id }) => DEFAULT_TYPE_WEIGHTS[id]);
  const sum = names.reduce((total, weight) => total + weight, 0);
  assert.ok(Math.abs(DEFAULT_FAMILY_WEIGHTS.name - sum) < 1e-9);
});

test.run();
