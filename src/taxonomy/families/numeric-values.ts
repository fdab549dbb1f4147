import type { BugType } from '../bug-type';

/** Numbers computed in the wrong way. */
export const NUMERIC_VALUE_BUGS: readonly BugType[] = [
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
