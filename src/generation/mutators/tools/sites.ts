import type { Token } from '../../../python/tokens/token';
import type { MutationSite } from '../../mutation/mutator';
import { type MutationTarget, isCall } from '../../mutation/target';
import { isMethodCall } from './calls';
import { inSignature } from './lines';

/** Sites at every token that fits. */
export function tokenSites(
  target: MutationTarget,
  fits: (token: Token, index: number) => boolean,
): MutationSite[] {
  const out: MutationSite[] = [];
  target.tokens.forEach((token, i) => {
    if (fits(token, i)) out.push({ token: i });
  });
  return out;
}

/** Sites at the first token of every logical line that fits. */
export function lineSites(
  target: MutationTarget,
  fits: (first: number, end: number) => boolean,
): MutationSite[] {
  return target.lines.filter(({ first, end }) => fits(first, end)).map(({ first }) => ({ token: first }));
}

/** Sites at the name of every method call that fits; `open` is the parenthesis after the name. */
export function methodSites(
  target: MutationTarget,
  fits: (name: string, open: number) => boolean,
): MutationSite[] {
  return tokenSites(target, ({ text }, i) => isMethodCall(target, i) && fits(text, i + 1));
}

/** The opening parentheses of all calls in the body. */
export function calls(target: MutationTarget): number[] {
  return tokenSites(target, (_, i) => isCall(target, i) && !inSignature(target, i)).map(({ token }) => token);
}
