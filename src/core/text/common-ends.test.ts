import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commonEnds } from './common-ends';

test('start first, then what is left of the end', () => {
  assert.equal(commonEnds('abXcd', 'abYYcd'), { start: 2, end: 2 });
  assert.equal(commonEnds('aa', 'aaa'), { start: 2, end: 0 });
  assert.equal(commonEnds('abc', 'bc'), { start: 0, end: 2 });
  assert.equal(commonEnds('same', 'same'), { start: 4, end: 0 });
  assert.equal(commonEnds('', 'x'), { start: 0, end: 0 });
});

test('elements are equal by the caller', () => {
  assert.equal(
    commonEnds([1, 2, 3], [11, 5, 13], (a, b) => a % 10 === b % 10),
    { start: 1, end: 1 },
  );
});

test.run();
