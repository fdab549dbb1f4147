import type { TokenEdit } from '../../processing/encoding/encode';
import { tokenKey } from '../../processing/vocabulary/closed-vocabulary';
import type { TokenText } from '../../records/sample';

/** What the model is shown: the function within its file, or the function alone. */
export const VIEWS = ['file', 'function'] as const;
/** One of {@link VIEWS}. */
export type View = (typeof VIEWS)[number];

/** Which fixes: by the set's own tiers. */
export const TIER_GROUPS = ['A', 'A+B'] as const;
/** One of {@link TIER_GROUPS}. */
export type TierGroup = (typeof TIER_GROUPS)[number];

/** Groups of fixes that have a row of their own. */
export const FIX_SLICES = ['one-token', 'published-kinds', 'at-most-8-tokens'] as const;
/** One of {@link FIX_SLICES}. */
export type FixSlice = (typeof FIX_SLICES)[number];

/** The set's own labels of fixes that put one token in the place of one. */
const ONE_TOKEN: ReadonlySet<string> = new Set([
  ...['var', 'attr', 'method', 'callname', 'kwname', 'name_lit', 'num_lit', 'bool_lit', 'lit', 'tok_other'],
  ...['cmpop', 'binop', 'boolop', 'assignop'],
]);

/** Labels that are of the published kinds as they are. */
const PUBLISHED: ReadonlySet<string> = new Set([
  ...['cmpop', 'binop', 'boolop', 'assignop', 'bool_lit', 'not/cmp'],
]);

/** Labels of a wrong name that is a published kind where the right one stands in the function. */
const NAMES: ReadonlySet<string> = new Set(['var', 'callname']);

/** A fix as the groups are told from. */
export interface KindOfFix {
  /** The set's own label; null when it has none. */
  label: string | null;
  /** Tokens of the buggy function. */
  tokens: readonly TokenText[];
  /** In indices of `tokens`. */
  edit: TokenEdit;
}

/** Whether a fix puts one token in the place of one, by the set's own label. */
export function isOneToken(label: string | null): boolean {
  return label !== null && ONE_TOKEN.has(label);
}

/**
 * Whether a fix is of the kinds that published work on one-token bugs measures (BugLab, PyPIBugs, RealiT): a wrong variable or
 * callee whose right name stands in the function, operators, `not` added or removed, booleans, whole numbers up to two, `None`
 * for one of those, two arguments that changed places.
 */
export function isPublishedKind({ label, tokens, edit }: KindOfFix): boolean {
  const [start, end] = edit.tokenSpan;
  const wrong = tokens.slice(start, end);
  const right = edit.replacement;
  if (isNotOnly(wrong, right) || isSwap(wrong, right)) return true;
  if (label === null || wrong.length !== 1 || right.length !== 1) return label === 'not/cmp';
  if (PUBLISHED.has(label)) return true;
  const [before, after] = [wrong[0], right[0]];
  if (NAMES.has(label)) return tokens.some((token) => tokenKey(token) === tokenKey(after));
  return isSmallLiteral(before) && isSmallLiteral(after);
}

/** `None`, a boolean, or a whole number up to two. */
function isSmallLiteral({ kind, text }: TokenText): boolean {
  return kind === 'number' ? /^[012]$/.test(text) : ['None', 'True', 'False'].includes(text);
}

/** One side is the other with a `not` more. */
function isNotOnly(wrong: readonly TokenText[], right: readonly TokenText[]): boolean {
  const [long, short] = wrong.length > right.length ? [wrong, right] : [right, wrong];
  return long.length === 1 && short.length === 0 && long[0].text === 'not' && long[0].kind === 'keyword';
}

/** Two arguments, whatever they are, changed places around a comma: `a, b` for `b, a`. */
function isSwap(wrong: readonly TokenText[], right: readonly TokenText[]): boolean {
  if (wrong.length !== right.length || wrong.length < 3) return false;
  const [before, after] = [wrong, right].map((tokens) => tokens.map(tokenKey));
  return wrong.some(({ kind, text }, comma) => {
    if (kind !== 'op' || text !== ',' || comma === 0 || comma === wrong.length - 1) return false;
    const swapped = [...before.slice(comma + 1), before[comma], ...before.slice(0, comma)];
    return swapped.every((key, i) => key === after[i]);
  });
}
