import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diffTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import { forcedKind } from './forced-syntax';

function kindOf(before: string, after: string): string | null {
  const tokens = lex(before);
  const edit = diffTokens(tokens, lex(after));
  return edit && forcedKind(tokens, edit);
}

for (const [before, after, kind] of [
  ['if x\n    y()\n', 'if x:\n    y()\n', 'mark-inserted'],
  ['f(a b)\n', 'f(a, b)\n', 'mark-inserted'],
  ['f(a))\n', 'f(a)\n', 'mark-deleted'],
  ['x\0 = 1\n', 'x = 1\n', 'mark-deleted'],
  ['f(a]\n', 'f(a)\n', 'mark-replaced'],
  ['x = 1\n    y()\n', 'x = 1\ny()\n', 'layout'],
  // The lines as they are, with another layout around them.
  ['if x:\ny()\n', 'if x:\n    y()\n', 'respelt'],
  ['def def f(): pass\n', 'def f(): pass\n', 'repeated'],
  ['f(a % % b)\n', 'f(a % b)\n', 'repeated'],
  ['f(a， b)\n', 'f(a, b)\n', 'mark-replaced'],
  ['x\u200b = 1\n', 'x = 1\n', 'mark-deleted'],
  ['retrun x\n', 'return x\n', 'near-keyword'],
  ['fn f(x): pass\n', 'def f(x): pass\n', 'slip'],
  ['fi x:\n    y()\n', 'if x:\n    y()\n', 'near-keyword'],
  ['if a && b: y()\n', 'if a and b: y()\n', 'slip'],
  ['if x = 1: y()\n', 'if x == 1: y()\n', 'slip'],
  ['x = "abc\n', 'x = "abc"\n', 'respelt'],
] as const)
  test(`forced: ${JSON.stringify(before)} -> ${kind}`, () => assert.is(kindOf(before, after), kind));

for (const [before, after] of [
  // Invented: an operand, a name, a literal, an operator, a keyword.
  ['return a +\n', 'return a + b\n'],
  ['x =\n', 'x = None\n'],
  ['x =\n', 'x = 0\n'],
  ['f(a b)\n', 'f(a + b)\n'],
  ['f(x):\n    y()\n', 'def f(x):\n    y()\n'],
  ['foo x\n', 'from x\n'],
  // Nobody knows where it belongs.
  ['f a, b)\n', 'f(a, b)\n'],
  ['x = [(a, b]\n', 'x = [a, b]\n'],
  // Lost: what another language means, one of two literals, half of an operator.
  ['if !ok:\n    y()\n', 'if ok:\n    y()\n'],
  ['x = $y\n', 'x = y\n'],
  ['x = a?.b\n', 'x = a.b\n'],
  ['x = a || b\n', 'x = a | b\n'],
  ['x = a * * b\n', 'x = a * b\n'],
  ['f(x = = 1)\n', 'f(x = 1)\n'],
  ['x = 5 5 + 3\n', 'x = 5 + 3\n'],
  ['x x = 1\n', 'x = 1\n'],
  ['x = None None\n', 'x = None\n'],
  ['f(a$ b)\n', 'f(a, b)\n'],
  // Lost: a name, a string, an operator, a keyword.
  ['x y = 1\n', 'x = 1\n'],
  ['print "a"\n', 'print\n'],
  ['return a +\n', 'return a\n'],
  ['return await g()\n', 'g()\n'],
  ['except OSError, ValueError:\n', 'except OSError:\n'],
  ['x = "abc\n', 'x = ""\n'],
] as const)
  test(`not forced: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`, () =>
    assert.is(kindOf(before, after), null));

test.run();
