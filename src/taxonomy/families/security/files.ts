import type { BugType } from '../../bug-type';

/** Weaknesses in how paths and files are chosen and made. */
export const FILES_BUGS: readonly BugType[] = [
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
    rare: 'About one function in 2,700 makes a temporary file or insists on a new one.',
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
