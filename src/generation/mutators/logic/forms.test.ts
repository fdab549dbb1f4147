import { test } from 'uvu';
import { testPairs } from '../tools/testing';

testPairs({
  'wrong-assignment-operator': [
    [
      'def f(a):\n    b = a\n    b = 2\n    b += 1\n    return b\n',
      'def f(a):\n    b = a\n    b += 2\n    b += 1\n    return b\n',
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
});

test.run();
