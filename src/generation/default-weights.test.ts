import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FAMILIES } from '../records/sample';
import { realFrequency } from '../taxonomy/frequency';
import { BUG_TYPES } from '../taxonomy/table';
import { aimedShare, DEFAULT_FAMILY_WEIGHTS, DEFAULT_TYPE_WEIGHTS } from './default-weights';
import { OFFERED_FAMILIES, OFFERED_TYPES } from './offered-shares';

test('every type is planted, and those that real fixes mend more often are aimed at more', () => {
  for (const a of BUG_TYPES) {
    assert.ok(DEFAULT_TYPE_WEIGHTS[a.id] > 0, a.id);
    for (const b of BUG_TYPES)
      if (a.family === b.family && realFrequency(a).perThousand > realFrequency(b).perThousand)
        assert.ok(aimedShare(a) > aimedShare(b), `${a.id} and ${b.id}`);
  }
});

test('how many functions offer a type and a family was measured for all of them', () => {
  assert.equal(Object.keys(OFFERED_TYPES).sort(), BUG_TYPES.map(({ id }) => id).sort());
  assert.equal(Object.keys(OFFERED_FAMILIES).sort(), [...FAMILIES].sort());
  for (const { id, family } of BUG_TYPES) assert.ok(OFFERED_TYPES[id] <= OFFERED_FAMILIES[family], id);
});

test('in the end families get the share that is aimed at, and syntax a fifth', () => {
  const share = (family: (typeof FAMILIES)[number]): number =>
    DEFAULT_FAMILY_WEIGHTS[family] * Math.max(OFFERED_FAMILIES[family], 0.02);
  const all = FAMILIES.reduce((sum, family) => sum + share(family), 0);
  assert.ok(Math.abs(share('syntax') / all - 0.2) < 1e-9);
  const aimed = (family: string): number =>
    BUG_TYPES.filter((type) => type.family === family).reduce((sum, type) => sum + aimedShare(type), 0);
  assert.ok(Math.abs(share('name') / share('api') - aimed('name') / aimed('api')) < 1e-9);
});

test.run();
