import type { BugType } from '../../bug-type';

/** Data from outside that runs as code when it is read. */
export const UNTRUSTED_DATA_BUGS: readonly BugType[] = [
  {
    code: 53,
    id: 'unsafe-yaml-load',
    family: 'security',
    title: 'Unsafe YAML loading',
    description:
      '`yaml.load` with a full loader builds any Python object that the document asks for, which can run code.',
    cwe: 'CWE-502',
    severity: 'critical',
    difficulty: 2,
    example: {
      before: 'import yaml\n\n\ndef read(stream):\n    return yaml.load(stream)\n',
      after: 'import yaml\n\n\ndef read(stream):\n    return yaml.safe_load(stream)\n',
    },
    rule: 'ruff S506',
    rare: 'Few packages read YAML, and those in a few functions of their own.',
  },
  {
    code: 56,
    id: 'eval-injection',
    family: 'security',
    title: 'Data evaluated as code',
    description: '`eval` reads data that may come from outside and runs whatever it says.',
    cwe: 'CWE-95',
    severity: 'critical',
    difficulty: 2,
    example: {
      before: 'import ast\n\n\ndef parse(text):\n    return eval(text)\n',
      after: 'import ast\n\n\ndef parse(text):\n    return ast.literal_eval(text)\n',
    },
    rule: 'ruff S307',
  },
  {
    code: 147,
    id: 'unsafe-deserialization',
    family: 'security',
    title: 'Data read by a format that runs code',
    description:
      'Data from outside is read as a pickle, which names functions to call while it is read; whoever writes the data runs code.',
    cwe: 'CWE-502',
    severity: 'critical',
    difficulty: 2,
    example: {
      before:
        'import json\nimport pickle\n\n\ndef receive(connection):\n    return pickle.loads(connection.recv())\n',
      after:
        'import json\nimport pickle\n\n\ndef receive(connection):\n    return json.loads(connection.recv())\n',
    },
    rule: 'ruff S301',
    rare: 'About one function in 200 of the packages looked at parses JSON; the packages without services have few.',
  },
];
