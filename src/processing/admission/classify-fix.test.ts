import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSample } from '../../python/edits/sample-testing';
import { NO_SURROUNDINGS } from '../../records/file-context';
import { bugTypeOfFix, isUnclassified } from './classify-fix';

const AFTER = 'def f(a, b):\n    if a is None:\n        return b\n    return a[b]\n';
const typeOf = (from: string, to: string, compiles = true): string | null =>
  bugTypeOfFix({ before: AFTER.replace(from, to), after: AFTER, context: NO_SURROUNDINGS, compiles });

test('a fix takes the most specific type that explains it', () => {
  assert.is(typeOf('is None', 'is not None'), 'added-not');
});

test('a bug that does not compile is of a syntax type, one that compiles never', () => {
  assert.is(typeOf('None:', 'None', false), 'missing-colon');
  assert.is(typeOf('None:', 'None', true), null);
});

test('what no type explains has none', () => {
  assert.is(typeOf('return a[b]', 'return [b, a, a, b]'), null);
});

test('clean code and named bugs are not asked about', () => {
  const fix = makeSample(AFTER.replace('is None', 'is not None'), AFTER, { family: null });
  assert.ok(isUnclassified(fix));
  assert.not.ok(isUnclassified({ ...fix, bugType: 'wrong-name' }));
  assert.not.ok(isUnclassified({ ...fix, flags: ['reversed'] }));
  assert.not.ok(isUnclassified(makeSample(AFTER)));
});

test.run();
