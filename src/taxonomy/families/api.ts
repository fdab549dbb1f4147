import type { BugType } from '../bug-type';

/** Calls that use a function wrongly. */
export const API_BUGS: readonly BugType[] = [
  {
    code: 35,
    id: 'swapped-arguments',
    family: 'api',
    title: 'Swapped arguments',
    description: 'Two neighbouring positional arguments of a call are in the wrong order.',
    cwe: 'CWE-683',
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'def check(value, kind):\n    return isinstance(kind, value)\n',
      after: 'def check(value, kind):\n    return isinstance(value, kind)\n',
    },
    rule: 'pylint W1114',
  },
  {
    code: 36,
    id: 'missing-argument',
    family: 'api',
    title: 'Missing argument',
    description: 'The last argument of a call is missing: a TypeError, or a default that was not meant.',
    cwe: 'CWE-685',
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'def write(path, text, encoding):\n    return path.write_text(text)\n',
      after: 'def write(path, text, encoding):\n    return path.write_text(text, encoding)\n',
    },
    rule: null,
  },
  {
    code: 37,
    id: 'wrong-sibling-function',
    family: 'api',
    title: 'Sibling function confused',
    description:
      'The opposite or a close relative of the right function is called: `min` for `max`, `any` for `all`, `append` for `extend`.',
    cwe: null,
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def clamp(x, low, high):\n    return min(low, max(x, high))\n',
      after: 'def clamp(x, low, high):\n    return max(low, max(x, high))\n',
    },
    rule: null,
  },
  {
    code: 38,
    id: 'assigned-in-place-result',
    family: 'api',
    title: 'Result of an in-place method kept',
    description:
      'The object is overwritten with the result of a method that changes it in place and returns None.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def ordered(items):\n    items = items.sort()\n    return items\n',
      after: 'def ordered(items):\n    items.sort()\n    return items\n',
    },
    rule: 'pylint E1111',
  },
];
