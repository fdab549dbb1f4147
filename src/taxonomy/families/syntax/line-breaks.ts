import type { BugType } from '../../bug-type';

/** Lines broken or joined in the wrong place. */
export const LINE_BREAKS_BUGS: readonly BugType[] = [
  {
    code: 61,
    id: 'wrong-line-break',
    family: 'syntax',
    title: 'Wrong line break',
    description:
      'A statement or a string goes on in the next line without bracket or backslash, or two statements share a line.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        'def is_due(account):\n    return account.balance > account.limit and\n        account.is_open\n',
      after: 'def is_due(account):\n    return account.balance > account.limit and account.is_open\n',
    },
    rule: 'ruff invalid-syntax',
  },
];
