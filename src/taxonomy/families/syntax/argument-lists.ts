import type { BugType } from '../../bug-type';

/** Argument and parameter lists that the grammar forbids. */
export const ARGUMENT_LISTS_BUGS: readonly BugType[] = [
  {
    code: 70,
    id: 'malformed-arguments',
    family: 'syntax',
    title: 'Malformed argument list',
    description:
      'Arguments or parameters stand in an order or form that the grammar forbids: positional after named, a name twice, `*` twice.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def call(function, *args, *kwargs):\n    return function(*args, **kwargs)\n',
      after: 'def call(function, *args, **kwargs):\n    return function(*args, **kwargs)\n',
    },
    rule: 'ruff invalid-syntax',
  },
];
