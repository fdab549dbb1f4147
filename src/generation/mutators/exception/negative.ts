/** Code that the mutators of family exception must leave alone; see `negative.test.ts` above. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'bare-except': [
    'try:\n    a()\nexcept:\n    b()\n',
    'try:\n    a()\nexcept E as e:\n    b(e)\n',
    'try:\n    a()\nexcept E:\n    raise\n',
    'try:\n    a()\nexcept BaseException:\n    b()\n',
  ],
  'wrong-exception-type': [
    // Nothing in the guarded code could raise it.
    'try:\n    a()\nexcept KeyError:\n    b()\n',
    'try:\n    a.b(c)\nexcept ImportError:\n    b[c]\n',
    'raise KeyError(a)\n',
    'try:\n    a()\nexcept errors.KeyError:\n    b()\n',
    'try:\n    a()\nexcept Exception:\n    b()\n',
  ],
  'missing-raise': ['raise\n', 'raise E\n', 'raise E(a) from b\n'],
  'raise-not-implemented': ['try:\n    a()\nexcept NotImplementedError:\n    b()\n'],
  'incomplete-except-tuple': [
    'try:\n    a()\nexcept KeyError:\n    b()\n',
    'try:\n    a()\nexcept (KeyError,):\n    b()\n',
    // One name for the other, or a child of the other: whatever stays, nothing more passes.
    'try:\n    a()\nexcept (OSError, IOError):\n    b()\n',
    'try:\n    a()\nexcept (socket.error, select.error):\n    b()\n',
    'try:\n    a()\nexcept (KeyError, Exception) + more:\n    b()\n',
    'x = (KeyError, ValueError)\n',
  ],
  'wrong-raised-exception': [
    'def __getattr__(self, a):\n    raise self.error(a)\n',
    'def f(a):\n    raise TypeError(a)\n',
    'def f(a):\n    if a:\n        raise ValueError(a)\n',
    'def f(a):\n    if isinstance(a, str):\n        raise ValueError(a)\n',
    'def __getitem__(self, a):\n    def f():\n        raise KeyError(a)\n    return f\n',
  ],
  'returned-exception': [
    'def f(a):\n    raise a\n',
    'def f(a):\n    raise a.build(1)\n',
    'def f(a):\n    raise ValueError(a) from None\n',
    "def __init__(self):\n    raise TypeError('abstract')\n",
  ],
  'swallowed-exception': [
    'def f(a):\n    raise\n',
    'try:\n    a()\nexcept KeyError as e:\n    raise ValueError from e\n',
    'try:\n    a()\nfinally:\n    raise\n',
  ],
  'unformatted-message': [
    "def f(a):\n    return ValueError('%s' % a)\n",
    'def f(a):\n    raise ValueError(a % b)\n',
    "def f(a):\n    raise ValueError('%s' % a + b)\n",
    "def f(a):\n    raise ValueError(f'{a}' % b)\n",
    "def f(a):\n    raise ValueError(g('%s' % a))\n",
    "def f(a):\n    raise ValueError('{}'.format(a).strip())\n",
    "def f(a):\n    raise ValueError('{x}'.format(x=a))\n",
  ],
};
