import type { BugType } from '../../bug-type';

/** Lines that are indented too little or too much. */
export const INDENTATION_BUGS: readonly BugType[] = [
  {
    code: 24,
    id: 'missing-indent',
    family: 'syntax',
    title: 'Missing indentation',
    description: 'The first line of a block is not indented (IndentationError: expected an indented block).',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def sign(x):\n    if x < 0:\n    return -1\n    return 1\n',
      after: 'def sign(x):\n    if x < 0:\n        return -1\n    return 1\n',
    },
    rule: 'ruff E112',
  },
  {
    code: 25,
    id: 'unexpected-indent',
    family: 'syntax',
    title: 'Wrong indentation',
    description: 'A line is indented too far, or to a level that no open block has (IndentationError).',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def double(x):\n    y = 2 * x\n        return y\n',
      after: 'def double(x):\n    y = 2 * x\n    return y\n',
    },
    rule: 'ruff E113',
  },
];
