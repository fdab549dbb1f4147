import type { BugType } from '../bug-type';

/** Conditions that ask for too little, or for something else. */
export const CONDITION_BUGS: readonly BugType[] = [
  {
    code: 80,
    id: 'missing-condition',
    family: 'logic',
    title: 'Missing part of a condition',
    description:
      'A part of a condition is missing, mostly a check that a value is there before it is used: a crash, or a branch taken too often.',
    cwe: 'CWE-754',
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'def is_local(user):\n    if user.host is None:\n        return True\n    return False\n',
      after:
        'def is_local(user):\n    if user is not None and user.host is None:\n        return True\n    return False\n',
    },
    rule: null,
  },
  {
    code: 81,
    id: 'truthiness-for-none-check',
    family: 'logic',
    title: 'Truth value tested instead of `None`',
    description:
      'A condition asks whether a value is true where it should ask whether there is one; zero and empty values are treated as missing.',
    cwe: 'CWE-697',
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        'def wait(lock, timeout=None):\n    if timeout:\n        return lock.acquire(timeout=timeout)\n    return lock.acquire()\n',
      after:
        'def wait(lock, timeout=None):\n    if timeout is not None:\n        return lock.acquire(timeout=timeout)\n    return lock.acquire()\n',
    },
    rule: null,
  },
  {
    code: 82,
    id: 'missing-precedence-parentheses',
    family: 'logic',
    title: 'Missing parentheses around an operand',
    description:
      'Without its parentheses an expression is grouped by the precedence of its operators, and computes something else.',
    cwe: 'CWE-783',
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'def mean(low, high):\n    return low + high / 2\n',
      after: 'def mean(low, high):\n    return (low + high) / 2\n',
    },
    rule: null,
  },
];
