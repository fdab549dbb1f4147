/** Code that the mutators of family syntax must leave alone; see `negative.test.ts`. */
export const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'wrong-line-break': [
    'x = a + b\n',
    'compute(first_of_all_arguments, second_of_all_arguments)\n',
    'if a:\n    b()\n',
    "x = 'word'\n",
  ],
  'stray-token': ['# one two\n', '"""Words in a docstring."""\n'],
  'incomplete-block': [
    'if a:\n    pass\n    b()\n',
    'def f():\n    """Says something."""\n    pass\n',
    'if a:\n    b.c()\n',
    'try:\n    a()\nexcept E:\n    c(d)\nfinally:\n    b(c, d)\n',
  ],
  'missing-operand': ['x = a\n', 'x = f(a)\n', 'a = 2\n', 'return_ = a, b\n'],
  'missing-operator': ['x = -a\n', 'f(a=b)\n', 'x = [a + b, c]\n', 'def f(a=1):\n    pass\n', 'x += (a)\n'],
  'wrong-keyword': ['x = a\n', 'return (a)\n', 'x = a.cls_name\n', 'pass\n'],
  'misplaced-quote': ["x = '''it is'''\n", 'x = f(a)\n'],
  'missing-parentheses': [
    'x = f(a, b)\n',
    'x = (a, b)\n',
    'def f(a, b):\n    pass\n',
    'except_(a, b)\n',
    'x = sum(a for a in b)\n',
    'try:\n    a()\nexcept (E):\n    pass\n',
  ],
  'broken-f-string': ["x = '{a}'\n", "x = f'{{a}}'\n", "x = f'a'\n"],
  'malformed-arguments': [
    'f(a, b)\n',
    'f(*a, **b)\n',
    'x = {**a}\n',
    'def f(**a):\n    pass\n',
    'def f(self):\n    pass\n',
  ],
  'python2-syntax': ['x = 1\n', 'x = 0x1f\n', 'raise E\n', 'raise E()\n', 'x = a.repr(b)\n', "x = b'a'\n"],
  'comment-without-hash': [
    '# noqa\nx = 1\n',
    'x = 1  # noqa: E501\n',
    '# if a b\nx = 1\n',
    "x = '# one two'\n",
  ],
};
