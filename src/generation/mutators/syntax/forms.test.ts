import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { indented, mutantsOf } from '../tools/testing';

/**
 * By bug type: the body of a function and what one of its mutants has in its place; a body alone has no mutant that
 * touches it.
 */
const FORMS: Readonly<Record<string, readonly (readonly [clean: string, buggy?: string])[]>> = {
  'missing-comma': [["x = {'a': 'b', 'c': 'd'}", "x = {'a': 'b' 'c': 'd'}"], ["x = {'a', 'b': 'c'}"]],
  'missing-keyword': [
    ['return a and not b', 'return a not b'],
    ['from a import *', 'from a *'],
  ],
  'extra-punctuation': [
    ['b = a', 'b = a:'],
    ['import a', 'import a,'],
    ['if a:\n    b()', 'if a):\n    b()'],
    ['if a:\n    b()', 'if (a:\n    b()'],
    ['b = a[0]', 'b = a.[0]'],
    ['return a >= b', 'return a >= = b'],
    ['return {1: [a]}', 'return {1: [a])}'],
  ],
  'wrong-punctuation': [
    ['x = [\n    a,\n    b,\n]', 'x = [\n    a]\n    b,\n]'],
    ['g(a)', 'g(a,'],
  ],
  'assignment-in-condition': [
    ['assert a == b', 'assert a = b'],
    ['return [c for c in a if c == b]', 'return [c for c in a if c = b]'],
    ['return g(a.c == b)', 'return g(a.c = b)'],
    ['if a is None:\n    b()', 'if a = None:\n    b()'],
  ],
  'foreign-operator': [
    ['return a == b', 'return a === b'],
    ['return a >= b', 'return a => b'],
  ],
  'unexpected-indent': [
    ['b()\na.first.second(b, third=fourth)', 'b()\n    a.first.second(b, third=fourth)'],
    ['if b:\n    b()\n    if a:\n        b()', 'if b:\n    b()\n   if a:\n        b()'],
    ['if a:\n    b()\nb()', 'if a:\n    b()\n b()'],
  ],
  'unterminated-string': [["x = a('b ')", "x = a('b)"]],
  'wrong-line-break': [
    ["message = 'words of a long message, %d' % a", "message = 'words of a long message, %d' %\n    a"],
    ['x = a + \\\n    b', 'x = a +\n    b'],
    ['x = a()\ny = b()', 'x = a() y = b()'],
    ["a('one two three four')", "a('one two three \n    four')"],
    ['a()\n(b, c) = 1'],
    ['a()  # why\nb()'],
  ],
  'stray-token': [
    ['return a or b', 'return a or or b'],
    ['g(key=a)', 'g(key=key=a)'],
    ['a += 1', 'a += a += 1'],
    ['import package', 'import pack-age'],
    ['function(a)', 'func tion(a)'],
    ['g(a, b)', 'g(a s, b)'],
    ['b = a', 'return b = a'],
    ['if a:\n    b()', 'if or a:\n    b()'],
    ['return a in b', 'return a is in b'],
    ['pass', '-pass'],
  ],
  'incomplete-block': [
    ['if a:\n    raise\nb()', 'if a:\nb()'],
    ['try:\n    a()\nexcept E:\n    pass\nb()', 'try:\n    a()\nb()'],
    ['if a:\n    b.c(d)\nb()'],
  ],
  'missing-operand': [
    ['return a + b', 'return a +'],
    ['b = g(key=None)', 'b = g(key=)'],
    ['if not a:\n    b()', 'if not:\n    b()'],
    ['return a + c'],
  ],
  'missing-operator': [
    ['return a * 2', 'return a 2'],
    ['x = (a + b)', 'x = (a b)'],
  ],
  'wrong-keyword': [
    ['from a import c', 'import a import c'],
    ['from a import c', 'from a . c'],
    ['try:\n    a()\nexcept E:\n    b()', 'try:\n    a()\ncatch E:\n    b()'],
    ['a(lambda_)', 'a(lambda)'],
    ['cls.a = b', 'class.a = b'],
  ],
  'misplaced-quote': [
    ["return a + 'b'", "return a + 'b''"],
    ["return a + 'b'", "return a + b'"],
    ["return a + 'b'", 'return a + \'b"'],
    ["return a + 'it\\'s'", "return a + 'it's'"],
    ["a('b')", "a('b')'"],
    ["a('b' + c)", "a('b' + c')"],
  ],
  'missing-parentheses': [
    ['try:\n    a()\nexcept (D, E):\n    b()', 'try:\n    a()\nexcept D, E:\n    b()'],
    ['g((c for c in a), b)', 'g(c for c in a, b)'],
    ['def g():\n    pass', 'def g:\n    pass'],
    ['def g(self):\n    pass', 'def g:\n    pass'],
  ],
  'broken-f-string': [
    ["return f'{a} {b}'", "return f'a} {b}'"],
    ["return f'{a} {b}'", "return f'{a} {}'"],
    ['return f"{a[\'b\']}"', 'return f"{a["b"]}"'],
    ['return f"{a:>{b}}"'],
  ],
  'malformed-arguments': [
    ['def g(c=1, d=None):\n    pass', 'def g(c=1, d):\n    pass'],
    ['def g(c, d=2):\n    pass', 'def g(d=2, c):\n    pass'],
    ['def g(c):\n    pass', 'def g(c, c):\n    pass'],
    ['g(c=1, d=d)', 'g(c=1, d)'],
    ['g(c, d=1)', 'g(d=1, c)'],
    ['g(c=1)', 'g(c=1, c=1)'],
    ["x = {'c': 1, **kw}", "x = {'c': 1, *kw}"],
    ['g(*a, **kw)'],
  ],
  'python2-syntax': [
    ['return a != b', 'return a <> b'],
    ['return repr(a)', 'return `a`'],
    ['exec(a)', 'exec a'],
    ['a.chmod(0o755)', 'a.chmod(0755)'],
    ['x = 1000', 'x = 1000L'],
    ["x = r'a'", "x = ur'a'"],
  ],
  'comment-without-hash': [
    ['# more needed here\nreturn a', 'more needed here\nreturn a'],
    ['return a  # the first one', 'return a  the first one'],
    ['return a  # the first one', 'return a  // the first one'],
    ['# a comment of far too many words for one small edit\nreturn a'],
  ],
};

const HEADER = 'def f(a, b, **kw):\n';

for (const [bugType, rows] of Object.entries(FORMS))
  test(`${bugType}: each form has its mutant`, () => {
    for (const [clean, buggy] of rows) {
      const mutants = [...mutantsOf(HEADER + indented(clean), bugType, 80)];
      if (buggy !== undefined)
        assert.ok(mutants.includes(HEADER + indented(buggy)), `${buggy}\n\n${mutants.join('\n')}`);
      else
        assert.equal(
          mutants.filter((mutant) => mutant.startsWith(HEADER)),
          [],
          clean,
        );
    }
  });

test('an async function that awaits needs its async', () => {
  const mutants = mutantsOf('async def f(a):\n    await a\n', 'missing-keyword');
  assert.ok(mutants.has('def f(a):\n    await a\n'));
  const nested = 'async def f(a):\n    async def g():\n        await a\n    return g\n';
  assert.not.ok(mutantsOf(nested, 'missing-keyword').has(nested.replace('async ', '')));
});

test.run();
