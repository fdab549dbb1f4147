import { test } from 'uvu';
import { testPairs } from '../tools/testing';

testPairs({
  'missing-conversion': [['def f(a):\n    a = int(a)\n    return a + 1\n', 'def f(a):\n    return a + 1\n']],
  'missing-unpacking': [['def f(a, b):\n    return g(a, **b)\n', 'def f(a, b):\n    return g(a, b)\n']],
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
});

test.run();
