import type { BugType } from '../bug-type';

/** Containers shared, changed, read or ordered wrongly. */
export const COLLECTION_USE_BUGS: readonly BugType[] = [
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
