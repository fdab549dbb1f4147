/** Code that the mutators of `scope.ts` and `arguments.ts` must leave alone; see `negative.test.ts`. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'superfluous-self': [
    'def f(total):\n    return total\n',
    'def f(self, total):\n    self.total = total\n',
    'def f(self):\n    return [item for item in self.items]\n',
    'def f(self, total):\n    return g(total=1)\n',
  ],
  'local-instead-of-attribute': [
    'def f(self, total):\n    self.total = total\n',
    'def f(self):\n    self.total += 1\n',
    'def f(self):\n    self.total[0] = 1\n',
    'def f(self, other):\n    other.total = 1\n',
    'def f(self):\n    self.id = 1\n',
  ],
  'missing-self-parameter': [
    'def f(self, a):\n    return a\n',
    'def f(a, self):\n    return self.a\n',
    'def f(self, /, a):\n    return self.a\n',
    'def f(this):\n    return this.a\n',
  ],
  'parameter-not-passed-on': [
    'def f(a, key):\n    print(key)\n    return sorted(a, key=key)\n',
    'def f(a):\n    key = 1\n    return sorted(a, key=key)\n',
    'def f(a, reverse):\n    return sorted(a, key=reverse)\n',
    'def f(self):\n    return g(self=self)\n',
    'def f(a, b=a):\n    return 1\n',
  ],
  'wrong-key': [
    "def f(a):\n    return a['x']\n",
    "def f(a, b):\n    return a['x'], b['y']\n",
    'def f(a):\n    return a[\'x\'] + a["x"]\n',
    "def f(a):\n    return a.set('x'), a.set('y')\n",
  ],
  'wrong-keyword-argument': [
    'def f(a):\n    return g(a, key)\n',
    'def f(first=1):\n    return g()\n',
    'def f(a):\n    first = second = a\n    return first\n',
    'def f(a):\n    return g(key=a)\n',
  ],
  'missing-unpacking': [
    'def f(*args, **kwargs):\n    return 1\n',
    'def f(a):\n    return g(1, x=2, *a)\n',
    'def f(a):\n    return g(x=2, **a)\n',
    'def f(a, b):\n    return g(a * b)\n',
    'def f(a):\n    return {**a}, [*a]\n',
  ],
  'missing-initialisation': [
    'def f():\n    x = 1\n    return 1\n',
    'def f(x):\n    x = []\n    return x\n',
    'def f(a):\n    x = g(a)\n    for b in a:\n        x += b\n    return x\n',
    'def f(a):\n    x = 0\n    x = 1\n    return x\n',
    'def f(a):\n    if a: x = 0\n    return x\n',
    'def f(a):\n    x = 0\n    for x in a:\n        print(x)\n',
    'def f(a):\n    x = None\n    return g(x, a)\n',
    'def f(a):\n    x = 7\n    for b in a:\n        x += b\n    return x\n',
    'def f():\n    global x\n    x = 0\n    x += 1\n',
  ],
};
