import type { BugType } from '../bug-type';

/** The wrong name, or one that does not exist. */
export const NAME_BUGS: readonly BugType[] = [
  {
    code: 9,
    id: 'wrong-name',
    family: 'name',
    title: 'Wrong variable',
    description:
      'Another variable of the function is used than the one meant (variable misuse); often left by copy and paste.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'def scale(width, height, factor):\n    return width * factor, width * factor\n',
      after: 'def scale(width, height, factor):\n    return width * factor, height * factor\n',
    },
    rule: null,
  },
  {
    code: 10,
    id: 'misspelled-name',
    family: 'name',
    title: 'Misspelled name',
    description: 'A variable is misspelled where it is used; running the line raises NameError.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def mean(values):\n    return sum(vlaues) / len(values)\n',
      after: 'def mean(values):\n    return sum(values) / len(values)\n',
    },
    rule: 'ruff F821',
  },
  {
    code: 11,
    id: 'wrong-attribute',
    family: 'name',
    title: 'Wrong attribute',
    description: 'Another attribute of the same object is read than the one meant.',
    cwe: null,
    severity: 'high',
    difficulty: 4,
    example: {
      before: 'def swap(self):\n    self.low = self.bottom\n    self.high = self.bottom\n',
      after: 'def swap(self):\n    self.low = self.bottom\n    self.high = self.top\n',
    },
    rule: null,
  },
  {
    code: 12,
    id: 'missing-self',
    family: 'name',
    title: 'Missing `self.`',
    description:
      'An attribute or method is used as if it were a plain name; running the line raises NameError.',
    cwe: null,
    severity: 'high',
    difficulty: 2,
    example: {
      before: 'def size(self):\n    return len(items)\n',
      after: 'def size(self):\n    return len(self.items)\n',
    },
    rule: 'ruff F821',
  },
  {
    code: 13,
    id: 'foreign-literal',
    family: 'name',
    title: 'Constant of another language',
    description:
      '`null`, `true` or `false` stands where Python has `None`, `True` or `False`; running the line raises NameError.',
    cwe: null,
    severity: 'high',
    difficulty: 1,
    example: {
      before: 'def find(items):\n    return items[0] if items else null\n',
      after: 'def find(items):\n    return items[0] if items else None\n',
    },
    rule: 'ruff F821',
  },
];
