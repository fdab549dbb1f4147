import type { BugType } from '../bug-type';

/** Names that are bound in the wrong place, not at all, or not handed on. */
export const SCOPE_BUGS: readonly BugType[] = [
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
];
