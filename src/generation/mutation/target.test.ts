import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { argumentsOf, createTarget, isCall, textAt } from './target';
import { applyTextEdit, insertAfter, insertBefore, removeTokens, replaceTokens } from './text-edit';

const targetOf = (source: string): ReturnType<typeof createTarget> =>
  createTarget(source, { imports: {}, names: [] });

/** Names that the target says are read, in order. */
function loadsOf(source: string): string[] {
  const target = targetOf(source);
  return target.tokens.filter((_, i) => target.loads[i] === 1).map(({ text }) => text);
}

test('names are read where they are used, not where they are bound', () => {
  assert.equal(loadsOf('def f(a, b=c):\n    d = a\n    return d\n'), ['a', 'd']);
  assert.equal(loadsOf('def f(a):\n    for i, x in a:\n        g(i, key=x)\n'), ['a', 'g', 'i', 'x']);
  assert.equal(loadsOf('def f(a, i):\n    a[i] = a.b = (c := i)\n'), ['a', 'i', 'a', 'i']);
  assert.equal(loadsOf('def f(a):\n    import b\n    global c\n    with a as d:\n        pass\n'), ['a']);
  assert.equal(loadsOf('def f(a):\n    return sorted(a, key=lambda x, y: x)\n'), ['sorted', 'a', 'x']);
  assert.equal(loadsOf('def f(a):\n    return [x for x in a if x]\n'), ['x', 'a', 'x']);
});

test('lines know their level and their ends', () => {
  const { lines, tokens } = targetOf(
    '@a\ndef f():\n    if x:\n        y = (1,\n          2)\n    return 3\n',
  );
  assert.equal(
    lines.map(({ first, end, level }) => [tokens[first].text, tokens[end].kind, level]),
    [
      ['@', 'newline', 0],
      ['def', 'newline', 0],
      ['if', 'newline', 1],
      ['y', 'newline', 2],
      ['return', 'newline', 1],
    ],
  );
});

test('calls and their arguments are told from definitions and tuples', () => {
  const target = targetOf('f(a, b(c, d), *e, k=1, **g)(x for x in y)\nclass A(B): pass\nt = (1, 2)\n');
  const opens = target.tokens.flatMap(({ text }, i) => (text === '(' && isCall(target, i) ? [i] : []));
  assert.is(opens.length, 3);
  const described = argumentsOf(target, opens[0]).map(({ first, positional }) => [
    textAt(target, first),
    positional,
  ]);
  assert.equal(described, [
    ['a', true],
    ['b', true],
    ['*', false],
    ['k', false],
    ['**', false],
  ]);
  assert.equal(
    argumentsOf(target, opens[2]).map(({ positional }) => positional),
    [false],
  );
});

test('commas of lambda parameters and of loops in a generator part no arguments', () => {
  const count = (call: string): number => argumentsOf(targetOf(call), 1).length;
  assert.is(count('f(lambda a, b: a, c)\n'), 2);
  assert.is(count('f(a for a, b in c)\n'), 1);
  assert.is(count('f((a for a, b in c), lambda: (b, c), d)\n'), 3);
});

test('edits keep words apart and leave no blanks behind', () => {
  const edited = (
    source: string,
    edit: (target: ReturnType<typeof targetOf>) => Parameters<typeof applyTextEdit>[1],
  ): string => applyTextEdit(source, edit(targetOf(source)));
  assert.is(
    edited('x = a if not(b) else c\n', (t) => removeTokens(t, 4, 4)),
    'x = a if (b) else c\n',
  );
  assert.is(
    edited('x = f(a)\n', (t) => removeTokens(t, 3, 3)),
    'x = f a)\n',
  );
  assert.is(
    edited('x = [a - 1]\n', (t) => removeTokens(t, 4, 5)),
    'x = [a]\n',
  );
  assert.is(
    edited('if x:  # why\n    y\n', (t) => removeTokens(t, 2, 2)),
    'if x  # why\n    y\n',
  );
  assert.is(
    edited("x = a=='b'\n", (t) => replaceTokens(t, 3, 3, 'is')),
    "x = a is 'b'\n",
  );
  assert.is(
    edited('x = (b)\n', (t) => insertBefore(t, 3, 'not')),
    'x = (not b)\n',
  );
  assert.is(
    edited('x = a\n', (t) => insertAfter(t, 2, ' + 1')),
    'x = a + 1\n',
  );
});

test.run();
