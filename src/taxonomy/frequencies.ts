// Written by scripts/learn-frequencies.ts from the train split of the real fixes; do not edit.

/** How many real fixes each bug type explains. */
export interface FixCounts {
  /** Fixes of one edit that were looked at. */
  pairs: number;
  /** Those that the mutator of some type explains, token for token. */
  recognised: number;
  /** By the most specific type that explains the fix; types that explain none are left out. */
  types: Readonly<Record<string, number>>;
}

/** Fixes of code that compiles: tiers A of the real pairs. */
export const REAL_FIXES: FixCounts = {
  pairs: 11474,
  recognised: 1167,
  types: {
    'wrong-name': 246,
    'missing-argument': 191,
    'off-by-one-literal': 95,
    'wrong-attribute': 90,
    'wrong-comparison-operator': 73,
    'wrong-boolean-literal': 67,
    'missing-conversion': 49,
    'missing-return': 39,
    'wrong-sibling-function': 36,
    'missing-call-parentheses': 30,
    'missing-not': 29,
    'missing-self': 29,
    'swapped-arguments': 29,
    'wrong-arithmetic-operator': 28,
    'misspelled-name': 26,
    'added-not': 18,
    'wrong-boolean-operator': 14,
    'literal-identity-comparison': 14,
    'wrong-assignment-operator': 12,
    'off-by-one-range': 11,
    'bare-except': 10,
    'wrong-exception-type': 6,
    'missing-tuple-comma': 6,
    'swapped-break-continue': 4,
    'missing-items': 4,
    'missing-await': 4,
    'missing-raise': 3,
    'raise-not-implemented': 2,
    'implicit-string-concatenation': 2,
  },
};

/** Fixes of code that does not compile. */
export const REAL_SYNTAX_FIXES: FixCounts = {
  pairs: 453,
  recognised: 343,
  types: {
    'missing-bracket': 57,
    'missing-comma': 53,
    'extra-punctuation': 53,
    'missing-colon': 45,
    'unexpected-indent': 34,
    'stray-token': 19,
    'assignment-in-condition': 12,
    'unterminated-string': 12,
    'keyword-typo': 8,
    'missing-keyword': 8,
    'incomplete-block': 7,
    'wrong-line-break': 6,
    'wrong-keyword': 6,
    'mismatched-bracket': 4,
    'wrong-punctuation': 4,
    'missing-operator': 3,
    'missing-indent': 2,
    'misplaced-quote': 2,
    'missing-parentheses': 2,
    'broken-f-string': 2,
    'malformed-arguments': 2,
    'missing-dot': 1,
    'merge-conflict-marker': 1,
  },
};
