import { test } from 'uvu';
import { testPairs } from '../tools/testing';

testPairs({
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
});

test.run();
