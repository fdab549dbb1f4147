import type { BugType } from '../bug-type';

/** Numbers that are off. */
export const NUMERIC_BUGS: readonly BugType[] = [
  {
    code: 33,
    id: 'off-by-one-literal',
    family: 'numeric',
    title: 'Literal off by one',
    description: 'An integer literal (index, start, limit, step) is one too large or too small.',
    cwe: 'CWE-193',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def last(items):\n    return items[len(items) - 2]\n',
      after: 'def last(items):\n    return items[len(items) - 1]\n',
    },
    rule: null,
  },
  {
    code: 34,
    id: 'off-by-one-range',
    family: 'numeric',
    title: 'Bound off by one',
    description:
      'The bound of a range or of an index computed from `len` lacks, or wrongly has, a `+ 1` or `- 1`.',
    cwe: 'CWE-193',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def last(items):\n    return items[len(items)]\n',
      after: 'def last(items):\n    return items[len(items) - 1]\n',
    },
    rule: null,
  },
];
