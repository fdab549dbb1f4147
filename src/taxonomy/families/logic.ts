import type { BugType } from '../bug-type';

/** Conditions and operators that answer wrongly. */
export const LOGIC_BUGS: readonly BugType[] = [
  {
    code: 1,
    id: 'wrong-comparison-operator',
    family: 'logic',
    title: 'Wrong comparison operator',
    description:
      'A comparison uses another operator (`<` for `<=`, `==` for `!=`), so a branch is taken for the wrong values.',
    cwe: 'CWE-697',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def is_adult(age):\n    return age > 18\n',
      after: 'def is_adult(age):\n    return age >= 18\n',
    },
    rule: null,
  },
  {
    code: 2,
    id: 'wrong-arithmetic-operator',
    family: 'logic',
    title: 'Wrong arithmetic operator',
    description:
      'An arithmetic or bit operator is replaced by a related one, so the computed value is wrong.',
    cwe: 'CWE-682',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def area(width, height):\n    return width + height\n',
      after: 'def area(width, height):\n    return width * height\n',
    },
    rule: null,
  },
  {
    code: 3,
    id: 'wrong-boolean-operator',
    family: 'logic',
    title: '`and` and `or` confused',
    description:
      'Two conditions are joined by the other boolean operator; the branch runs too often or too rarely.',
    cwe: 'CWE-783',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def inside(x, low, high):\n    return low <= x or x < high\n',
      after: 'def inside(x, low, high):\n    return low <= x and x < high\n',
    },
    rule: null,
  },
  {
    code: 4,
    id: 'wrong-assignment-operator',
    family: 'logic',
    title: 'Wrong augmented assignment',
    description:
      'An update uses the wrong operator, or plain `=` where the old value should be kept and added to.',
    cwe: 'CWE-480',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def total(items):\n    n = 0\n    for item in items:\n        n = item\n    return n\n',
      after: 'def total(items):\n    n = 0\n    for item in items:\n        n += item\n    return n\n',
    },
    rule: null,
  },
  {
    code: 5,
    id: 'missing-not',
    family: 'logic',
    title: 'Missing `not`',
    description: 'A condition lost its `not` and means the opposite.',
    cwe: 'CWE-480',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def first(items):\n    if items:\n        return None\n    return items[0]\n',
      after: 'def first(items):\n    if not items:\n        return None\n    return items[0]\n',
    },
    rule: null,
  },
  {
    code: 6,
    id: 'added-not',
    family: 'logic',
    title: 'Superfluous `not`',
    description: 'A condition is negated that should not be, and means the opposite.',
    cwe: 'CWE-480',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def close(stream):\n    if not stream.open:\n        stream.flush()\n',
      after: 'def close(stream):\n    if stream.open:\n        stream.flush()\n',
    },
    rule: null,
  },
  {
    code: 7,
    id: 'wrong-boolean-literal',
    family: 'logic',
    title: '`True` and `False` confused',
    description:
      'A boolean constant has the opposite value: a flag, a default or a returned answer is inverted.',
    cwe: null,
    severity: 'medium',
    difficulty: 3,
    example: {
      before:
        'def has(items, wanted):\n    for item in items:\n        if item == wanted:\n            return False\n    return False\n',
      after:
        'def has(items, wanted):\n    for item in items:\n        if item == wanted:\n            return True\n    return False\n',
    },
    rule: null,
  },
  {
    code: 8,
    id: 'literal-identity-comparison',
    family: 'logic',
    title: '`is` used to compare with a literal',
    description:
      'Identity is compared where equality is meant. Whether equal strings or numbers are the same object depends on the interpreter.',
    cwe: 'CWE-595',
    severity: 'medium',
    difficulty: 2,
    example: {
      before: "def is_root(path):\n    return path is '/'\n",
      after: "def is_root(path):\n    return path == '/'\n",
    },
    rule: 'ruff F632',
  },
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
