import type { BugType } from '../../bug-type';

/** Keywords misspelled, left out or mixed up. */
export const KEYWORDS_BUGS: readonly BugType[] = [
  {
    code: 21,
    id: 'keyword-typo',
    family: 'syntax',
    title: 'Misspelled keyword',
    description: 'A keyword is misspelled, so Python reads it as a name.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def double(x):\n    retrun 2 * x\n',
      after: 'def double(x):\n    return 2 * x\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 22,
    id: 'missing-keyword',
    family: 'syntax',
    title: 'Missing keyword',
    description:
      'A keyword that the grammar needs is missing: `in` of a loop, `def` of a function, `else` of a conditional expression.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def total(items):\n    n = 0\n    for item items:\n        n += item\n    return n\n',
      after: 'def total(items):\n    n = 0\n    for item in items:\n        n += item\n    return n\n',
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
];
