import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diffTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import { kindOfEdit, kindOfSample, type BugKind } from './kinds';

/** The buggy line, the right one and the kind. */
const CASES: [before: string, after: string, kind: BugKind | null][] = [
  ['a <= b', 'a < b', 'operator'],
  ['a or b', 'a and b', 'operator'],
  ['a is 3', 'a == 3', 'operator'],
  ['a = 3 if b = 1 else 0', 'a = 3 if b == 1 else 0', 'operator'],
  ['a -= 1', 'a += 1', 'operator'],
  ['f(a, a)', 'f(a, b)', 'wrong-name'],
  ['a.f', 'a.g', 'wrong-name'],
  ['x = a', 'x = not a', 'missing-not'],
  ['a in b', 'a not in b', 'missing-not'],
  ['a is not None', 'a is None', 'added-not'],
  ['f(a b)', 'f(a, b)', 'deleted-punctuation'],
  ['x a', 'x = a', 'deleted-punctuation'],
  ['f(a))', 'f(a)', 'added-punctuation'],
  ['f[a)', 'f(a)', 'wrong-punctuation'],
  ['f(a; b)', 'f(a, b)', 'wrong-punctuation'],
  ['x', 'return x', 'deleted-keyword'],
  ['retrun x', 'return x', 'wrong-keyword'],
  ['for x of y: pass', 'for x in y: pass', 'wrong-keyword'],
  ['return return x', 'return x', 'wrong-keyword'],
  ['break', 'continue', 'wrong-keyword'],
  // Wrong values, strings and layout are none of the nine, and neither are two tokens.
  ['x = True', 'x = False', null],
  ['x = nil', 'x = None', null],
  ['x = 1', 'x = 2', null],
  ["x = 'a'", "x = f'a'", null],
  ['x = a', 'x = a + b', null],
  ['x = a\ny = b', 'x = a; y = b', null],
];

test('the kind of a bug is read from the one token that its fix touches', () => {
  for (const [before, after, kind] of CASES) {
    const tokens = lex(before);
    const edit = diffTokens(tokens, lex(after));
    assert.ok(edit);
    assert.is(kindOfEdit(tokens, edit), kind, `${before} -> ${after}`);
    assert.is(kindOfSample({ before, after, edits: [edit] }), kind);
  }
  assert.is(kindOfSample({ before: 'x', after: 'x', edits: [] }), null);
});

test.run();
