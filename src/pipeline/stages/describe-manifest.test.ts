import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Manifest } from '../../records/manifest';
import { plantedFamilies, plantedTypes, recordFlow } from './describe-manifest';

const MANIFEST = {
  'trm:lineage': { counts: { in: 10, out: 6, dropped: { few: 1, many: 3 } } },
  'trm:metrics': {
    families: {
      syntax: { aimed: 0.2, reachable: 0.2, share: 0.19 },
      logic: { aimed: 0.8, reachable: 0.7, share: 0.71 },
    },
    types: {
      'missing-colon': { family: 'syntax', drawn: 4, kept: 3, equivalent: 0 },
      'missing-not': { family: 'logic', drawn: 10, kept: 5, equivalent: 2 },
    },
  },
} as unknown as Manifest;

test('the flow of records names every reason, the commonest first', () => {
  assert.equal(
    recordFlow(MANIFEST).map(({ records, count, share }) => [records, count, share]),
    [
      ['in', 10, 1],
      ['out', 6, 0.6],
      ['dropped: many', 3, 0.3],
      ['dropped: few', 1, 0.1],
    ],
  );
});

test('planted types have their rates, the commonest first', () => {
  const [first, second] = plantedTypes(MANIFEST);
  assert.equal(
    [first.bugType, first.family, first.yield, first.equivalent],
    ['missing-not', 'logic', 0.5, 0.2],
  );
  assert.equal([second.bugType, second.kept, second.yield], ['missing-colon', 3, 0.75]);
  assert.ok(first.realPerThousand > 0);
});

test('families have the aimed share beside the drawn one, the most wanted first', () => {
  assert.equal(plantedFamilies(MANIFEST), [
    { family: 'logic', aimed: 0.8, reachable: 0.7, drawn: 0.71 },
    { family: 'syntax', aimed: 0.2, reachable: 0.2, drawn: 0.19 },
  ]);
});

test('the manifest of another stage has no planted types', () => {
  assert.throws(() => plantedFamilies({ ...MANIFEST, 'trm:metrics': {} }));
  assert.throws(() => plantedTypes({ ...MANIFEST, 'trm:metrics': {} }));
});

test.run();
