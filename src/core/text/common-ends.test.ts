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

test('the end first, when asked: what differs lies as far left as it can', () => {
  assert.equal(commonEnds('aa', 'aaa', undefined, true), { start: 0, end: 2 });
  assert.equal(commonEnds('xaay', 'xay', undefined, true), { start: 1, end: 2 });
  assert.equal(commonEnds('same', 'same', undefined, true), { start: 0, end: 4 });
});

test('elements are equal by the caller', () => {
  assert.equal(
    commonEnds([1, 2, 3], [11, 5, 13], (a, b) => a % 10 === b % 10),
    { start: 1, end: 1 },
  );
});

test.run();
