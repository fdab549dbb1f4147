import type { BugType } from '../../bug-type';

/** Statements and expressions that lack a part. */
export const INCOMPLETE_BUGS: readonly BugType[] = [
  {
    code: 63,
    id: 'incomplete-block',
    family: 'syntax',
    title: 'Incomplete block',
    description: 'A header has no block below it, or `try` no handler.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def first(items):\n    for item in items:\n        if item is None:\n        return item\n',
      after:
        'def first(items):\n    for item in items:\n        if item is None:\n            continue\n        return item\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 64,
    id: 'missing-operand',
    family: 'syntax',
    title: 'Missing operand',
    description: 'An operator, `=` or a keyword has nothing to work on: the expression was left unfinished.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def scale(value, factor):\n    if factor > 1:\n        value = value *\n    return value\n',
      after:
        'def scale(value, factor):\n    if factor > 1:\n        value = value * factor\n    return value\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 65,
    id: 'missing-operator',
    family: 'syntax',
    title: 'Missing operator',
    description:
      'Two operands stand beside each other without an operator, a name and its value without `=`.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def area(shape):\n    width shape.width\n    return width * shape.height\n',
      after: 'def area(shape):\n    width = shape.width\n    return width * shape.height\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 68,
    id: 'missing-parentheses',
    family: 'syntax',
    title: 'Missing pair of parentheses',
    description:
      'Both parentheses of a parameter list, of a tuple in a comprehension or `except`, or of a generator among arguments are missing.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def pairs(items):\n    return [n, item for n, item in enumerate(items)]\n',
      after: 'def pairs(items):\n    return [(n, item) for n, item in enumerate(items)]\n',
    },
    rule: 'ruff invalid-syntax',
  },
];
