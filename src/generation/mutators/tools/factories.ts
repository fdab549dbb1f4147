import type { Token } from '../../../python/tokens/token';
import type { Mutator } from '../../mutation/mutator';
import { type Argument, type MutationTarget, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { keywordAt, removeArgument } from './arguments';
import { tokenSites } from './sites';

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

/** What {@link keywordDropper} needs. */
export interface KeywordDropOptions {
  bugType: string;
  why: string;
  /** Keywords that the mutator knows, to be quick elsewhere. */
  keywords: ReadonlySet<string>;
  /** Whether the call with its parenthesis at `open` misbehaves without the keyword argument. */
  matters: (target: MutationTarget, open: number, argument: Argument) => boolean;
}

/** A mutator that deletes `name=value` from calls. */
export function keywordDropper({ bugType, why, keywords, matters }: KeywordDropOptions): Mutator {
  return {
    bugType,
    why,
    sites: (target) =>
      tokenSites(target, ({ kind, text }, i) => {
        const argument = kind === 'name' && keywords.has(text) ? keywordAt(target, i) : undefined;
        return argument !== undefined && matters(target, target.enclosing[i], argument);
      }),
    apply(target, { token }) {
      const argument = keywordAt(target, token);
      return argument ? removeArgument(target, argument) : null;
    },
  };
}
