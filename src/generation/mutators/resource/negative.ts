/** Code that the mutators of family resource must leave alone; see `negative.test.ts` above. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'missing-close': [
    'def f(a):\n    a.read()\n    a.close()\n',
    'def f(a):\n    b = open(a)\n    b.read()\n',
    // Without the line there would be no block, or another owner may close.
    'def f(a):\n    b = open(a)\n    try:\n        b.read()\n    finally:\n        b.close()\n',
    'def f(a):\n    b = open(a)\n    b.close()\n    return b\n',
    'def f(a):\n    b = io.StringIO()\n    c = b.read()\n    b.close()\n    return c\n',
    'def f(self, a):\n    self.b = open(a)\n    self.b.read()\n    self.b.close()\n',
  ],
  'missing-rewind': [
    'def f(a):\n    a.write(b)\n    a.seek(0)\n',
    'def f(a):\n    a.seek(4)\n    return a.read()\n',
    'def f(a):\n    a.flush()\n    return a\n',
    'def f(a):\n    return a.seek(0)\n',
  ],
  'wrong-open-mode': [
    'x = open(a)\n',
    "x = opener(a, 'r')\n",
    "x = open(a, 'U')\n",
    "x = image.open(a, 'r')\n",
    "x = open(a, mode + 'b')\n",
  ],
  'missing-encoding': [
    "x = open(a, 'rb')\n",
    "x = a.decode(encoding='utf-8')\n",
    "x = open(a, encoding='latin-1')\n",
    "x = open(a, newline='')\n",
  ],
};
