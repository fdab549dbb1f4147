import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mutantsOf } from './testing';

/**
 * By bug type: pairs of clean and buggy code beyond the example of the taxonomy, one for every further form of the
 * mutator. Each buggy text must be among the mutants of the clean one.
 */
const FORMS: Readonly<Record<string, readonly (readonly [clean: string, buggy: string])[]>> = {
  'missing-return': [
    ['def get_a(b):\n    return b.a(1)\n', 'def get_a(b):\n    b.a(1)\n'],
    ['def f(b) -> int:\n    return b.a(1)\n', 'def f(b) -> int:\n    b.a(1)\n'],
    [
      'def f(b):\n    if b:\n        return 1\n    return b.a(1)\n',
      'def f(b):\n    if b:\n        return 1\n    b.a(1)\n',
    ],
    ['def f(b):\n    return b(1)[0]\n', 'def f(b):\n    b(1)[0]\n'],
  ],
  'missing-conversion': [['def f(a):\n    a = int(a)\n    return a + 1\n', 'def f(a):\n    return a + 1\n']],
  'wrong-assignment-operator': [
    [
      'def f(a):\n    b = a\n    b = 2\n    b += 1\n    return b\n',
      'def f(a):\n    b = a\n    b += 2\n    b += 1\n    return b\n',
    ],
  ],
  'superfluous-self': [
    [
      'def f(self, rows):\n    for row in rows:\n        row.close()\n',
      'def f(self, rows):\n    for row in rows:\n        self.row.close()\n',
    ],
  ],
  'missing-self-parameter': [['def f(self):\n    return self.a\n', 'def f():\n    return self.a\n']],
  'parameter-not-passed-on': [
    [
      'def f(*args, **kwargs):\n    return g(*args, **kwargs)\n',
      'def f(*args, **kwargs):\n    return g(*args)\n',
    ],
    [
      'def f(*args, **kwargs):\n    return g(*args, **kwargs)\n',
      'def f(*args, **kwargs):\n    return g(**kwargs)\n',
    ],
    ['def f(key):\n    return g(key=key)\n', 'def f(key):\n    return g()\n'],
  ],
  'wrong-key': [
    ["def f(a):\n    return a.get('x', 1) + a['y']\n", "def f(a):\n    return a.get('y', 1) + a['y']\n"],
    ["def f(a, b):\n    a['x'] = 1\n    a['y'] = b\n", "def f(a, b):\n    a['x'] = 1\n    a['x'] = b\n"],
  ],
  'wrong-keyword-argument': [
    ['def f(a):\n    return g(size=1)\n', 'def f(a):\n    return g(siez=1)\n'],
    ['def f(name):\n    return g(name=name)\n', 'def f(name):\n    return g(names=name)\n'],
  ],
  'missing-unpacking': [['def f(a, b):\n    return g(a, **b)\n', 'def f(a, b):\n    return g(a, b)\n']],
  'missing-initialisation': [
    [
      'def f(a):\n    x = None\n    if a:\n        x = 1\n    return x\n',
      'def f(a):\n    if a:\n        x = 1\n    return x\n',
    ],
    [
      'def f(a):\n    n = 0\n    for b in a:\n        n += b\n    return n\n',
      'def f(a):\n    for b in a:\n        n += b\n    return n\n',
    ],
  ],
  'missing-condition': [
    ["def f(a):\n    return 'x' in a and a['x']\n", "def f(a):\n    return a['x']\n"],
    ['def f(a):\n    return a is not None and a > 1\n', 'def f(a):\n    return a > 1\n'],
    ['def f(a):\n    return a is None or a.b\n', 'def f(a):\n    return a.b\n'],
    ['def f(a, b):\n    if a and b:\n        return a\n', 'def f(a, b):\n    if a:\n        return a\n'],
    [
      'def f(a, b):\n    return [x for x in a if len(x) > 1 and x[1] == b]\n',
      'def f(a, b):\n    return [x for x in a if x[1] == b]\n',
    ],
  ],
  'truthiness-for-none-check': [
    [
      'def f(limit=None):\n    if limit is None:\n        limit = 9\n    return limit\n',
      'def f(limit=None):\n    if not limit:\n        limit = 9\n    return limit\n',
    ],
    ['def f(a):\n    return len(a) if a is not None else 1\n', 'def f(a):\n    return len(a) if a else 1\n'],
  ],
  'missing-precedence-parentheses': [
    ['def f(a, b):\n    return not (a and b)\n', 'def f(a, b):\n    return not a and b\n'],
    ['def f(a, b):\n    return (a or b).strip()\n', 'def f(a, b):\n    return a or b.strip()\n'],
    ['def f(a, b, c):\n    return a / (b * c)\n', 'def f(a, b, c):\n    return a / b * c\n'],
    ['def f(a, b):\n    return (a > 1) & (b < 2)\n', 'def f(a, b):\n    return (a > 1) & b < 2\n'],
    [
      'def f(a):\n    if (n := len(a)) > 2:\n        return n\n',
      'def f(a):\n    if n := len(a) > 2:\n        return n\n',
    ],
    ["def f(a):\n    return 'x' + ('y' if a else 'z')\n", "def f(a):\n    return 'x' + 'y' if a else 'z'\n"],
  ],
  'confused-if-elif': [
    [
      'def f(a, b):\n    if a:\n        g()\n    if b:\n        h()\n',
      'def f(a, b):\n    if a:\n        g()\n    elif b:\n        h()\n',
    ],
  ],
  'missing-jump': [
    [
      'def f(a):\n    if a:\n        g()\n        return\n    h()\n',
      'def f(a):\n    if a:\n        g()\n    h()\n',
    ],
    [
      'def f(a):\n    for b in a:\n        if b:\n            g()\n            continue\n        else:\n            h()\n        k()\n',
      'def f(a):\n    for b in a:\n        if b:\n            g()\n        else:\n            h()\n        k()\n',
    ],
  ],
  'wrong-loop-exit': [
    [
      'def f(a):\n    for b in a:\n        if b:\n            break\n    g()\n',
      'def f(a):\n    for b in a:\n        if b:\n            return\n    g()\n',
    ],
    [
      'def f(a):\n    for b in a:\n        if b:\n            return\n    g()\n',
      'def f(a):\n    for b in a:\n        if b:\n            break\n    g()\n',
    ],
  ],
  'missing-fallback-value': [
    ['def f(a=None):\n    a = a or {}\n    return a.get(1)\n', 'def f(a=None):\n    return a.get(1)\n'],
    ['def f(a):\n    for b in a.c or []:\n        g(b)\n', 'def f(a):\n    for b in a.c:\n        g(b)\n'],
  ],
  'missing-subscript': [
    ['def f(a):\n    return sum(a.shape[1:])\n', 'def f(a):\n    return sum(a.shape)\n'],
    ['def f(a):\n    return a[0] + a[1]\n', 'def f(a):\n    return a[0] + a\n'],
  ],
  'wrong-empty-container': [
    [
      'def f(self):\n    self.a = []\n    self.a.append(1)\n',
      'def f(self):\n    self.a = {}\n    self.a.append(1)\n',
    ],
    [
      'def f(b):\n    a = dict()\n    a[b] = 1\n    return a\n',
      'def f(b):\n    a = []\n    a[b] = 1\n    return a\n',
    ],
  ],
  'missing-text-encoding': [
    ["def f(a):\n    return a.startswith(b'x')\n", "def f(a):\n    return a.startswith('x')\n"],
    ['def f(a, encoding):\n    return a.decode(encoding)\n', 'def f(a, encoding):\n    return a\n'],
  ],
};

for (const [bugType, pairs] of Object.entries(FORMS))
  test(`${bugType}: each of its forms has a site`, () => {
    for (const [clean, buggy] of pairs) {
      const mutants = mutantsOf(clean, bugType, 60);
      assert.ok(mutants.has(buggy), `expected\n${buggy}among ${[...mutants].join('---\n')}`);
    }
  });

test.run();
