import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ENCLOSURES, STATEMENTS } from '../../records/token-features';
import { lex } from '../tokens/lexer';
import { lineStructure } from './line-structure';

/** Kinds of the statements of a source, by the first token of each. */
function statements(source: string): string[] {
  const { starts, statements: codes } = lineStructure(lex(source));
  return [...codes].filter((_, i) => starts[i] === i).map((code) => STATEMENTS[code]);
}

/** What the bracket or token with this text (the first one) stands in. */
function enclosure(source: string, text: string): string {
  const tokens = lex(source);
  return ENCLOSURES[lineStructure(tokens).enclosures[tokens.findIndex((token) => token.text === text)]];
}

/** Pairs of brackets as `(3-5`, those without partner as `(3!`. */
function pairs(source: string): string {
  const tokens = lex(source);
  const { partner } = lineStructure(tokens);
  return tokens
    .flatMap(({ kind, text }, i) =>
      kind !== 'op' || !'()[]{}'.includes(text) || (partner[i] >= 0 && partner[i] < i)
        ? []
        : [`${text}${i}${partner[i] < 0 ? '!' : `-${partner[i]}`}`],
    )
    .join(' ');
}

const KINDS: [source: string, kind: string][] = [
  ['x', 'expression'],
  ['f(x)', 'call'],
  ['await f(x)', 'call'],
  ['f(x).y', 'expression'],
  ['"a".b', 'expression'],
  ['x = 1', 'assignment'],
  ['x, (y, z) = a', 'assignment'],
  ['x = lambda y=1: y', 'assignment'],
  ['lambda y=1: y', 'expression'],
  ['f(x)[lambda: 1]', 'expression'],
  ['x.y[i] += 1', 'augmented'],
  ['x: int', 'annotated'],
  ['x: int = 1', 'annotated'],
  ['return x', 'return'],
  ['yield x', 'yield'],
  ['raise x', 'raise'],
  ['assert x', 'assert'],
  ['del x', 'del'],
  ['pass', 'jump'],
  ['break', 'jump'],
  ['continue', 'jump'],
  ['import a', 'import'],
  ['from a import b', 'import'],
  ['global a', 'scope'],
  ['nonlocal a', 'scope'],
  ['@a', 'decorator'],
  ['= x', 'other'],
  ['in x', 'other'],
  ['lambda: 1', 'expression'],
];
for (const [source, kind] of KINDS)
  test(`statement ${source}: ${kind}`, () => {
    assert.equal(statements(`${source}\n`), [kind]);
    // Cut off: the end of the text ends it, too.
    assert.equal(statements(source), [kind]);
  });

test('headers, and what stands on their line', () => {
  const word = (source: string): string => statements(source)[0];
  for (const kind of ['if a', 'while a', 'for a in b', 'with a', 'class a', 'def f()', 'try', 'match a'])
    assert.is(word(`${kind}:\n    x\n`), kind.split(' ')[0]);
  for (const kind of ['elif a', 'else', 'except E', 'finally', 'case 1'])
    assert.is(word(`${kind}:\n    x\n`), kind.split(' ')[0]);
  assert.is(word('async def f():\n    x\n'), 'def');
  assert.equal(statements('if a: x = 1; f()\n'), ['if', 'assignment', 'call']);
  assert.equal(statements('x = 1;\n'), ['assignment'], 'the newline belongs to the last statement');
  assert.equal(statements('match = 1\ncase(x)\n'), ['assignment', 'call']);
});

test('places count from the start of the logical line', () => {
  const tokens = lex('if a:\n    x = (1,\n 2)\n');
  const shown = [...lineStructure(tokens).places].map(
    (place, i) => `${tokens[i].text || tokens[i].kind}${place}`,
  );
  assert.is(shown.join(' '), 'if1 a2 :3 newline4 indent0 x1 =2 (3 14 ,5 26 )7 newline8 dedent0 end0');
});

test('brackets and what they belong to', () => {
  for (const [source, text, expected] of [
    ['f(x)', 'x', 'call'],
    ['f()(x)', 'x', 'call'],
    ['f(x)', '(', 'call'],
    ['f(x)', 'f', 'none'],
    ['a[x]', 'x', 'index'],
    ['[x]', 'x', 'list'],
    ['{x}', 'x', 'braces'],
    ['(x)', 'x', 'group'],
    ['return (x)', 'x', 'group'],
    ['f([a], x)', 'x', 'call'],
    ['def f(x): pass', 'x', 'parameters'],
    ['async def f(x): pass', 'x', 'parameters'],
    ['def f[T](x): pass', 'x', 'parameters'],
    ['def f(a=g(x)): pass', 'x', 'call'],
    ['class A(x): pass', 'x', 'bases'],
    ['match (x):\n    case 1: pass', 'x', 'group'],
    ['case = match(x)', 'x', 'call'],
    ['f(x', 'x', 'call'],
    ['f(x\nreturn y', 'y', 'none'],
  ])
    assert.is(enclosure(source, text), expected, `${text} in ${source}`);
});

test('partners of brackets, broken ones included', () => {
  assert.is(pairs('f(a[0], {})\n'), '(1-9 [3-5 {7-8');
  assert.is(pairs('f(a\nreturn (b)\n'), '(1! (5-7', 'a line ends what it left open');
  assert.is(pairs('f(a))\n'), '(1-3 )4!');
  assert.is(pairs('f(a[0)\n'), '(1-5 [3!');
  assert.is(pairs('f(a[0), b)\n'), '(1-5 [3! )8!', 'what was passed over stays without one');
  assert.is(pairs('f(a])\n'), '(1-4 ]3!');
});

test.run();
