import type { BugType } from '../../bug-type';

/** Text that belongs to no statement. */
export const STRAY_TEXT_BUGS: readonly BugType[] = [
  {
    code: 62,
    id: 'stray-token',
    family: 'syntax',
    title: 'Stray character or word',
    description:
      'There is a letter, an invisible character or a word that belongs to nothing, a word twice, or a blank inside a name.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def pick(a, b):\n    return a or or b\n',
      after: 'def pick(a, b):\n    return a or b\n',
    },
    rule: 'ruff invalid-syntax',
  },
  {
    code: 72,
    id: 'comment-without-hash',
    family: 'syntax',
    title: 'Comment without its mark',
    description: 'A comment lacks its `#`, or has the mark of another language (`//`), and is read as code.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def total(items):\n    // sum of prices\n    return sum(items)\n',
      after: 'def total(items):\n    # sum of prices\n    return sum(items)\n',
    },
    rule: 'ruff invalid-syntax',
  },
];
