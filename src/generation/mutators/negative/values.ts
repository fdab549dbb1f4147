/** Code that the mutators of `values.ts` must leave alone; see `negative.test.ts`. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'missing-fallback-value': [
    'def f(a, b):\n    return a or b\n',
    'def f(a):\n    if a or []:\n        return 1\n',
    'def f(a):\n    return a or [1]\n',
    "def f(a):\n    return a or 'name'\n",
    'def f(a):\n    return a == 1 or 0\n',
    'def f(a):\n    return a or [] + a\n',
  ],
  'missing-subscript': [
    'def f(a):\n    return a[0]\n',
    'def f(a, b):\n    return a()[b]\n',
    'def f(a):\n    a()[0] = 1\n',
    'def f(a):\n    del a()[0]\n',
    "def f(a):\n    return a()['x']\n",
  ],
  'wrong-empty-container': [
    'def f():\n    a = []\n    return a\n',
    'def f():\n    a = [1]\n    a.append(1)\n    return a\n',
    'def f():\n    a = [] + b\n    a.append(1)\n    return a\n',
    'def f(b):\n    a = []\n    a = b\n    a.append(1)\n    return a\n',
    'def f(b):\n    return g(a=[]).append(1)\n',
  ],
  'missing-text-encoding': [
    "def f(a):\n    return a + b'x' b'y'\n",
    'def f(a):\n    return a.encode(b, c, d, e)\n',
    'def f(a):\n    return json.decode(a)\n',
    "def f(a):\n    a = b'x'\n    return a\n",
    "def f(a):\n    return 'b' + a\n",
  ],
};
