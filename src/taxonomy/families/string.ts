import type { BugType } from '../bug-type';

/** Text put together or taken apart wrongly. */
export const STRING_BUGS: readonly BugType[] = [
  {
    code: 51,
    id: 'implicit-string-concatenation',
    family: 'string',
    title: 'Strings joined by a missing comma',
    description: 'A comma is missing between two string literals, which Python silently joins into one.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before: "def names():\n    return ['red', 'green' 'blue']\n",
      after: "def names():\n    return ['red', 'green', 'blue']\n",
    },
    rule: 'ruff ISC001',
  },
];
