import type { BugType } from '../bug-type';

/** Numbers that are off, or computed in the wrong way. */
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
  {
    code: 117,
    id: 'wrong-division',
    family: 'numeric',
    title: '`/` and `//` confused',
    description:
      'True division gives a float where an index, a count or a bound must be an integer, or integer division throws a fraction away.',
    cwe: 'CWE-682',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def middle(items):\n    return items[len(items) / 2]\n',
      after: 'def middle(items):\n    return items[len(items) // 2]\n',
    },
    rule: null,
  },
  {
    code: 118,
    id: 'wrong-unit',
    family: 'numeric',
    title: 'Wrong unit',
    description:
      'A conversion between units is missing or uses another constant (1000 and 1024, 60 and 3600, degrees and radians): the number is off by a factor.',
    cwe: 'CWE-682',
    severity: 'medium',
    difficulty: 4,
    example: {
      before: 'def in_milliseconds(seconds):\n    return int(seconds)\n',
      after: 'def in_milliseconds(seconds):\n    return int(seconds * 1000)\n',
    },
    rule: null,
  },
  {
    code: 119,
    id: 'missing-bound',
    family: 'numeric',
    title: 'Value not kept within its bounds',
    description:
      'A `max`, `min` or `clip` around a value is missing, so that it can become negative, zero or too large for what follows.',
    cwe: 'CWE-1284',
    severity: 'medium',
    difficulty: 4,
    example: {
      before: 'def mean(total, count):\n    return total / count\n',
      after: 'def mean(total, count):\n    return total / max(count, 1)\n',
    },
    rule: null,
    rare: 'Just over half of 1,150 places have a fix that fits one edit: the bound and the name of the function stand around the value.',
  },
  {
    code: 120,
    id: 'missing-abs',
    family: 'numeric',
    title: 'Missing `abs`',
    description:
      'A difference or distance keeps its sign where its magnitude is meant: comparisons with a tolerance hold for every negative value.',
    cwe: 'CWE-682',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def is_close(a, b, tolerance):\n    return a - b < tolerance\n',
      after: 'def is_close(a, b, tolerance):\n    return abs(a - b) < tolerance\n',
    },
    rule: null,
  },
];
