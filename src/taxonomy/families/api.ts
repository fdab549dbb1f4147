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
  {
    code: 104,
    id: 'missing-default',
    family: 'api',
    title: 'Missing default of a look-up',
    description:
      '`getattr`, `pop`, `next` or `get` lacks the default that stood for what is not there: an exception, or None.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before: "def port(options):\n    return int(options.pop('port'))\n",
      after: "def port(options):\n    return int(options.pop('port', 80))\n",
    },
    rule: null,
  },
  {
    code: 105,
    id: 'wrong-logging-arguments',
    family: 'api',
    title: 'Logging values do not fit the message',
    description:
      'A logging call has fewer values than its message has placeholders, so that an error is printed in its place.',
    cwe: 'CWE-685',
    severity: 'low',
    difficulty: 2,
    example: {
      before: "def warn(logger, path, error):\n    logger.warning('cannot read %s: %s', path)\n",
      after: "def warn(logger, path, error):\n    logger.warning('cannot read %s: %s', path, error)\n",
    },
    rule: 'ruff PLE1206',
  },
  {
    code: 106,
    id: 'absolute-path-component',
    family: 'api',
    title: 'Absolute path joined',
    description: 'A part of a path starts with a slash: joining it drops everything before it.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: "import os\n\ndef template(root):\n    return os.path.join(root, '/templates')\n",
      after: "import os\n\ndef template(root):\n    return os.path.join(root, 'templates')\n",
    },
    rule: null,
    rare: 'Most paths are joined from names; a literal part stands in about one function of 450.',
  },
  {
    code: 107,
    id: 'unguarded-attribute',
    family: 'api',
    title: 'Attribute that may be missing',
    description: 'An attribute is read directly that not every object has: AttributeError.',
    cwe: null,
    severity: 'high',
    difficulty: 5,
    example: {
      before: 'def level(record):\n    depth = record.depth\n    return 0 if depth is None else depth\n',
      after:
        "def level(record):\n    depth = getattr(record, 'depth', None)\n    return 0 if depth is None else depth\n",
    },
    rule: null,
  },
  {
    code: 108,
    id: 'local-time-for-utc',
    family: 'api',
    title: 'Local time instead of UTC',
    description: 'A time is taken in the zone of the machine where UTC or an aware time is meant.',
    cwe: null,
    severity: 'medium',
    difficulty: 3,
    example: {
      before:
        'from datetime import datetime, timezone\n\ndef stamp(record):\n    record.created = datetime.now()\n    return record\n',
      after:
        'from datetime import datetime, timezone\n\ndef stamp(record):\n    record.created = datetime.now(timezone.utc)\n    return record\n',
    },
    rule: 'ruff DTZ005',
    rare: 'Few functions ask for the time, and libraries wrap it in a function of their own.',
  },
  {
    code: 161,
    id: 'missing-keyword-argument',
    family: 'api',
    title: 'Missing keyword argument',
    description:
      'A call leaves out a keyword argument; the callee works with its default, or raises TypeError when there is none.',
    cwe: 'CWE-628',
    severity: 'medium',
    difficulty: 5,
    example: {
      before: 'def first_words(line):\n    return line.split()[:2]\n',
      after: 'def first_words(line):\n    return line.split(maxsplit=2)[:2]\n',
    },
    rule: null,
  },
  {
    code: 166,
    id: 'superfluous-self-argument',
    family: 'api',
    title: '`self` passed to a bound method',
    description:
      'A method called on `self` or `super()` gets `self` once more, so that it has one argument too many.',
    cwe: 'CWE-628',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def close(self, reason):\n    self.log(self, reason)\n    return reason\n',
      after: 'def close(self, reason):\n    self.log(reason)\n    return reason\n',
    },
    rule: 'pylint E1121',
  },
];
