import { test } from 'uvu';
import { testPairs } from '../tools/testing';

testPairs({
  'missing-return': [
    ['def get_a(b):\n    return b.a(1)\n', 'def get_a(b):\n    b.a(1)\n'],
    ['def f(b) -> int:\n    return b.a(1)\n', 'def f(b) -> int:\n    b.a(1)\n'],
    [
      'def f(b):\n    if b:\n        return 1\n    return b.a(1)\n',
      'def f(b):\n    if b:\n        return 1\n    b.a(1)\n',
    ],
    ['def f(b):\n    return b(1)[0]\n', 'def f(b):\n    b(1)[0]\n'],
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
});

test.run();
