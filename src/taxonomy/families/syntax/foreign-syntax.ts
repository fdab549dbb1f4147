import type { BugType } from '../../bug-type';

/** Syntax of another language or of a version control tool. */
export const FOREIGN_SYNTAX_BUGS: readonly BugType[] = [
  {
    code: 23,
    id: 'assignment-in-condition',
    family: 'syntax',
    title: '`=` used to compare',
    description: 'A condition assigns (`=`) where it should compare (`==`).',
    cwe: 'CWE-481',
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def is_zero(x):\n    if x = 0:\n        return True\n    return False\n',
      after: 'def is_zero(x):\n    if x == 0:\n        return True\n    return False\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 29,
    id: 'merge-conflict-marker',
    family: 'syntax',
    title: 'Merge marker left over',
    description: 'A line of a merge conflict (`<<<<<<<`, `=======`, `>>>>>>>`) was left in the code.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: '=======\ndef double(x):\n    y = 2 * x\n    return y\n',
      after: 'def double(x):\n    y = 2 * x\n    return y\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 30,
    id: 'foreign-operator',
    family: 'syntax',
    title: 'Operator of another language',
    description: '`&&`, `||` or `!` stands where Python has `and`, `or` or `not`.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def both(a, b):\n    return a && b\n',
      after: 'def both(a, b):\n    return a and b\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 31,
    id: 'else-if',
    family: 'syntax',
    title: '`else if` for `elif`',
    description: '`else if` is written where Python has `elif`.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before:
        'def sign(x):\n    if x < 0:\n        return -1\n    else if x > 0:\n        return 1\n    return 0\n',
      after:
        'def sign(x):\n    if x < 0:\n        return -1\n    elif x > 0:\n        return 1\n    return 0\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 32,
    id: 'increment-operator',
    family: 'syntax',
    title: '`++` or `--`',
    description: '`x++` or `x--` is written where Python has `x += 1` or `x -= 1`.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def count(items):\n    n = 0\n    for _ in items:\n        n++\n    return n\n',
      after: 'def count(items):\n    n = 0\n    for _ in items:\n        n += 1\n    return n\n',
    },
    rule: 'ruff invalid-syntax',
  },
];
