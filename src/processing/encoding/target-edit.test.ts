import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diffTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import type { Edit } from '../../records/sample';
import { rightEdits, targetEdit } from './target-edit';

const CLEAN = 'def f(a, b):\n    if a:\n        return a + b\n    a.add(b)\n    return b - a\n';
const TWO = CLEAN.replace('a + b', 'a - b').replace('b - a', 'b');

/** The edits of the two bugs in {@link TWO}, the right one first. */
function edits(): Edit[] {
  const tokens = lex(TWO);
  const mended = [TWO.replace(/return b\n/, 'return b - a\n'), TWO.replace('a - b', 'a + b')];
  return mended.map((source) => diffTokens(tokens, lex(source)) as Edit);
}

test('of several bugs the leftmost edit is the target, and each is right', () => {
  const [right, left] = edits();
  assert.equal(rightEdits([right, left], lex(TWO), lex(CLEAN)), [left, right]);
  assert.equal(targetEdit([right, left], lex(TWO), lex(CLEAN)), left);
});

test('where one edit that the model can write mends everything, it is the only right one', () => {
  const before = CLEAN.replace('return a + b', 'yield a - b');
  const single = diffTokens(lex(before), lex(CLEAN)) as Edit;
  const halves = [before.replace('yield', 'return'), before.replace('a - b', 'a + b')].map(
    (source) => diffTokens(lex(before), lex(source)) as Edit,
  );
  assert.equal(rightEdits(halves, lex(before), lex(CLEAN)), [single]);
  assert.equal(rightEdits([], lex(TWO), lex(CLEAN)).length, 1);
  assert.is(targetEdit([], lex(CLEAN), lex(CLEAN)), null);
});

test.run();
