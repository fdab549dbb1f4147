import type { BugType } from '../../bug-type';

/** Tests that cannot fail. */
export const ASSERTIONS_BUGS: readonly BugType[] = [
  {
    code: 144,
    id: 'missing-assert',
    family: 'framework',
    title: 'Comparison of a test not asserted',
    description:
      '`assert` is missing before a comparison, or the prefix `assert_` of a method of a mock: the test passes whatever the code does.',
    cwe: null,
    severity: 'medium',
    difficulty: 2,
    example: {
      before: 'def test_total():\n    total = add(1, 2)\n    total == 3\n',
      after: 'def test_total():\n    total = add(1, 2)\n    assert total == 3\n',
    },
    rule: 'ruff B015',
    rare: 'Only tests have it, and collection leaves tests out by default.',
  },
  {
    code: 145,
    id: 'always-true-assertion',
    family: 'framework',
    title: 'Assertion that is always true',
    description:
      '`assertTrue(a, b)` stands for `assertEqual(a, b)` and takes the second value for its message, or parentheses make a tuple of a condition and its message.',
    cwe: 'CWE-571',
    severity: 'medium',
    difficulty: 3,
    example: {
      before: "def test_name(self):\n    user = make_user('ada')\n    self.assertTrue(user.name, 'ada')\n",
      after: "def test_name(self):\n    user = make_user('ada')\n    self.assertEqual(user.name, 'ada')\n",
    },
    rule: null,
    rare: 'Only tests have it, and collection leaves tests out by default.',
  },
];
