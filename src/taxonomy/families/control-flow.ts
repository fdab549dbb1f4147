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
  {
    code: 83,
    id: 'confused-if-elif',
    family: 'control-flow',
    title: '`if` and `elif` confused',
    description:
      'Two branches exclude one another that should both be tried, or both run, the `else` of the second too, where one should.',
    cwe: 'CWE-670',
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        "def sign(x, zero):\n    if zero:\n        out = '0'\n    if x < 0:\n        out = '-'\n    else:\n        out = '+'\n    return out\n",
      after:
        "def sign(x, zero):\n    if zero:\n        out = '0'\n    elif x < 0:\n        out = '-'\n    else:\n        out = '+'\n    return out\n",
    },
    rule: null,
  },
  {
    code: 84,
    id: 'missing-jump',
    family: 'control-flow',
    title: 'Missing `break`, `continue` or `return`',
    description:
      'A branch that should leave the loop, go on with the next item or end the function runs into the code below it.',
    cwe: 'CWE-484',
    severity: 'high',
    difficulty: 4,
    example: {
      before:
        'def find(items, wanted):\n    found = None\n    for item in items:\n        if item.name == wanted:\n            found = item\n    return found\n',
      after:
        'def find(items, wanted):\n    found = None\n    for item in items:\n        if item.name == wanted:\n            found = item\n            break\n    return found\n',
    },
    rule: null,
  },
  {
    code: 85,
    id: 'wrong-loop-exit',
    family: 'control-flow',
    title: '`return` confused with `continue` or `break`',
    description:
      'A loop’s branch ends the whole function where only an item or the loop is done, or goes on where the function should end.',
    cwe: 'CWE-670',
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'def close_all(streams):\n    for stream in streams:\n        if stream.closed:\n            return\n        stream.close()\n',
      after:
        'def close_all(streams):\n    for stream in streams:\n        if stream.closed:\n            continue\n        stream.close()\n',
    },
    rule: null,
  },
];
