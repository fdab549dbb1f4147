import type { BugType } from '../bug-type';

/** Lists, dictionaries and tuples used wrongly. */
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
];
