import type { BugType } from '../bug-type';

/** Slips that real fixes mend most often and that no linter sees: forgotten arguments, fields, calls and quotes. */
export const EVERYDAY_BUGS: readonly BugType[] = [
  {
    code: 161,
    id: 'missing-keyword-argument',
    family: 'api',
    title: 'Missing keyword argument',
    description:
      'A call leaves out a keyword argument; the callee works with its default, or raises TypeError when there is none.',
    cwe: 'CWE-628',
    severity: 'medium',
    difficulty: 5,
    example: {
      before: 'def first_words(line):\n    return line.split()[:2]\n',
      after: 'def first_words(line):\n    return line.split(maxsplit=2)[:2]\n',
    },
    rule: null,
  },
  {
    code: 162,
    id: 'missing-attribute-access',
    family: 'type',
    title: 'Object instead of its field',
    description:
      'An object is used where one of its fields is meant: comparisons are false, calls get the wrong type.',
    cwe: 'CWE-843',
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'def find(users, user):\n    if user in users:\n        return users[user.id]\n    return user.id\n',
      after:
        'def find(users, user):\n    if user.id in users:\n        return users[user.id]\n    return user.id\n',
    },
    rule: null,
  },
  {
    code: 163,
    id: 'missing-method-call',
    family: 'type',
    title: 'Object instead of what its method returns',
    description:
      'The closing call of a chain is missing: a duration where seconds are needed, a hash object where its digest is.',
    cwe: 'CWE-843',
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def seconds(start, end):\n    return round(end - start + (end - start))\n',
      after: 'def seconds(start, end):\n    return round(end - start + (end - start).total_seconds())\n',
    },
    rule: null,
  },
  {
    code: 164,
    id: 'misspelled-attribute',
    family: 'name',
    title: 'Misspelled attribute',
    description:
      'The name of an attribute or method is misspelled: reading it raises AttributeError, setting it makes a second one.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        'def collect(items):\n    out = []\n    for item in items:\n        out.apend(item)\n    return out\n',
      after:
        'def collect(items):\n    out = []\n    for item in items:\n        out.append(item)\n    return out\n',
    },
    rule: 'pylint E1101',
  },
  {
    code: 165,
    id: 'missing-module-prefix',
    family: 'name',
    title: 'Name used without its module or class',
    description:
      'A name of an imported module or class is used without what it belongs to; reading it raises NameError.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import os\n\n\ndef folder(path):\n    return getcwd() if path is None else path\n',
      after: 'import os\n\n\ndef folder(path):\n    return os.getcwd() if path is None else path\n',
    },
    rule: 'ruff F821',
  },
  {
    code: 166,
    id: 'superfluous-self-argument',
    family: 'api',
    title: '`self` passed to a bound method',
    description:
      'A method called on `self` or `super()` gets `self` once more, so that it has one argument too many.',
    cwe: 'CWE-628',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def close(self, reason):\n    self.log(self, reason)\n    return reason\n',
      after: 'def close(self, reason):\n    self.log(reason)\n    return reason\n',
    },
    rule: 'pylint E1121',
  },
  {
    code: 167,
    id: 'parameter-not-stored',
    family: 'name',
    title: 'Parameter not stored by the constructor',
    description:
      'A constructor takes a value and does not keep it; methods that need it raise AttributeError.',
    cwe: 'CWE-665',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def __init__(self, name, size):\n    self.name = name\n',
      after: 'def __init__(self, name, size):\n    self.name = name\n    self.size = size\n',
    },
    rule: 'ruff ARG002',
  },
  {
    code: 168,
    id: 'quoted-name',
    family: 'type',
    title: 'Variable in quotes',
    description:
      'A lookup uses the name of a variable as the key in place of its value: always the same key.',
    cwe: 'CWE-480',
    severity: 'high',
    difficulty: 3,
    example: {
      before: "def value(settings, name):\n    return settings['name']\n",
      after: 'def value(settings, name):\n    return settings[name]\n',
    },
    rule: null,
  },
  {
    code: 169,
    id: 'missing-quotes',
    family: 'name',
    title: 'Key without quotes',
    description: 'A constant key lost its quotes and is read as a variable, which does not exist: NameError.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def price(item):\n    return item[price_net] * 2\n',
      after: "def price(item):\n    return item['price_net'] * 2\n",
    },
    rule: 'ruff F821',
  },
];
