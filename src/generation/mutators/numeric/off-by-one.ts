import type { MutationSite, Mutator } from '../../mutation/mutator';
import {
  type MutationTarget,
  argumentsOf,
  endsOperand,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { insertAfter, removeTokens, replaceToken } from '../../mutation/text-edit';
import { tokenSites } from '../tools/sites';

/** Larger literals are sizes, codes and masks, where nobody slips by one. */
const LARGEST = 100;

/** An integer literal one larger or smaller. */
export const offByOneLiteral: Mutator = {
  bugType: 'off-by-one-literal',
  why: 'Another index, bound or step is used.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'number' &&
        /^(0|[1-9]\d*)$/.test(text) &&
        Number(text) <= LARGEST &&
        // An axis of an array has a bug type of its own.
        !matchesAt(target, i - 2, 'axis', '='),
    ),
  apply(target, { token }, rng) {
    const value = Number(textAt(target, token));
    const step = rng.pick([1, -1]);
    const negative = textAt(target, token - 1) === '-' && !endsOperand(target, token - 2);
    // `-1` may become `-2`, and `0` may become `-1`, but never `-0` or `--1`.
    if (value + step < 0 || (negative && value + step === 0)) {
      if (negative || value !== 0) return replaceToken(target, token, String(value + 1));
      return endsOperand(target, token - 2)
        ? replaceToken(target, token, '1')
        : replaceToken(target, token, '-1');
    }
    return replaceToken(target, token, String(value + step));
  },
};

/** `range(n)` for `range(n + 1)`, `len(x)` for `len(x) - 1`, and back. */
export const offByOneRange: Mutator = {
  bugType: 'off-by-one-range',
  why: 'The last element is left out, or one past it is taken.',
  sites: (target) => [...correctionSites(target), ...boundSites(target)],
  apply(target, { token, form }, rng) {
    if (form === 'drop') return removeTokens(target, token, token + 1);
    return insertAfter(target, token, rng.pick([' - 1', ' + 1']));
  },
};

/** Every `+ 1` or `- 1` that ends an index, a slice's side or a range's bound. */
function correctionSites(target: MutationTarget): MutationSite[] {
  return tokenSites(
    target,
    ({ text }, i) =>
      (text === '+' || text === '-') &&
      textAt(target, i + 1) === '1' &&
      endsOperand(target, i - 1) &&
      target.tokens[i - 1].kind !== 'number' &&
      [']', ')', ':', ','].includes(textAt(target, i + 2)) &&
      (textAt(target, target.enclosing[i]) === '[' || textAt(target, target.enclosing[i] - 1) === 'range'),
  ).map((site) => ({ ...site, form: 'drop' }));
}

/** The last token of every range's stop that is no literal and has no correction yet. */
function boundSites(target: MutationTarget): MutationSite[] {
  return tokenSites(target, ({ text }, i) => text === 'range' && isCall(target, i + 1)).flatMap(
    ({ token }) => {
      const bounds = argumentsOf(target, token + 1);
      const stop = bounds[Math.min(1, bounds.length - 1)];
      if (!stop?.positional || target.tokens[stop.last].kind === 'number') return [];
      return [{ token: stop.last, form: 'add' }];
    },
  );
}
