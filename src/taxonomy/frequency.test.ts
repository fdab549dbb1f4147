import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REAL_FIXES, REAL_SYNTAX_FIXES } from './frequencies';
import { realFrequency } from './frequency';
import { compilesWithBug } from './bug-type';
import { bugType } from './table';

test('the counts name known types, of the right kind, and add up', () => {
  for (const [counts, compiles] of [
    [REAL_FIXES, true],
    [REAL_SYNTAX_FIXES, false],
  ] as const) {
    const ids = Object.keys(counts.types);
    for (const id of ids) assert.is(compilesWithBug(bugType(id)), compiles, id);
    assert.is(
      Object.values(counts.types).reduce((sum, count) => sum + count, 0),
      counts.recognised,
    );
    assert.ok(counts.recognised < counts.pairs);
  }
});

test('a type is counted among fixes of its own kind', () => {
  assert.is(realFrequency(bugType('missing-colon')).of, REAL_SYNTAX_FIXES.pairs);
  assert.is(realFrequency(bugType('wrong-name')).of, REAL_FIXES.pairs);
  const { count, of, perThousand } = realFrequency(bugType('wrong-name'));
  assert.is(perThousand, (1000 * count) / of);
});

test.run();
