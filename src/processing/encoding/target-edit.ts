import { diffTokens } from '../../python/edits/edits';
import type { Token } from '../../python/tokens/token';
import { fitsModel } from '../../records/example';
import type { Edit } from '../../records/sample';

/**
 * The edits that count as right answers for a sample, the model's target first. Where one edit that the model can
 * write mends everything, that is the smallest single edit. Otherwise the sample has several bugs, and mending any of
 * them is a right step of a repair in rounds: the sample's own edits, leftmost first.
 * @returns empty when the tokens are equal
 */
export function rightEdits(
  edits: readonly Edit[],
  before: readonly Token[],
  after: readonly Token[],
): Edit[] {
  const single = diffTokens(before, after);
  if (single === null) return [];
  if (edits.length < 2 || fitsModel(single)) return [single];
  return [...edits].sort((a, b) => a.tokenSpan[0] - b.tokenSpan[0]);
}

/** The edit that the model learns to write: the first of {@link rightEdits}; null for clean code. */
export function targetEdit(
  edits: readonly Edit[],
  before: readonly Token[],
  after: readonly Token[],
): Edit | null {
  return rightEdits(edits, before, after).at(0) ?? null;
}
