import type { Rng } from '../../core/rng';
import { fitsModel } from '../../records/example';
import type { Edit } from '../../records/sample';
import { applyEdit, diffTokens, sameTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import type { MutationSite, Mutator } from './mutator';
import type { MutationTarget } from './target';
import { applyTextEdit, type TextEdit } from './text-edit';

/** A function with one bug and the edit that mends it. */
export interface Mutant {
  bugType: string;
  /** The change of the clean text that planted the bug. */
  change: TextEdit;
  /** Source with the bug, and its tokens. */
  before: string;
  tokens: readonly Token[];
  /** Turns `before` into the clean source, token for token. */
  fix: Edit;
}

/**
 * Why a mutation gave no mutant. `no_mutation`: the mutator's draw gave none; `same_tokens`: only layout changed;
 * `edit_too_long`: the fix replaces more than MAX_SPAN tokens or writes more than SLOTS; `fix_not_exact`: the fix as
 * the model would write it does not give the clean tokens back.
 */
export type MutationDrop = 'no_mutation' | 'same_tokens' | 'edit_too_long' | 'fix_not_exact';

/** Mutates a function at one site and works out the fix. Pure, given the state of `rng`. */
export function makeMutant(
  target: MutationTarget,
  mutator: Mutator,
  site: MutationSite,
  rng: Rng,
): Mutant | { dropped: MutationDrop; before?: string } {
  const change = mutator.apply(target, site, rng);
  if (!change) return { dropped: 'no_mutation' };
  const before = applyTextEdit(target.source, change);
  const tokens = lex(before);
  const fix = diffTokens(tokens, target.tokens);
  if (!fix) return { dropped: 'same_tokens', before };
  if (!fitsModel(fix)) return { dropped: 'edit_too_long', before };
  if (!sameTokens(lex(applyEdit(before, tokens, fix)), target.tokens))
    return { dropped: 'fix_not_exact', before };
  return { bugType: mutator.bugType, change, before, tokens, fix };
}
