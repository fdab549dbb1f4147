import type { BugType } from '../bug-type';

/** Text put together, formatted, compared or searched wrongly. */
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
  {
    code: 125,
    id: 'missing-f-prefix',
    family: 'string',
    title: 'Missing `f` before a string',
    description:
      'A string with fields in braces is no f-string: the text holds the names of the values, not the values.',
    cwe: null,
    severity: 'medium',
    difficulty: 2,
    example: {
      before: "def greet(name):\n    return 'Hello, {name}!'\n",
      after: "def greet(name):\n    return f'Hello, {name}!'\n",
    },
    rule: 'ruff RUF027',
  },
  {
    code: 126,
    id: 'missing-normalisation',
    family: 'string',
    title: 'Text not normalised',
    description:
      'Case, blanks, line ends or separators are not made alike before text is compared, stored or used as a key, so that equal values differ.',
    cwe: 'CWE-178',
    severity: 'medium',
    difficulty: 4,
    example: {
      before: "def is_on(value):\n    return value in ('on', 'yes', 'true')\n",
      after: "def is_on(value):\n    return value.lower() in ('on', 'yes', 'true')\n",
    },
    rule: null,
  },
  {
    code: 127,
    id: 'wrong-format-arguments',
    family: 'string',
    title: 'Values do not fit the placeholders',
    description:
      'A format string has more placeholders than it gets values, or `% a, b` formats `a` alone: TypeError or IndexError, mostly on a path that no test takes.',
    cwe: 'CWE-628',
    severity: 'medium',
    difficulty: 2,
    example: {
      before: "def describe(name, size, kind):\n    return '%s: %d bytes, %s' % (name, size)\n",
      after: "def describe(name, size, kind):\n    return '%s: %d bytes, %s' % (name, size, kind)\n",
    },
    rule: 'ruff F507',
  },
  {
    code: 128,
    id: 'wrong-regex',
    family: 'string',
    title: 'Regular expression matches the wrong text',
    description:
      'A dot is not escaped, an anchor, the `?` of a short match, the raw prefix, a flag or `re.escape` is missing: the pattern matches too much, or never.',
    cwe: 'CWE-185',
    severity: 'medium',
    difficulty: 4,
    example: {
      before: "import re\n\ndef is_version(text):\n    return re.match(r'\\d+\\.\\d+', text) is not None\n",
      after: "import re\n\ndef is_version(text):\n    return re.match(r'\\d+\\.\\d+$', text) is not None\n",
    },
    rule: null,
    rare: 'Some 420 places in 25 packages and the standard library: most patterns stand at module level, outside functions.',
  },
];
