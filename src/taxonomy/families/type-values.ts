import type { BugType } from '../bug-type';

/** Values of another shape than their use needs. */
export const VALUE_BUGS: readonly BugType[] = [
  {
    code: 86,
    id: 'missing-fallback-value',
    family: 'type',
    title: 'Missing fallback for None',
    description:
      "A value that may be None is used without the `or []`, `or {}` or `or ''` that stands in for it; its use raises TypeError.",
    cwe: 'CWE-476',
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'def count(names=None):\n    return len(set(names))\n',
      after: 'def count(names=None):\n    return len(set(names or []))\n',
    },
    rule: null,
  },
  {
    code: 87,
    id: 'missing-unpacking',
    family: 'type',
    title: 'Missing `*` or `**`',
    description:
      'A sequence or dictionary is passed as one argument where its elements should be arguments: TypeError, or a nested value.',
    cwe: 'CWE-628',
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def run(task, *args):\n    return task(args)\n',
      after: 'def run(task, *args):\n    return task(*args)\n',
    },
    rule: null,
  },
  {
    code: 88,
    id: 'missing-subscript',
    family: 'type',
    title: 'Missing index or slice',
    description: 'A whole sequence is used where one element or a part of it is meant.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before: "def host(address):\n    return address.split(':').lower()\n",
      after: "def host(address):\n    return address.split(':')[0].lower()\n",
    },
    rule: null,
  },
  {
    code: 89,
    id: 'wrong-empty-container',
    family: 'type',
    title: 'Wrong kind of empty container',
    description:
      'A variable starts as another kind of container than the function fills, as `{}`, which is no set; its first use raises AttributeError or TypeError.',
    cwe: 'CWE-843',
    severity: 'high',
    difficulty: 2,
    example: {
      before:
        'def unique(items):\n    seen = {}\n    for item in items:\n        seen.add(item)\n    return seen\n',
      after:
        'def unique(items):\n    seen = set()\n    for item in items:\n        seen.add(item)\n    return seen\n',
    },
    rule: 'pylint E1101',
  },
  {
    code: 90,
    id: 'missing-text-encoding',
    family: 'type',
    title: 'Text and bytes confused',
    description:
      'A text is used where bytes are needed, or bytes where text is: an `encode`, a `decode` or the `b` of a literal is missing.',
    cwe: 'CWE-838',
    severity: 'high',
    difficulty: 4,
    example: {
      before: "def send(stream, line):\n    stream.write(b'> ' + line)\n",
      after: "def send(stream, line):\n    stream.write(b'> ' + line.encode('utf-8'))\n",
    },
    rule: null,
  },
];
