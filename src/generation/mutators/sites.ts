import { BUILTINS } from '../../python/builtins';
import type { Token } from '../../python/lexer';
import type { MutationSite, Mutator } from '../mutator';
import { lineAt, textAt, type MutationTarget } from '../target';
import { replaceToken } from '../text-edit';

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

/** What {@link swapMutator} needs. */
export interface SwapOptions {
  bugType: string;
  why: string;
  /** Kind of the swapped tokens. */
  kind: Token['kind'];
  /** Token text -> texts that may stand for it, each equally likely. */
  swaps: Readonly<Record<string, readonly string[]>>;
  /** Further condition on the token. Default: none. */
  accept?: (target: MutationTarget, index: number) => boolean;
}

/** A mutator that writes another token in place of one. */
export function swapMutator({ bugType, why, kind, swaps, accept = () => true }: SwapOptions): Mutator {
  return {
    bugType,
    why,
    sites: (target) =>
      tokenSites(
        target,
        (token, i) => token.kind === kind && Object.hasOwn(swaps, token.text) && accept(target, i),
      ),
    apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(swaps[textAt(target, token)])),
  };
}

/** True inside the line of a `def`, `class` or decorator, whose operators are types and defaults. */
export function inSignature(target: MutationTarget, index: number): boolean {
  const { first } = lineAt(target, index);
  const start = textAt(target, first);
  return ['def', 'class', '@'].includes(start) || (start === 'async' && textAt(target, first + 1) === 'def');
}

/** Texts of tokens [first, last]. */
export function textsOf({ tokens }: MutationTarget, first: number, last: number): string[] {
  return tokens.slice(first, last + 1).map(({ text }) => text);
}

/** Texts of tokens [first, last] with a space between: equal for equal tokens, however they are laid out. */
export function spanText(target: MutationTarget, first: number, last: number): string {
  return textsOf(target, first, last).join(' ');
}

/** Builtins, and names that stand in the function or module without a receiver. */
export function plainNames(target: MutationTarget): Set<string> {
  const out = new Set([...BUILTINS, ...Object.keys(target.context.imports), ...target.context.names]);
  target.tokens.forEach(({ kind, text }, i) => {
    if (kind === 'name' && textAt(target, i - 1) !== '.') out.add(text);
  });
  return out;
}
