import type { BugType } from '../../bug-type';

/** Strings that do not end, or end too early. */
export const QUOTES_BUGS: readonly BugType[] = [
  {
    code: 26,
    id: 'unterminated-string',
    family: 'syntax',
    title: 'Unterminated string',
    description: 'The closing quote of a string is missing; the rest of the line becomes part of it.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: "def greet(name):\n    return 'hello \n",
      after: "def greet(name):\n    return 'hello '\n",
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 67,
    id: 'misplaced-quote',
    family: 'syntax',
    title: 'Misplaced quote',
    description:
      'There is a quote too many, of the other kind, or inside a string unescaped; or the opening one is missing.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: "def warn(log):\n    log('can't')\n",
      after: 'def warn(log):\n    log("can\'t")\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 69,
    id: 'broken-f-string',
    family: 'syntax',
    title: 'Broken f-string field',
    description:
      'A field of an f-string lacks a brace or its expression, or holds the quotes that are around it (allowed since Python 3.12).',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: "def greet(name):\n    return f'hello {name'\n",
      after: "def greet(name):\n    return f'hello {name}'\n",
    },
    rule: 'ruff invalid-syntax',
  },
];
