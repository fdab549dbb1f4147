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
  {
    code: 91,
    id: 'incomplete-except-tuple',
    family: 'exception',
    title: 'Exception missing from a handler',
    description:
      'The handler of several exceptions lacks one that the guarded code also raises; that one passes through.',
    cwe: 'CWE-755',
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        "def size(entry):\n    try:\n        return int(entry['size'])\n    except KeyError:\n        return 0\n",
      after:
        "def size(entry):\n    try:\n        return int(entry['size'])\n    except (KeyError, ValueError):\n        return 0\n",
    },
    rule: null,
  },
  {
    code: 92,
    id: 'wrong-raised-exception',
    family: 'exception',
    title: 'Wrong exception raised',
    description:
      'The code raises another exception than the protocol of the method or the kind of mistake asks for, so that callers do not catch it.',
    cwe: null,
    severity: 'medium',
    difficulty: 3,
    example: {
      before:
        'def __getattr__(self, name):\n    if name not in self.fields:\n        raise KeyError(name)\n    return self.fields[name]\n',
      after:
        'def __getattr__(self, name):\n    if name not in self.fields:\n        raise AttributeError(name)\n    return self.fields[name]\n',
    },
    rule: null,
  },
  {
    code: 93,
    id: 'returned-exception',
    family: 'exception',
    title: 'Exception returned, not raised',
    description: 'An exception object is returned like a result; the caller goes on with it.',
    cwe: 'CWE-393',
    severity: 'high',
    difficulty: 2,
    example: {
      before: "def root(x):\n    if x < 0:\n        return ValueError('negative')\n    return x ** 0.5\n",
      after: "def root(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x ** 0.5\n",
    },
    rule: null,
  },
  {
    code: 94,
    id: 'swallowed-exception',
    family: 'exception',
    title: 'Exception swallowed',
    description:
      'A handler that should raise the exception again drops it; what follows works on a failed result.',
    cwe: 'CWE-390',
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'def save(store, row):\n    try:\n        store.add(row)\n    except IOError:\n        store.rollback()\n        pass\n',
      after:
        'def save(store, row):\n    try:\n        store.add(row)\n    except IOError:\n        store.rollback()\n        raise\n',
    },
    rule: null,
  },
  {
    code: 95,
    id: 'unformatted-message',
    family: 'exception',
    title: 'Message never formatted',
    description:
      'The values for the placeholders of a message are passed beside it, as only logging allows; the text shows `%s` or `{}`.',
    cwe: null,
    severity: 'low',
    difficulty: 2,
    example: {
      before:
        "def check(kind, kinds):\n    if kind not in kinds:\n        raise ValueError('unknown kind %s', kind)\n",
      after:
        "def check(kind, kinds):\n    if kind not in kinds:\n        raise ValueError('unknown kind %s' % kind)\n",
    },
    rule: 'pylint W0715',
  },
];
