import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, argumentsOf, endsOperand, lineAt, textAt } from '../../mutation/target';
import { type TextEdit, removeTokens, replaceToken } from '../../mutation/text-edit';
import { lineSites, methodSites } from '../tools/sites';
import { textOf } from '../tools/texts';

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=', 'in', 'is']);

/** The name of the function, '' for code that is none. */
function functionName(target: MutationTarget): string {
  const at = target.tokens.findIndex(({ kind, text }) => kind === 'keyword' && text === 'def');
  return textAt(target, at + 1);
}

/** `assert a == b` of a test becomes `a == b`, `mock.assert_called_once_with(x)` becomes `mock.called_once_with(x)`. */
export const missingAssert: Mutator = {
  bugType: 'missing-assert',
  why: 'The comparison is made and forgotten, or a mock makes up the method: the test passes whatever the code does.',
  sites: (target) => {
    if (!/^test/.test(functionName(target))) return [];
    return [
      ...lineSites(
        target,
        (first, end) => textAt(target, first) === 'assert' && isComparison(target, first, end),
      ),
      ...methodSites(target, (name) =>
        /^assert_(called|awaited|any_call|has_calls|not_called)/.test(name),
      ).map((site) => ({ ...site, form: 'mock' })),
    ];
  },
  apply: (target, { token, form }) =>
    form === 'mock'
      ? replaceToken(target, token, textAt(target, token).replace(/^assert_/, ''))
      : removeTokens(target, token, token),
};

/** True for an assertion that compares and has no message, which would make a tuple. */
function isComparison(target: MutationTarget, first: number, end: number): boolean {
  let compares = false;
  for (let i = first + 1; i < end; i++) {
    if (target.enclosing[i] >= 0) continue;
    const { text } = target.tokens[i];
    if (text === ',' || text === 'and' || text === 'or') return false;
    compares ||= COMPARISONS.has(text);
  }
  return compares;
}

const EQUALITIES = new Set(['assertEqual', 'assertEquals', 'assertIs', 'assertIsInstance', 'assertIn']);

/** `self.assertEqual(a, b)` becomes `self.assertTrue(a, b)`, `assert a, 'message'` becomes `assert (a, 'message')`. */
export const alwaysTrueAssertion: Mutator = {
  bugType: 'always-true-assertion',
  why: 'The second value is taken for the message, or a tuple is tested, which is true: the test checks next to nothing.',
  sites: (target) => [
    ...methodSites(target, (name, open) => EQUALITIES.has(name) && comparesUnknown(target, open)),
    ...lineSites(target, (first, end) => messageComma(target, first, end) > 0).map((site) => ({
      ...site,
      form: 'tuple',
    })),
  ],
  apply: (target, site) =>
    site.form === 'tuple' ? intoTuple(target, site) : replaceToken(target, site.token, 'assertTrue'),
};

/** True when the first value may be false or true, so that a test of it alone says something else. */
function comparesUnknown(target: MutationTarget, open: number): boolean {
  const [value, other, ...more] = argumentsOf(target, open);
  const isSelf = textAt(target, open - 3) === 'self';
  if (!isSelf || !value?.positional || !other?.positional || more.length > 0) return false;
  // A value that should be false, zero or empty fails under assertTrue: nobody leaves that in a test.
  return !/^(0|0\.0|None|False|\[\]|\(\)|\{\}|[rbu]?(''|""))$/.test(textOf(target, other.first, other.last));
}

/** The comma before the message of a short assertion, or -1. */
function messageComma(target: MutationTarget, first: number, end: number): number {
  if (textAt(target, first) !== 'assert' || end - first + 1 > Math.min(MAX_SPAN, SLOTS)) return -1;
  for (let i = first + 1; i < end; i++)
    if (target.enclosing[i] < 0 && textAt(target, i) === ',') return endsOperand(target, i - 1) ? i : -1;
  return -1;
}

function intoTuple(target: MutationTarget, { token }: MutationSite): TextEdit {
  const { end } = lineAt(target, token);
  const text = `(${textOf(target, token + 1, end - 1)})`;
  return { start: target.tokens[token + 1].start, end: target.tokens[end - 1].end, text };
}
