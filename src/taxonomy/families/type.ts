import type { BugType } from '../bug-type';

/** Values of the wrong type. */
export const TYPE_BUGS: readonly BugType[] = [
  {
    code: 39,
    id: 'missing-call-parentheses',
    family: 'type',
    title: 'Method not called',
    description:
      'A method is named but not called; the value is the method object, which is always true and equal to nothing.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def key(name):\n    return name.lower\n',
      after: 'def key(name):\n    return name.lower()\n',
    },
    rule: null,
  },
  {
    code: 40,
    id: 'missing-conversion',
    family: 'type',
    title: 'Missing conversion',
    description: 'A value is used without the `str()`, `int()`, `float()` or `list()` that its use needs.',
    cwe: 'CWE-704',
    severity: 'high',
    difficulty: 4,
    example: {
      before: "def label(count):\n    return 'n=' + count\n",
      after: "def label(count):\n    return 'n=' + str(count)\n",
    },
    rule: null,
  },
];
