import type { BugType } from '../../bug-type';

/** Input from outside that is read without a limit. */
export const LIMITS_BUGS: readonly BugType[] = [
  {
    code: 160,
    id: 'missing-resource-limit',
    family: 'security',
    title: 'No limit on what is read or kept',
    description:
      'What others send is read or kept without a limit on its size, so that it can use up all memory.',
    cwe: 'CWE-770',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def body(request, max_size):\n    return request.stream.read()\n',
      after: 'def body(request, max_size):\n    return request.stream.read(max_size)\n',
    },
    rule: null,
    rare: 'About one function in 860 reads with a limit or bounds a queue.',
  },
];
