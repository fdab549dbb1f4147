import type { BugType } from '../bug-type';

/** Names that are wrong, misspelled, bound in the wrong place or not handed on. */
export const NAME_BUGS: readonly BugType[] = [
  {
    code: 9,
    id: 'wrong-name',
    family: 'name',
    title: 'Wrong variable',
    description:
      'Another variable of the function is used than the one meant (variable misuse); often left by copy and paste.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'def scale(width, height, factor):\n    return width * factor, width * factor\n',
      after: 'def scale(width, height, factor):\n    return width * factor, height * factor\n',
    },
    rule: null,
  },
  {
    code: 10,
    id: 'misspelled-name',
    family: 'name',
    title: 'Misspelled name',
    description: 'A variable is misspelled where it is used; running the line raises NameError.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def mean(values):\n    return sum(vlaues) / len(values)\n',
      after: 'def mean(values):\n    return sum(values) / len(values)\n',
    },
    rule: 'ruff F821',
  },
  {
    code: 11,
    id: 'wrong-attribute',
    family: 'name',
    title: 'Wrong attribute',
    description: 'Another attribute of the same object is read than the one meant.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'def swap(self):\n    self.low = self.bottom\n    self.high = self.bottom\n',
      after: 'def swap(self):\n    self.low = self.bottom\n    self.high = self.top\n',
    },
    rule: null,
  },
  {
    code: 12,
    id: 'missing-self',
    family: 'name',
    title: 'Missing `self.`',
    description:
      'An attribute or method is used as if it were a plain name; running the line raises NameError.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def size(self):\n    return len(items)\n',
      after: 'def size(self):\n    return len(self.items)\n',
    },
    rule: 'ruff F821',
  },
  {
    code: 13,
    id: 'foreign-literal',
    family: 'name',
    title: 'Constant of another language',
    description:
      '`null`, `true` or `false` stands where Python has `None`, `True` or `False`; running the line raises NameError.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def find(items):\n    return items[0] if items else null\n',
      after: 'def find(items):\n    return items[0] if items else None\n',
    },
    rule: 'ruff F821',
  },
  {
    code: 73,
    id: 'superfluous-self',
    family: 'name',
    title: 'Superfluous `self.`',
    description:
      'A parameter or local variable is read as if it were an attribute: AttributeError, or a stale value of the object.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def scale(self, factor):\n    return [self.factor * x for x in self.items]\n',
      after: 'def scale(self, factor):\n    return [factor * x for x in self.items]\n',
    },
    rule: 'pylint E1101',
  },
  {
    code: 74,
    id: 'local-instead-of-attribute',
    family: 'name',
    title: 'Local variable instead of attribute',
    description:
      'A value that belongs to the object is assigned to a plain name and lost at the end of the function; the attribute is stale or missing.',
    cwe: 'CWE-563',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def reset(self):\n    self.items = []\n    total = 0\n',
      after: 'def reset(self):\n    self.items = []\n    self.total = 0\n',
    },
    rule: 'ruff F841',
  },
  {
    code: 75,
    id: 'missing-self-parameter',
    family: 'name',
    title: 'Missing parameter `self`',
    description: 'A method does not take `self`: calling it raises TypeError, and its body NameError.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def add(item):\n    self.items.append(item)\n',
      after: 'def add(self, item):\n    self.items.append(item)\n',
    },
    rule: 'ruff F821',
  },
  {
    code: 76,
    id: 'parameter-not-passed-on',
    family: 'name',
    title: 'Parameter not passed on',
    description:
      'A function takes a parameter and forgets to hand it to the call that needs it; the caller’s choice is silently ignored.',
    cwe: 'CWE-628',
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def smallest(items, key=None):\n    return sorted(items)[0]\n',
      after: 'def smallest(items, key=None):\n    return sorted(items, key=key)[0]\n',
    },
    rule: 'ruff ARG001',
  },
  {
    code: 77,
    id: 'wrong-key',
    family: 'name',
    title: 'Wrong dictionary key',
    description:
      'Another key of the same dictionary is read or set than the one meant, often by copy and paste.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before: "def area(box):\n    return box['width'] * box['width']\n",
      after: "def area(box):\n    return box['width'] * box['height']\n",
    },
    rule: null,
  },
  {
    code: 78,
    id: 'wrong-keyword-argument',
    family: 'name',
    title: 'Wrong name of a keyword argument',
    description: 'A call names a parameter that the callee does not have; calling it raises TypeError.',
    cwe: 'CWE-628',
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def fetch(client, url, headers):\n    return client.get(url, header=headers)\n',
      after: 'def fetch(client, url, headers):\n    return client.get(url, headers=headers)\n',
    },
    rule: null,
  },
  {
    code: 79,
    id: 'missing-initialisation',
    family: 'name',
    title: 'Missing initialisation',
    description:
      'A variable gets no value before the loop or branch that updates it; reading it raises UnboundLocalError.',
    cwe: 'CWE-457',
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'def evens(numbers):\n    for n in numbers:\n        if n % 2 == 0:\n            out.append(n)\n    return out\n',
      after:
        'def evens(numbers):\n    out = []\n    for n in numbers:\n        if n % 2 == 0:\n            out.append(n)\n    return out\n',
    },
    rule: 'ruff F821',
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
