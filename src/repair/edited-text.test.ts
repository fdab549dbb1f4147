import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { changedRange, editText, originalSpan, startText, type EditedText } from './edited-text';

/** The original with the patches applied, from right to left. */
function rebuild({ original, patches }: EditedText): string {
  return [...patches]
    .reverse()
    .reduce((text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end), original);
}

test('random edits: the patches turn the original into the current text and never touch each other', () => {
  const rng = seedStream(1, 'edited-text');
  for (let round = 0; round < 300; round++) {
    let state = startText(Array.from({ length: rng.int(30) }, () => rng.pick(['a', 'b', 'c'])).join(''));
    let plain = state.original;
    for (let edit = 0; edit < 8; edit++) {
      const start = rng.int(plain.length + 1);
      const end = start + rng.int(plain.length - start + 1);
      const text = 'xyzab'.slice(0, rng.int(6));
      state = editText(state, start, end, text);
      plain = plain.slice(0, start) + text + plain.slice(end);
      assert.is(state.current, plain);
      assert.is(rebuild(state), plain);
      state.patches.forEach(({ start: from }, i) => {
        if (i > 0) assert.ok(from > state.patches[i - 1].end, 'patches stay apart');
      });
    }
  }
});

test('positions behind, before and inside a patch come back to the original', () => {
  const state = editText(startText('retrun x + y'), 0, 6, 'return (');
  assert.is(state.current, 'return ( x + y');
  assert.equal(originalSpan(state, 9, 10), { start: 7, end: 8 });
  assert.equal(originalSpan(state, 3, 4), { start: 0, end: 6 });
  assert.equal(originalSpan(startText('abc'), 1, 2), { start: 1, end: 2 });
});

test('an edit that takes an earlier one back leaves no patch', () => {
  const state = editText(startText('a < b'), 2, 3, '<=');
  assert.is(editText(state, 2, 4, '<').patches.length, 0);
});

test('a range outside the text is refused', () => {
  assert.throws(() => editText(startText('abc'), 2, 4, ''), /outside a text of 3/);
});

test('changedRange finds the replaced characters', () => {
  assert.equal(changedRange('x < y', 'x <= y'), { start: 3, end: 3, text: '=' });
  assert.equal(changedRange('aa', 'aaa'), { start: 2, end: 2, text: 'a' });
  assert.equal(changedRange('abc', 'abc'), { start: 3, end: 3, text: '' });
});

test.run();
