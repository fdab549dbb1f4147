/** Code that the mutators of family numeric must leave alone; see `negative.test.ts` above. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'off-by-one-literal': ['x = 1.0\n', 'x = 0x10\n', 'x = 1024\n', "x = '1'\n"],
  'off-by-one-range': ['x = a + 1\n', 'x = range(10)\n', 'x = f(a - 1)\n', 'x = a[2 - 1]\n'],
  'wrong-division': [
    "def f(path):\n    return path / 'a', BASE / path\n",
    'def f(a, b):\n    return a / b\n',
    'def f(a, /, b):\n    return a / 2.5 + 1.0 / b\n',
  ],
  'wrong-unit': [
    'def f(a):\n    return a + 1000, a[60], 24\n',
    "def f(a, *b):\n    return g(*b, 1000), '%d' % 100\n",
    'def f(a):\n    return degrees(a), a.total_seconds(1)\n',
  ],
  'missing-bound': [
    'def f(a, b):\n    return max(a, b), min(a), max(1, 2), max(*a, 1)\n',
    'def f(a, max):\n    return max(a, 1), a.max(b, 1)\n',
    'def f(a):\n    return min(a, key=1)\n',
  ],
  'missing-abs': [
    'def f(a):\n    return abs(a) ** 2\n',
    'def f(a, abs):\n    return abs(a), a.abs(1), os.path.abspath(a)\n',
  ],
};
