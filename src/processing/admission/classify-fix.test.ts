import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSample } from '../../python/edits/sample-testing';
import { NO_SURROUNDINGS } from '../../records/file-context';
import { classifyFix, isUnclassified } from './classify-fix';

const AFTER = 'def f(a, b):\n    if a is None:\n        return b\n    return a[b]\n';
const fix = (from: string, to: string): ReturnType<typeof makeSample> =>
  makeSample(AFTER.replace(from, to), AFTER, { family: null });

test('a fix takes the most specific type that explains it, and its family', () => {
  const { bugType, family } = classifyFix(fix('is None', 'is not None'), NO_SURROUNDINGS, true);
  assert.equal([bugType, family], ['added-not', 'logic']);
});

test('a bug that does not compile is of a syntax type, one that compiles never', () => {
  const sample = makeSample(AFTER.replace('None:', 'None'), AFTER, { family: 'syntax' });
  assert.equal(
    [classifyFix(sample, NO_SURROUNDINGS, false).bugType, classifyFix(sample, NO_SURROUNDINGS, false).family],
    ['missing-colon', 'syntax'],
  );
  assert.is(classifyFix(sample, NO_SURROUNDINGS, true).bugType, null);
});

test('what no type explains stays as it is', () => {
  const sample = fix('return a[b]', 'return [b, a, a, b]');
  assert.is(classifyFix(sample, NO_SURROUNDINGS, true), sample);
});

test('clean code and named bugs are not asked about', () => {
  assert.ok(isUnclassified(fix('is None', 'is not None')));
  assert.not.ok(isUnclassified({ ...fix('is None', 'is not None'), bugType: 'wrong-name' }));
  assert.not.ok(isUnclassified(makeSample(AFTER)));
});

test.run();
