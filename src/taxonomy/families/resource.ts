import type { BugType } from '../bug-type';

/** Files, sockets and streams that are opened, read or left wrongly. */
export const RESOURCE_BUGS: readonly BugType[] = [
  {
    code: 96,
    id: 'missing-close',
    family: 'resource',
    title: 'Resource not closed',
    description:
      'A file, socket, connection or temporary file that the function opened is never closed or deleted.',
    cwe: 'CWE-772',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def first_line(path):\n    f = open(path)\n    line = f.readline()\n    return line\n',
      after:
        'def first_line(path):\n    f = open(path)\n    line = f.readline()\n    f.close()\n    return line\n',
    },
    rule: null,
    rare: 'Most code closes in `with` or as the only statement of `finally`, where the fix is more than one small edit.',
  },
  {
    code: 97,
    id: 'missing-rewind',
    family: 'resource',
    title: 'Stream not rewound or flushed',
    description:
      'A stream is read from where writing or an earlier reader left it, or others read it before its buffer is written.',
    cwe: null,
    severity: 'medium',
    difficulty: 4,
    example: {
      before:
        'def spool(chunks, target):\n    buffer = BytesIO()\n    for chunk in chunks:\n        buffer.write(chunk)\n    target.store(buffer)\n',
      after:
        'def spool(chunks, target):\n    buffer = BytesIO()\n    for chunk in chunks:\n        buffer.write(chunk)\n    buffer.seek(0)\n    target.store(buffer)\n',
    },
    rule: null,
    rare: 'Few functions write a stream and hand it on, or flush one themselves.',
  },
  {
    code: 98,
    id: 'wrong-open-mode',
    family: 'resource',
    title: 'File opened in the wrong mode',
    description:
      'A file is opened for reading instead of writing, as text instead of bytes, or is emptied instead of continued.',
    cwe: null,
    severity: 'high',
    difficulty: 3,
    example: {
      before: 'def load(path):\n    with open(path) as f:\n        return pickle.load(f)\n',
      after: "def load(path):\n    with open(path, 'rb') as f:\n        return pickle.load(f)\n",
    },
    rule: null,
    rare: 'About one function in 350 opens a file and says in which mode.',
  },
  {
    code: 99,
    id: 'missing-encoding',
    family: 'resource',
    title: 'Text file without its encoding',
    description:
      'A text file is opened with the encoding or line ends of the platform, and differs or fails on another one.',
    cwe: null,
    severity: 'medium',
    difficulty: 3,
    example: {
      before: 'def read(path):\n    with open(path) as f:\n        return f.read()\n',
      after: "def read(path):\n    with open(path, encoding='utf-8') as f:\n        return f.read()\n",
    },
    rule: 'pylint W1514',
    rare: 'Few files are opened with an encoding or an error handler of their own; most code relies on the platform.',
  },
];
