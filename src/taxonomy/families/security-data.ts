import type { BugType } from '../bug-type';

/** Weaknesses in how data from outside is read, written out and stored. */
export const SECURITY_DATA_BUGS: readonly BugType[] = [
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
  {
    code: 148,
    id: 'path-traversal',
    family: 'security',
    title: 'Name that leads out of its folder',
    description:
      'A name from outside is joined to a folder without being checked; `..` or an absolute path reaches other files.',
    cwe: 'CWE-22',
    severity: 'high',
    difficulty: 3,
    example: {
      before: "import os\n\n\ndef stored(folder, name):\n    return open(os.path.join(folder, name), 'rb')\n",
      after:
        "import os\n\n\ndef stored(folder, name):\n    return open(os.path.join(folder, os.path.basename(name)), 'rb')\n",
    },
    rule: null,
    rare: 'About one function in 2,400 cleans a file name or checks a path before using it.',
  },
  {
    code: 153,
    id: 'cross-site-scripting',
    family: 'security',
    title: 'Text in a page not escaped',
    description:
      'Text becomes part of HTML as it is; markup and scripts in it run in the browser of whoever opens the page.',
    cwe: 'CWE-79',
    severity: 'high',
    difficulty: 3,
    example: {
      before: "from html import escape\n\n\ndef heading(title):\n    return '<h1>' + title + '</h1>'\n",
      after:
        "from html import escape\n\n\ndef heading(title):\n    return '<h1>' + escape(title) + '</h1>'\n",
    },
    rule: null,
    rare: 'Templates escape most pages; few functions write HTML themselves.',
  },
  {
    code: 154,
    id: 'missing-escaping',
    family: 'security',
    title: 'Text in a URL or pattern not escaped',
    description:
      'Text becomes part of a URL, a regular expression or a quoted value as it is, and its special characters are read as syntax.',
    cwe: 'CWE-116',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: "from urllib.parse import quote\n\n\ndef address(base, name):\n    return base + '/' + name\n",
      after:
        "from urllib.parse import quote\n\n\ndef address(base, name):\n    return base + '/' + quote(name)\n",
    },
    rule: null,
    rare: 'About one function in 570 escapes text for a URL or a pattern, some of them for longer expressions than a fix can hold.',
  },
  {
    code: 155,
    id: 'missing-sql-quoting',
    family: 'security',
    title: 'Name in a statement not quoted',
    description:
      'The name of a table or column, or a text, becomes part of a statement without being quoted; a quote or a reserved word changes it.',
    cwe: 'CWE-89',
    severity: 'high',
    difficulty: 3,
    example: {
      before: "def drop(editor, table):\n    editor.execute('DROP TABLE %s' % table)\n",
      after: "def drop(editor, table):\n    editor.execute('DROP TABLE %s' % editor.quote_name(table))\n",
    },
    rule: null,
    rare: 'Only the layers below an ORM write names into statements.',
  },
  {
    code: 156,
    id: 'permissive-file-mode',
    family: 'security',
    title: 'File that everybody may change',
    description: 'A file or folder gets a mode that lets other users of the machine read or write it.',
    cwe: 'CWE-732',
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'import os\n\n\ndef protect(path):\n    os.chmod(path, 0o777)\n',
      after: 'import os\n\n\ndef protect(path):\n    os.chmod(path, 0o600)\n',
    },
    rule: 'ruff S103',
    rare: 'About one function in 4,300 says which mode a file or folder gets.',
  },
  {
    code: 157,
    id: 'link-following',
    family: 'security',
    title: 'Link followed by mistake',
    description:
      'A symbolic link is followed where the link itself was meant, so whoever places a link chooses the file.',
    cwe: 'CWE-59',
    severity: 'medium',
    difficulty: 4,
    example: {
      before: 'import os\n\n\ndef owner(path):\n    return os.stat(path).st_uid\n',
      after: 'import os\n\n\ndef owner(path):\n    return os.lstat(path).st_uid\n',
    },
    rule: null,
    rare: 'About one function in 2,200 looks at links at all.',
  },
];
