import type { BugType } from '../bug-type';

/** Exceptions raised or caught wrongly. */
export const EXCEPTION_BUGS: readonly BugType[] = [
  {
    code: 44,
    id: 'bare-except',
    family: 'exception',
    title: 'Bare `except`',
    description:
      'Every exception is swallowed, KeyboardInterrupt, SystemExit and programming errors included.',
    cwe: 'CWE-396',
    severity: 'medium',
    difficulty: 2,
    example: {
      before: 'def number(text):\n    try:\n        return int(text)\n    except:\n        return None\n',
      after:
        'def number(text):\n    try:\n        return int(text)\n    except ValueError:\n        return None\n',
    },
    rule: 'ruff E722',
  },
  {
    code: 45,
    id: 'wrong-exception-type',
    family: 'exception',
    title: 'Wrong exception caught',
    description:
      'The handler names a related exception that the guarded code does not raise; the real one passes through.',
    cwe: 'CWE-755',
    severity: 'medium',
    difficulty: 3,
    example: {
      before:
        'def get(table, key):\n    try:\n        return table[key]\n    except IndexError:\n        return None\n',
      after:
        'def get(table, key):\n    try:\n        return table[key]\n    except KeyError:\n        return None\n',
    },
    rule: null,
  },
  {
    code: 46,
    id: 'missing-raise',
    family: 'exception',
    title: 'Exception made but not raised',
    description: 'An exception object is created and thrown away; the error passes unnoticed.',
    cwe: 'CWE-390',
    severity: 'high',
    difficulty: 2,
    example: {
      before: "def root(x):\n    if x < 0:\n        ValueError('negative')\n    return x ** 0.5\n",
      after: "def root(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x ** 0.5\n",
    },
    rule: 'pylint W0133',
  },
  {
    code: 47,
    id: 'raise-not-implemented',
    family: 'exception',
    title: '`NotImplemented` raised',
    description: '`NotImplemented` is a value for comparisons, not an exception; raising it is a TypeError.',
    cwe: null,
    severity: 'medium',
    difficulty: 2,
    example: {
      before: 'def area(self):\n    raise NotImplemented\n',
      after: 'def area(self):\n    raise NotImplementedError\n',
    },
    rule: 'ruff F901',
  },
];
