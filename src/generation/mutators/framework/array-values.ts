import type { Mutator } from '../../mutation/mutator';
import { qualifiedName } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isCall, lineAt, textAt } from '../../mutation/target';
import { type TextEdit, replaceToken, replaceTokens } from '../../mutation/text-edit';
import { arrayFunction, usesArrays, usesFrames } from '../tools/libraries';
import { chainStart, operandEnd, operandStart, placed, unwrapCall } from '../tools/operands';
import { tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

/** Functions and methods whose result is a mask. */
const MASKS = new Set('isnan isinf isfinite isin isna isnull notna notnull isclose between in1d'.split(' '));
const MASK_NAME = /mask|valid|finite|(^|_)nans?($|_)|(^|_)(ok|good|bad|inside|outside|keep|cond)($|_)/;
const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '!=']);

/** `and` for `&`, `not` for `~`, and a condition without its `.any()` or `.all()`. */
export const arrayTruthValue: Mutator = {
  bugType: 'array-truth-value',
  why: '`and`, `or`, `not` and `if` ask an array for one truth value, which it does not have.',
  sites: (target) =>
    usesArrays(target) || usesFrames(target)
      ? tokenSites(target, (_, i) => joinsMasks(target, i) || reduction(target, i) !== undefined)
      : [],
  apply(target, { token }) {
    const operator = WORDS[textAt(target, token)];
    if (operator !== undefined) return replaceToken(target, token, operator);
    const found = reduction(target, token);
    if (found === 'method') return replaceTokens(target, token - 1, token + 2, '');
    const [argument] = argumentsOf(target, token + 1);
    return unwrapCall(target, chainStart(target, token), target.partner[token + 1], argument);
  },
};

const WORDS: Readonly<Record<string, string>> = { '&': 'and', '|': 'or', '~': 'not' };

function joinsMasks(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  if (kind !== 'op' || !Object.hasOwn(WORDS, text)) return false;
  if (text === '~') {
    // `a & not b` is no Python.
    const free = !/^[-+*/%&|^~<>=!]+$/.test(textAt(target, index - 1)) || textAt(target, index - 1) === '=';
    return free && isMask(target, index + 1, operandEnd(target, index + 1));
  }
  const after = textAt(target, index + 1) === '~' ? index + 2 : index + 1;
  const joins =
    isMask(target, operandStart(target, index - 1), index - 1) ||
    isMask(target, after, operandEnd(target, after));
  return joins && !isPlainCondition(target, index);
}

/** How `any` or `all` at a token makes one truth value of an array in a condition: as a method or as a function. */
function reduction(target: MutationTarget, index: number): 'method' | 'function' | undefined {
  const text = textAt(target, index);
  if ((text !== 'any' && text !== 'all') || !isCall(target, index + 1)) return undefined;
  if (!CONDITIONS.has(textAt(target, lineAt(target, index).first))) return undefined;
  const all = argumentsOf(target, index + 1);
  if (arrayFunction(target, index) !== undefined)
    return all.length === 1 && all[0].positional ? 'function' : undefined;
  return all.length === 0 && textAt(target, index - 1) === '.' ? 'method' : undefined;
}

const CONDITIONS = new Set(['if', 'elif', 'while', 'assert']);

/** True in `if (a < b) & c:` itself, where the operands are single values: an array would fail there. */
function isPlainCondition(target: MutationTarget, index: number): boolean {
  const start = textAt(target, lineAt(target, index).first);
  if (!CONDITIONS.has(start)) return false;
  for (let open = target.enclosing[index]; open >= 0; open = target.enclosing[open])
    if (textAt(target, open) !== '(' || isCall(target, open)) return false;
  return true;
}

/** True for `(a < b)`, for `np.isnan(x)` and for names that say that they are masks. */
function isMask(target: MutationTarget, first: number, last: number): boolean {
  if (isComparison(target, first)) return target.partner[first] === last;
  const callee = target.partner[last] - 1;
  if (textAt(target, last) === ')' && callee >= first) return MASKS.has(textAt(target, callee));
  return target.tokens[last].kind === 'name' && MASK_NAME.test(textAt(target, last));
}

/** True for a parenthesis around a comparison without `and` and the like. */
function isComparison(target: MutationTarget, open: number): boolean {
  if (textAt(target, open) !== '(' || operandStart(target, target.partner[open]) !== open) return false;
  let found = false;
  for (let i = open + 1; i < target.partner[open]; i++) {
    if (target.enclosing[i] !== open) continue;
    if (target.tokens[i].kind === 'keyword' && !['None', 'True', 'False'].includes(textAt(target, i)))
      return false;
    found ||= COMPARISONS.has(textAt(target, i));
  }
  return found;
}

/** What a function that knows NaN becomes when it does not. */
const WITHOUT_NAN: Readonly<Record<string, string>> = {
  nanmax: 'max',
  nanmin: 'min',
  nansum: 'sum',
  nanmean: 'mean',
  nanstd: 'std',
  nanvar: 'var',
  nanmedian: 'median',
  nanpercentile: 'percentile',
  nanquantile: 'quantile',
  nanargmax: 'argmax',
  nanargmin: 'argmin',
  nancumsum: 'cumsum',
  nanprod: 'prod',
};
const NAN_TESTS = new Set(['isnan', 'isna', 'isnull']);

/** `x == np.nan` for `np.isnan(x)`, and `np.max` for `np.nanmax`. */
export const nanMishandled: Mutator = {
  bugType: 'nan-mishandled',
  why: 'NaN equals nothing, not even itself, and one NaN makes a plain sum or maximum NaN.',
  sites: (target) => [
    ...tokenSites(target, ({ text }, i) => NAN_TESTS.has(text) && nanOf(target, i) !== undefined),
    ...tokenSites(
      target,
      ({ text }, i) =>
        Object.hasOwn(WITHOUT_NAN, text) && isCall(target, i + 1) && arrayFunction(target, i) !== undefined,
    ).map((site) => ({ ...site, form: 'reduction' })),
  ],
  apply: (target, { token, form }) =>
    form === 'reduction'
      ? replaceToken(target, token, WITHOUT_NAN[textAt(target, token)])
      : comparedWithNan(target, token),
};

/** How the file of a test for NaN writes NaN: `np.nan` beside `np.isnan`, `None` beside `pd.isna`. */
function nanOf(target: MutationTarget, index: number): string | undefined {
  const all = argumentsOf(target, index + 1);
  if (!isCall(target, index + 1) || all.length !== 1 || !all[0].positional) return undefined;
  if (textAt(target, index - 1) !== '.') return undefined;
  const path = qualifiedName(target, index);
  if (path === 'math.isnan' || arrayFunction(target, index) === 'isnan')
    return `${textOf(target, chainStart(target, index), index - 2)}.nan`;
  return path === 'pandas.isna' || path === 'pandas.isnull' ? 'None' : undefined;
}

function comparedWithNan(target: MutationTarget, index: number): TextEdit | null {
  const nan = nanOf(target, index);
  const [value] = argumentsOf(target, index + 1);
  const first = chainStart(target, index);
  const close = target.partner[index + 1];
  if (nan === undefined) return null;
  const sign = textAt(target, first - 1);
  const negated = sign === '~' || sign === 'not';
  const operator = nan === 'None' ? (negated ? 'is not' : 'is') : negated ? '!=' : '==';
  const from = negated ? first - 1 : first;
  const text = `${textOf(target, value.first, value.last)} ${operator} ${nan}`;
  return replaceTokens(target, from, close, placed(target, from, close, text, 'comparison'));
}
