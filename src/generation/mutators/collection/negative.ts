/** Code that the mutators of family collection must leave alone; see `negative.test.ts` above. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
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
  'changed-while-iterating': [
    'def f(a):\n    for b in list(a):\n        g(b)\n',
    'def f(a, c):\n    for b in list(a):\n        c.remove(b)\n',
    // Nothing is iterated after the change.
    'def f(a):\n    for b in list(a):\n        if b:\n            a.remove(b)\n            break\n',
    'def f(a):\n    for b in a:\n        a.remove(b)\n',
  ],
  'missing-copy': [
    'def f(a):\n    b = a.copy()\n    return len(b)\n',
    'def f(a):\n    return a.copy()\n',
    'def f(self, a):\n    self.a = list(a)\n',
    'def f(a):\n    b = g(a).copy()\n    b.append(1)\n',
  ],
  'unguarded-key': [
    'def f(a, b):\n    return a.get(b), a.get(), get(b, 1)\n',
    "def f(a, session):\n    return session.get('a'), a.get(key='b')\n",
  ],
  'wrong-order': [
    'def f(a, b):\n    return g(sorted(a) == sorted(b), reversed)\n',
    'def f(a):\n    a.sort(key=None)\n    return a.sort(), max(a)\n',
  ],
};
