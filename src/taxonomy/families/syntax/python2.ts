import type { BugType } from '../../bug-type';

/** Syntax of Python 2. */
export const PYTHON2_BUGS: readonly BugType[] = [
  {
    code: 27,
    id: 'python2-print',
    family: 'syntax',
    title: 'Python 2 print statement',
    description: '`print` is used as a statement, without parentheses.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def show(value):\n    print value\n',
      after: 'def show(value):\n    print(value)\n',
    },
    rule: 'ruff invalid-syntax',
    rare: 'Libraries log or return where scripts print, and of a long call one small edit cannot restore both parentheses.',
  },
  {
    code: 28,
    id: 'python2-except',
    family: 'syntax',
    title: 'Python 2 except clause',
    description: 'The caught exception is named after a comma instead of `as`.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before:
        'def load(read):\n    try:\n        return read()\n    except OSError, error:\n        return str(error)\n',
      after:
        'def load(read):\n    try:\n        return read()\n    except OSError as error:\n        return str(error)\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 71,
    id: 'python2-syntax',
    family: 'syntax',
    title: 'Form of Python 2',
    description:
      "The code uses `<>`, backquotes, `raise E, text`, `exec code`, `0777`, `10L` or `ur''` of Python 2, which Python 3 dropped.",
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: "def check(value):\n    if value is None:\n        raise ValueError, 'no value'\n",
      after: "def check(value):\n    if value is None:\n        raise ValueError('no value')\n",
    },
    rule: 'ruff invalid-syntax',
  },
];
