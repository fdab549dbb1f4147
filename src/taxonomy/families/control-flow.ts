import type { BugType } from '../bug-type';

/** Statements that run at the wrong time, or lead to the wrong place. */
export const CONTROL_FLOW_BUGS: readonly BugType[] = [
  {
    code: 41,
    id: 'missing-return',
    family: 'control-flow',
    title: 'Missing `return`',
    description: 'A value is computed and thrown away; the caller gets None.',
    cwe: 'CWE-394',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def double(x):\n    2 * x\n',
      after: 'def double(x):\n    return 2 * x\n',
    },
    rule: 'ruff B018',
  },
  {
    code: 42,
    id: 'wrong-block-indentation',
    family: 'control-flow',
    title: 'Statement in the wrong block',
    description:
      'A statement is indented into or out of the loop or condition beside it, and runs too often, too rarely or too early.',
    cwe: 'CWE-670',
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def total(items):\n    n = 0\n    for item in items:\n        n += item\n        return n\n',
      after: 'def total(items):\n    n = 0\n    for item in items:\n        n += item\n    return n\n',
    },
    rule: null,
  },
  {
    code: 43,
    id: 'swapped-break-continue',
    family: 'control-flow',
    title: '`break` and `continue` confused',
    description: 'A loop ends where it should go on with the next item, or the other way round.',
    cwe: 'CWE-670',
    severity: 'medium',
    difficulty: 3,
    example: {
      before:
        'def head(lines):\n    out = []\n    for line in lines:\n        if not line:\n            continue\n        out.append(line)\n    return out\n',
      after:
        'def head(lines):\n    out = []\n    for line in lines:\n        if not line:\n            break\n        out.append(line)\n    return out\n',
    },
    rule: null,
  },
];
