import type { BugType } from '../bug-type';

/** Values of another type or shape than their use needs. */
export const TYPE_BUGS: readonly BugType[] = [
  {
    code: 39,
    id: 'missing-call-parentheses',
    family: 'type',
    title: 'Method not called',
    description:
      'A method is named but not called; the value is the method object, which is always true and equal to nothing.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def key(name):\n    return name.lower\n',
      after: 'def key(name):\n    return name.lower()\n',
    },
    rule: null,
  },
  {
    code: 40,
    id: 'missing-conversion',
    family: 'type',
    title: 'Missing conversion',
    description: 'A value is used without the `str()`, `int()` or `float()` that its use needs.',
    cwe: 'CWE-704',
    severity: 'high',
    difficulty: 4,
    example: {
      before: "def label(count):\n    return 'n=' + count\n",
      after: "def label(count):\n    return 'n=' + str(count)\n",
    },
    rule: null,
  },
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
  {
    code: 162,
    id: 'missing-attribute-access',
    family: 'type',
    title: 'Object instead of its field',
    description:
      'An object is used where one of its fields is meant: comparisons are false, calls get the wrong type.',
    cwe: 'CWE-843',
    severity: 'high',
    difficulty: 3,
    example: {
      before:
        'def find(users, user):\n    if user in users:\n        return users[user.id]\n    return user.id\n',
      after:
        'def find(users, user):\n    if user.id in users:\n        return users[user.id]\n    return user.id\n',
    },
    rule: null,
  },
  {
    code: 163,
    id: 'missing-method-call',
    family: 'type',
    title: 'Object instead of what its method returns',
    description:
      'The closing call of a chain is missing: a duration where seconds are needed, a hash object where its digest is.',
    cwe: 'CWE-843',
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def seconds(start, end):\n    return round(end - start + (end - start))\n',
      after: 'def seconds(start, end):\n    return round(end - start + (end - start).total_seconds())\n',
    },
    rule: null,
  },
  {
    code: 168,
    id: 'quoted-name',
    family: 'type',
    title: 'Variable in quotes',
    description:
      'A lookup uses the name of a variable as the key in place of its value: always the same key.',
    cwe: 'CWE-480',
    severity: 'high',
    difficulty: 3,
    example: {
      before: "def value(settings, name):\n    return settings['name']\n",
      after: 'def value(settings, name):\n    return settings[name]\n',
    },
    rule: null,
  },
];
