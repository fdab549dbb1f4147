import type { BugType } from '../bug-type';

/** Containers built, shared, changed, read or ordered wrongly. */
export const COLLECTION_BUGS: readonly BugType[] = [
  {
    code: 48,
    id: 'mutable-default-argument',
    family: 'collection',
    title: 'Mutable default argument',
    description:
      'A default list or dictionary is made once and shared by all calls; what one call adds, the next one sees.',
    cwe: null,
    severity: 'medium',
    difficulty: 2,
    example: {
      before:
        'def add(item, items=[]):\n    if items is None:\n        items = []\n    items.append(item)\n    return items\n',
      after:
        'def add(item, items=None):\n    if items is None:\n        items = []\n    items.append(item)\n    return items\n',
    },
    rule: 'ruff B006',
    rare: 'Only a None default that the body replaces by a list or dictionary of its own turns into this bug and back.',
  },
  {
    code: 49,
    id: 'missing-items',
    family: 'collection',
    title: 'Dictionary iterated without `.items()`',
    description:
      'A loop unpacks keys where it should unpack pairs of key and value: a ValueError, or letters of the key.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def invert(table):\n    return {v: k for k, v in table}\n',
      after: 'def invert(table):\n    return {v: k for k, v in table.items()}\n',
    },
    rule: 'pylint E1141',
  },
  {
    code: 50,
    id: 'missing-tuple-comma',
    family: 'collection',
    title: 'Tuple of one without its comma',
    description: '`(x)` is x itself, not a tuple of one; iterating it or adding it to a tuple goes wrong.',
    cwe: null,
    severity: 'medium',
    difficulty: 2,
    example: {
      before: 'def grow(items, item):\n    return items + (item)\n',
      after: 'def grow(items, item):\n    return items + (item,)\n',
    },
    rule: null,
  },
  {
    code: 121,
    id: 'changed-while-iterating',
    family: 'collection',
    title: 'Container changed while it is iterated',
    description:
      'A loop iterates a container itself, not a copy, and adds or removes elements: dictionaries and sets raise RuntimeError, lists skip elements.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'def drop_empty(table):\n    for key in table:\n        if not table[key]:\n            del table[key]\n',
      after:
        'def drop_empty(table):\n    for key in list(table):\n        if not table[key]:\n            del table[key]\n',
    },
    rule: 'ruff B909',
    rare: 'Loops over a copy of what they change are few: some 120 places in 25 packages and the standard library.',
  },
  {
    code: 122,
    id: 'missing-copy',
    family: 'collection',
    title: 'Missing copy',
    description:
      "A name or attribute stands for the same mutable object as before, not for a copy: changing it changes the caller's object or internal state.",
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before:
        "def with_name(options, name):\n    result = options\n    result['name'] = name\n    return result\n",
      after:
        "def with_name(options, name):\n    result = options.copy()\n    result['name'] = name\n    return result\n",
    },
    rule: null,
  },
  {
    code: 123,
    id: 'unguarded-key',
    family: 'collection',
    title: 'Key taken for granted',
    description: 'A key that may be missing is read with brackets, which raise KeyError, in place of `get`.',
    cwe: 'CWE-754',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: "def port(options):\n    return int(options['port'])\n",
      after: "def port(options):\n    return int(options.get('port', 80))\n",
    },
    rule: null,
  },
  {
    code: 124,
    id: 'wrong-order',
    family: 'collection',
    title: 'Wrong or arbitrary order',
    description:
      'Elements are not sorted or reversed, or sorted by another key: results differ from run to run, or the wrong element comes first.',
    cwe: null,
    severity: 'medium',
    difficulty: 4,
    example: {
      before: "def names(users):\n    return ', '.join(set(users))\n",
      after: "def names(users):\n    return ', '.join(sorted(set(users)))\n",
    },
    rule: null,
  },
];
