import type { Rng } from '../../core/rng';
import type { MutationTarget } from './target';
import type { TextEdit } from './text-edit';

/** A place in the clean function where a mutator applies. */
export interface MutationSite {
  /** Index of the token that the mutation starts from. */
  token: number;
  /** Which of the mutator's forms applies here, where it has several. */
  form?: string;
}

/**
 * Plants one type of bug. A mutator is a pure value: the same target, site and random stream give the same edit.
 * Mutators need not prove that the result is a bug of their type; `makeMutant` and the critic drop what still means
 * the same, and syntax bugs that still compile. They should avoid sites where that is likely.
 */
export interface Mutator {
  /** Taxonomy id of the bug it plants. */
  readonly bugType: string;
  /** Why the result is a bug and not another way to write the same. */
  readonly why: string;
  /** Every place where the mutator applies, in token order. */
  sites(target: MutationTarget): MutationSite[];
  /** The change of the clean text that plants the bug at a site; null when this draw gives none. */
  apply(target: MutationTarget, site: MutationSite, rng: Rng): TextEdit | null;
}
