import type { BugType } from '../bug-type';

/** Weaknesses that an attacker can use. */
export const SECURITY_BUGS: readonly BugType[] = [
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
  },
  {
    code: 54,
    id: 'shell-injection',
    family: 'security',
    title: 'Command run through a shell',
    description:
      'A subprocess is started with `shell=True`; characters of an argument can start other commands.',
    cwe: 'CWE-78',
    severity: 'critical',
    difficulty: 2,
    example: {
      before: 'import subprocess\n\n\ndef run(command):\n    return subprocess.run(command, shell=True)\n',
      after: 'import subprocess\n\n\ndef run(command):\n    return subprocess.run(command)\n',
    },
    rule: 'ruff S602',
  },
  {
    code: 55,
    id: 'disabled-tls-verification',
    family: 'security',
    title: 'TLS certificate not verified',
    description: 'A request accepts any certificate, so that anybody on the way can read and change it.',
    cwe: 'CWE-295',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import requests\n\n\ndef fetch(url):\n    return requests.get(url, verify=False)\n',
      after: 'import requests\n\n\ndef fetch(url):\n    return requests.get(url)\n',
    },
    rule: 'ruff S501',
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
    code: 57,
    id: 'weak-hash',
    family: 'security',
    title: 'Broken hash function',
    description: 'MD5 or SHA-1 is used where collisions must be infeasible.',
    cwe: 'CWE-328',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import hashlib\n\n\ndef digest(data):\n    return hashlib.md5(data).hexdigest()\n',
      after: 'import hashlib\n\n\ndef digest(data):\n    return hashlib.sha256(data).hexdigest()\n',
    },
    rule: 'ruff S324',
  },
  {
    code: 58,
    id: 'insecure-random',
    family: 'security',
    title: 'Predictable randomness for a secret',
    description: 'A token or key is drawn from `random`, whose numbers can be predicted from earlier ones.',
    cwe: 'CWE-338',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import secrets\nimport random\n\n\ndef token(letters):\n    return random.choice(letters)\n',
      after: 'import secrets\nimport random\n\n\ndef token(letters):\n    return secrets.choice(letters)\n',
    },
    rule: 'ruff S311',
  },
  {
    code: 59,
    id: 'insecure-temporary-file',
    family: 'security',
    title: 'Race for a temporary file',
    description: '`tempfile.mktemp` only invents a name; another process can create the file first.',
    cwe: 'CWE-377',
    severity: 'medium',
    difficulty: 2,
    example: {
      before: 'import tempfile\n\n\ndef scratch():\n    return tempfile.mktemp()\n',
      after: 'import tempfile\n\n\ndef scratch():\n    return tempfile.mkdtemp()\n',
    },
    rule: 'ruff S306',
  },
  {
    code: 60,
    id: 'sql-injection',
    family: 'security',
    title: 'SQL built from values',
    description:
      'Values are formatted into a statement instead of being passed beside it, so a value can change the statement.',
    cwe: 'CWE-89',
    severity: 'critical',
    difficulty: 2,
    example: {
      before:
        "def find(cursor, name):\n    cursor.execute('SELECT id FROM user WHERE name = %s' % (name,))\n    return cursor.fetchone()\n",
      after:
        "def find(cursor, name):\n    cursor.execute('SELECT id FROM user WHERE name = %s', (name,))\n    return cursor.fetchone()\n",
    },
    rule: 'ruff S608',
  },
];
