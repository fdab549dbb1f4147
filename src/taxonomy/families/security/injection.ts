import type { BugType } from '../../bug-type';

/** Values from outside that become part of a command, query or page. */
export const INJECTION_BUGS: readonly BugType[] = [
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
    rare: 'About one function in 1,300 starts a process, and hardly any quotes for a shell.',
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
    rare: 'Statements with values stand in database libraries and applications; most packages have none.',
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
];
