import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createTarget } from '../target';
import { MUTATORS } from './index';
import { NOT_HERE as API } from './negative/api';
import { NOT_HERE as CONCURRENCY } from './negative/concurrency';
import { NOT_HERE as EVERYDAY } from './negative/everyday';
import { NOT_HERE as EXCEPTION } from './negative/exception';
import { NOT_HERE as CONTAINERS } from './negative/containers';
import { NOT_HERE as FLOW } from './negative/flow';
import { NOT_HERE as RESOURCE } from './negative/resource';
import { NOT_HERE as FRAMEWORKS } from './negative/frameworks';
import { NOT_HERE as SCOPE } from './negative/scope';
import { NOT_HERE as ARITHMETIC } from './negative/arithmetic';
import { NOT_HERE as ARRAYS } from './negative/arrays';
import { NOT_HERE as SECURITY } from './negative/security';
import { NOT_HERE as SYNTAX } from './negative/syntax';
import { NOT_HERE as TEXTS } from './negative/texts';
import { NOT_HERE as VALUES } from './negative/values';

/**
 * By bug type: code (with the imports it needs on top) that looks as if the mutator applied, but where the result would be no bug, no bug of this type,
 * or where the pattern only seems to be there.
 */
const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'wrong-comparison-operator': [
    'def f(x: int) -> int:\n    return x << 2\n',
    'def f(x):\n    return x in (1, 2)\n',
  ],
  'wrong-arithmetic-operator': [
    'def f(a, *b, **c):\n    return g(*b, **c)\n',
    'def f(a, /, b, *, c):\n    return -a\n',
    "def f(a):\n    return 'x' + a + 'y' % a\n",
    'def f(a: int | None) -> int | str:\n    return a\n',
  ],
  'wrong-boolean-operator': ["def f(a):\n    return a['and'] | a.or_\n"],
  'wrong-assignment-operator': [
    'def f(a):\n    b = a\n    return g(b=b)\n',
    'def f(a):\n    b = 1\n    b = c = a\n    return b, c\n',
    'def f(a):\n    b = g(a)\n    b = h(b)\n    return b\n',
  ],
  'missing-not': ["def f(a):\n    # not here\n    return 'not' + a\n"],
  'added-not': [
    'def f(a):\n    for x in a:\n        print(x)\n',
    'def f(a):\n    if a == 1 or not a:\n        return 1\n',
  ],
  'wrong-boolean-literal': ["def f(a):\n    return 'True', a.true\n"],
  'literal-identity-comparison': [
    'def f(a, b):\n    return a == b\n',
    'def f(a):\n    a = 1\n    return a\n',
  ],
  'wrong-name': [
    'def f(a):\n    return a\n',
    'def f(self):\n    return self.a\n',
    'def f(a):\n    b = a\n    return b\n',
    'def f():\n    a = b = g()\n    return b\n',
    'def f(a, b):\n    return len(g(a=1, b=2))\n',
    'def f(a):\n    g(lambda b: 1)\n    return a\n',
  ],
  'misspelled-name': ['def f(a, b):\n    return a + b\n', 'def total(values):\n    other = 1\n'],
  'wrong-attribute': [
    'def f(self):\n    return self.a\n',
    'def f(self):\n    return self.a, self.b()\n',
    'def f(self, other):\n    return self.a, other.b\n',
    'def f(self):\n    self.a = 1\n    self.b = 2\n',
  ],
  'missing-self': [
    'def f(self, a):\n    return self.a\n',
    'def f(self):\n    self.a = 1\n',
    'def f(self):\n    return self.id\n',
    'def f(other):\n    return other.self.a\n',
  ],
  'foreign-literal': ["def f(a):\n    return 'None', a.none\n"],
  'missing-colon': ['x = a[1:]\n', 'x = a[:2]\n', 'x = a[1::2]\n', "x = ':'\n"],
  'missing-bracket': ["x = '('\n"],
  'missing-comma': ["x = ['a', 'b']\n", 'x = (a,)\n', 'x = (a, -b)\n', 'x = (a, (b))\n'],
  'missing-dot': ['x = 1.5\n', 'x = ...\n', 'from .a import b\n'],
  'extra-punctuation': ['pass\n', '"""Just (words)."""\n'],
  'mismatched-bracket': ["x = '()'\n"],
  'wrong-punctuation': ['x = a.b\n', 'x = a[1:2]\n', 'x = 1\n'],
  'keyword-typo': ['pass\n', 'x = None\n', 'x = a.if_\n'],
  'missing-keyword': ['def_ = a\n', 'import a\n', 'pass\n', 'del a\nassert a\n', 'x = a\nreturn_ = a\n'],
  'assignment-in-condition': [
    'x = a == b\n',
    'if f(a == b):\n    pass\n',
    'while a:\n    x = b == c\n',
    'x = a is not b\n',
  ],
  'missing-indent': [
    'x = 1\ny = 2\n',
    'def f():\n    """Says something."""\n    return 1\n',
    'def f():\n    return g(a, b, c, d, e)\n',
  ],
  'unexpected-indent': ['def f():\n    return 1\n', 'x = 1\ny = 2\n'],
  'unterminated-string': ["x = '''a'''\n", 'x = 1\n'],
  'python2-print': ['print()\n', 'x = print(a)\n', 'print(a, b, c, d, e)\n', 'print(*a)\n', 'print(a).b\n'],
  'python2-except': ['try:\n    a()\nexcept E:\n    pass\n', 'with a as b:\n    pass\n', 'import a as b\n'],
  'merge-conflict-marker': ['# note\n', '\n'],
  'foreign-operator': ['x = a is not b\n', 'x = a not in b\n', 'x = a & b | c\n'],
  'else-if': ['if a:\n    b()\nelse:\n    if c:\n        d()\n'],
  'increment-operator': ['x += 2\n', 'x += 1 + a\n', 'x = 1\n'],
  'off-by-one-literal': ['x = 1.0\n', 'x = 0x10\n', 'x = 1024\n', "x = '1'\n"],
  'off-by-one-range': ['x = a + 1\n', 'x = range(10)\n', 'x = f(a - 1)\n', 'x = a[2 - 1]\n'],
  'missing-call-parentheses': [
    'x = f()\n',
    'x = a.b(c)\n',
    'def f():\n    pass\n',
    '@a.b()\ndef f():\n    pass\n',
  ],
  'missing-conversion': [
    'x = str(a)\n',
    'x = int(a / b)\n',
    'x = a.int(b)\n',
    "x = int('1')\n",
    'x = float(a, b)\n',
  ],
  'missing-return': [
    'def f():\n    return\n',
    'def f():\n    return None\n',
    'def f():\n    return 1\n',
    'def f(a):\n    return a.b(1).c()\n',
    'async def f(a) -> None:\n    return await a(1)\n',
  ],
  'wrong-block-indentation': [
    'def f(a):\n    if a:\n        return 1\n',
    'def f(a):\n    if a:\n        b()\n    return\n',
    'def f(a):\n    if a:\n        b()\n        c()\n    else:\n        d()\n',
    'def f(a):\n    with a:\n        b()\n        c()\n',
    'def f(a):\n    for b in a:\n        c()\n        break\n',
  ],
  'swapped-break-continue': ["x = a.break_ + 'continue'\n"],
  'mutable-default-argument': [
    'def f(a=None):\n    return g(a)\n',
    'def f(a=None):\n    if a is None:\n        a = []\n    return len(a)\n',
    'def f(a=None):\n    if a is None:\n        a = 1\n    return a\n',
  ],
  'missing-items': [
    'for a in b.items():\n    pass\n',
    'x = list(b.items())\n',
    'for a, b in zip(c.items()):\n    pass\n',
    'for a, b in c.items().d:\n    pass\n',
  ],
  'missing-tuple-comma': [
    'x = f(a,)\n',
    "x = '%s' % (a,)\n",
    'x = (a, b,)\n',
    'x = [a,]\n',
    'def f(a,):\n    pass\n',
  ],
  'implicit-string-concatenation': ["x = 'a', 'b'\n", "x = {'a': 'b', 'c': 'd'}\n", "x = ['a', b]\n"],
  ...EVERYDAY,
  ...EXCEPTION,
  ...RESOURCE,
  ...CONCURRENCY,
  ...API,
  'missing-await': ['def f(a):\n    return a.await_\n'],
  ...ARITHMETIC,
  ...ARRAYS,
  ...FRAMEWORKS,
  ...CONTAINERS,
  ...TEXTS,
  ...SECURITY,
  ...SCOPE,
  ...FLOW,
  ...SYNTAX,
  ...VALUES,
};

test('every mutator has code that it must leave alone', () => {
  assert.equal(Object.keys(NOT_HERE).sort(), MUTATORS.map(({ bugType }) => bugType).sort());
});

for (const mutator of MUTATORS)
  test(`${mutator.bugType}: no sites where the pattern only seems to be`, () => {
    for (const source of NOT_HERE[mutator.bugType])
      assert.equal(mutator.sites(createTarget(source, { imports: {}, names: [] })), [], source);
  });

test.run();
