import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diffTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import { isOneToken, isPublishedKind } from './fix-kinds';

const CASES: [label: string, before: string, after: string, published: boolean][] = [
  ['var', 'f(a, b, a)', 'f(a, b, b)', true],
  ['var', 'f(a, b, a)', 'f(a, b, c)', false],
  ['callname', 'f(g(a))', 'f(f(a))', true],
  ['callname', 'f(g(a))', 'f(h(a))', false],
  ['attr', 'a.b + c', 'a.c + c', false],
  ['cmpop', 'a < b', 'a <= b', true],
  ['binop', 'a + b', 'a - b', true],
  ['boolop', 'a and b', 'a or b', true],
  ['assignop', 'a += b', 'a -= b', true],
  ['bool_lit', 'a = True', 'a = False', true],
  ['num_lit', 'a = 1', 'a = 2', true],
  ['num_lit', 'a = 1', 'a = 3', false],
  ['num_lit', 'a = 1', 'a = 1.0', false],
  ['lit', 'a = None', 'a = False', true],
  ['lit', 'a = 0', 'a = None', true],
  ['lit', "a = 'x'", 'a = None', false],
  ['ins', 'if a: pass', 'if not a: pass', true],
  ['del', 'a not in b', 'a in b', true],
  ['ins', 'f(a)', 'f(a, b)', false],
  ['repl', 'f(a, b + 1)', 'f(b + 1, a)', true],
  ['repl', 'f(a, b)', 'f(b, c)', false],
  ['repl', 'f(a, b, c)', 'f(c, b, a)', false],
];

test('published kinds are told from label and tokens', () => {
  for (const [label, before, after, published] of CASES) {
    const tokens = lex(before);
    const edit = diffTokens(tokens, lex(after));
    assert.ok(edit);
    assert.is(isPublishedKind({ label, tokens, edit }), published, `${label}: ${before} -> ${after}`);
  }
});

test('one token in the place of one is told by the label', () => {
  assert.ok(['var', 'tok_other', 'lit', 'assignop'].every(isOneToken));
  assert.not.ok([null, 'ins', 'repl', 'not/cmp'].some(isOneToken));
});

test.run();
