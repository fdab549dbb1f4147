import type { BugType } from '../bug-type';

/**
 * Slips that real commits mend and that no mark, bracket or indentation alone explains: line breaks, stray and missing
 * words, quotes, whole blocks. Chosen by how often broken commits of public histories show them.
 */
export const SYNTAX_SLIP_BUGS: readonly BugType[] = [
  {
    code: 61,
    id: 'wrong-line-break',
    family: 'syntax',
    title: 'Wrong line break',
    description:
      'A statement or a string goes on in the next line without bracket or backslash, or two statements share a line.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        'def is_due(account):\n    return account.balance > account.limit and\n        account.is_open\n',
      after: 'def is_due(account):\n    return account.balance > account.limit and account.is_open\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 62,
    id: 'stray-token',
    family: 'syntax',
    title: 'Stray character or word',
    description:
      'A letter, an invisible character or a word that belongs to nothing, a word twice, or a blank inside a name.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def pick(a, b):\n    return a or or b\n',
      after: 'def pick(a, b):\n    return a or b\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 63,
    id: 'incomplete-block',
    family: 'syntax',
    title: 'Incomplete block',
    description: 'A header without a block below it, or `try` without a handler.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def first(items):\n    for item in items:\n        if item is None:\n        return item\n',
      after:
        'def first(items):\n    for item in items:\n        if item is None:\n            continue\n        return item\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 64,
    id: 'missing-operand',
    family: 'syntax',
    title: 'Missing operand',
    description: 'An operator, `=` or a keyword has nothing to work on: the expression was left unfinished.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def scale(value, factor):\n    if factor > 1:\n        value = value *\n    return value\n',
      after:
        'def scale(value, factor):\n    if factor > 1:\n        value = value * factor\n    return value\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 65,
    id: 'missing-operator',
    family: 'syntax',
    title: 'Missing operator',
    description:
      'Two operands stand beside each other without an operator, a name and its value without `=`.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def area(shape):\n    width shape.width\n    return width * shape.height\n',
      after: 'def area(shape):\n    width = shape.width\n    return width * shape.height\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 66,
    id: 'wrong-keyword',
    family: 'syntax',
    title: 'Wrong keyword',
    description:
      'Another keyword, or one of another language, stands where the grammar wants a certain word; or a keyword for a name.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: "def check(value):\n    if value < 0:\n        throw ValueError('negative')\n",
      after: "def check(value):\n    if value < 0:\n        raise ValueError('negative')\n",
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 67,
    id: 'misplaced-quote',
    family: 'syntax',
    title: 'Misplaced quote',
    description:
      'A quote too many, of the other kind, or inside a string unescaped; or the opening one is missing.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: "def warn(log):\n    log('can't')\n",
      after: 'def warn(log):\n    log("can\'t")\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 68,
    id: 'missing-parentheses',
    family: 'syntax',
    title: 'Missing pair of parentheses',
    description:
      'Both parentheses of a parameter list, of a tuple in a comprehension or `except`, or of a generator among arguments are missing.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def pairs(items):\n    return [n, item for n, item in enumerate(items)]\n',
      after: 'def pairs(items):\n    return [(n, item) for n, item in enumerate(items)]\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 69,
    id: 'broken-f-string',
    family: 'syntax',
    title: 'Broken f-string field',
    description:
      'A field of an f-string lacks a brace or its expression, or holds the quotes that are around it (allowed since Python 3.12).',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: "def greet(name):\n    return f'hello {name'\n",
      after: "def greet(name):\n    return f'hello {name}'\n",
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 70,
    id: 'malformed-arguments',
    family: 'syntax',
    title: 'Malformed argument list',
    description:
      'Arguments or parameters in an order or form that the grammar forbids: positional after named, a name twice, `*` twice.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def call(function, *args, *kwargs):\n    return function(*args, **kwargs)\n',
      after: 'def call(function, *args, **kwargs):\n    return function(*args, **kwargs)\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 71,
    id: 'python2-syntax',
    family: 'syntax',
    title: 'Form of Python 2',
    description:
      "Python 2's `<>`, backquotes, `raise E, text`, `exec code`, `0777`, `10L` or `ur''`, which Python 3 dropped.",
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: "def check(value):\n    if value is None:\n        raise ValueError, 'no value'\n",
      after: "def check(value):\n    if value is None:\n        raise ValueError('no value')\n",
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 72,
    id: 'comment-without-hash',
    family: 'syntax',
    title: 'Comment without its mark',
    description: 'A comment lacks its `#`, or has the mark of another language (`//`), and is read as code.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def total(items):\n    // sum of prices\n    return sum(items)\n',
      after: 'def total(items):\n    # sum of prices\n    return sum(items)\n',
    },
    rule: 'ruff invalid-syntax',
  },
];
