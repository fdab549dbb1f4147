import type { Token } from '../../python/tokens/token';
import { MAX_SPAN, SLOTS } from '../../records/example';
import type { Edit, Sample, TokenText } from '../../records/sample';
import { tokenKey } from '../vocabulary/closed-vocabulary';
import { rightEdits } from '../encoding/target-edit';

/** Why a sample is no good, in the order of the checks. */
export const VALIDATION_DROPS = [
  'clean_with_edits',
  'same_tokens',
  'edits_do_not_fit',
  'error_tokens_in_fix',
  'span_too_long',
  'replacement_too_long',
  'clean_does_not_compile',
  'fix_does_not_compile',
  'syntax_bug_compiles',
  'bug_does_not_compile',
] as const;
/** One of {@link VALIDATION_DROPS}. */
export type ValidationDrop = (typeof VALIDATION_DROPS)[number];

/** Whether a sample is clean code: nothing to mend. */
export function isClean(sample: Pick<Sample, 'before' | 'after'>): boolean {
  return sample.before === sample.after;
}

/**
 * Checks that need no Python: the edits turn `before` into `after`, the fix has no broken tokens, and the model can
 * write the edit at all.
 * @param before tokens of `sample.before`
 * @param after tokens of `sample.after`
 * @returns the first reason that applies, or the edit to learn (null for clean code)
 */
export function checkTokens(
  sample: Pick<Sample, 'before' | 'after' | 'edits' | 'bugType'>,
  before: readonly Token[],
  after: readonly Token[],
): { reason: ValidationDrop } | { edit: Edit | null } {
  const broken = after.some(({ kind }) => kind.startsWith('error-'));
  if (isClean(sample)) {
    if (sample.edits.length > 0 || sample.bugType !== null) return { reason: 'clean_with_edits' };
    return broken ? { reason: 'error_tokens_in_fix' } : { edit: null };
  }
  const right = rightEdits(sample.edits, before, after);
  if (right.length === 0) return { reason: 'same_tokens' };
  if (!editsFit(sample.edits, before, after)) return { reason: 'edits_do_not_fit' };
  if (broken) return { reason: 'error_tokens_in_fix' };
  if (right.some(({ tokenSpan }) => tokenSpan[1] - tokenSpan[0] > MAX_SPAN))
    return { reason: 'span_too_long' };
  if (right.some(({ replacement }) => replacement.length > SLOTS)) return { reason: 'replacement_too_long' };
  return { edit: right[0] };
}

/** Which of a sample's two sides compile. */
export interface Compiles {
  before: boolean;
  after: boolean;
}

/** Checks against CPython's verdict: fixes and clean code compile, syntax bugs do not, all other bugs do. */
export function checkVerdicts(
  sample: Pick<Sample, 'before' | 'after' | 'family'>,
  compiles: Compiles,
): ValidationDrop | null {
  if (isClean(sample)) return compiles.before ? null : 'clean_does_not_compile';
  if (!compiles.after) return 'fix_does_not_compile';
  // Mined fixes have no family yet: either may be.
  if (sample.family === null) return null;
  if (sample.family === 'syntax') return compiles.before ? 'syntax_bug_compiles' : null;
  return compiles.before ? null : 'bug_does_not_compile';
}

function editsFit(edits: readonly Edit[], before: readonly Token[], after: readonly Token[]): boolean {
  if (edits.length === 0) return false;
  let tokens: readonly TokenText[] = before;
  // All spans count the tokens of `before`: the last one goes first, so that the others stay where they are.
  for (const { tokenSpan, replacement } of [...edits].sort((a, b) => b.tokenSpan[0] - a.tokenSpan[0]))
    tokens = [...tokens.slice(0, tokenSpan[0]), ...replacement, ...tokens.slice(tokenSpan[1])];
  return tokens.length === after.length && tokens.every((token, i) => tokenKey(token) === tokenKey(after[i]));
}
