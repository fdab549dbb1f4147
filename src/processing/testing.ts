/** Helpers of this folder's tests; nothing else imports this file. */
import { makeSample } from '../python/edits/sample-testing';
import { MAX_PIECES, type Example } from '../records/example';
import type { Sample, TokenText } from '../records/sample';
import { tokenKey, type ClosedVocabulary } from './vocabulary/closed-vocabulary';
import type { Tokenizer } from './tokenizer/tokenizer';

/** A mutant of a clean sample: `before` with the first `from` replaced by `to`. */
export function makeMutant(clean: Sample, from: string, to: string, fields: Partial<Sample> = {}): Sample {
  const before = clean.after.replace(from, to);
  return makeSample(before, clean.after, { group: clean.group, parentId: clean.id, ...fields });
}

/**
 * The keys of the tokens that the target's answer gives, once for each way that every slot allows: all of them must
 * spell the fixed window.
 */
export function answers(
  example: Example,
  window: readonly TokenText[],
  { tokenizer, vocabulary }: { tokenizer: Tokenizer; vocabulary: ClosedVocabulary },
): string[][] {
  const { location, spanLength, slots } = example.target;
  if (location === 0) return [window.map(tokenKey)];
  const byCopy = slots.map(({ copyGroup }) => window[example.copyGroups.indexOf(copyGroup)]);
  const byEntry = slots.map(({ vocabulary: entry }) => vocabulary.entries[entry]);
  const byPiece = slots.map(({ piece }): TokenText | undefined => {
    const name = piece < 0 ? null : tokenizer.nameOf(piece);
    return name === null ? undefined : { kind: 'name', text: name };
  });
  const [before, behind] = [window.slice(0, location - 1), window.slice(location - 1 + spanLength)];
  return [byCopy, byEntry, byPiece].map((written) => {
    const chosen = written.map((token, k) => token ?? byCopy[k] ?? byEntry[k] ?? byPiece[k]);
    return [...before, ...chosen, ...behind].map((token) => tokenKey(token));
  });
}

/** Pieces of one token of an example, padding left out. */
export function piecesAt({ pieces }: Example, index: number): number[] {
  return [...pieces.slice(index * MAX_PIECES, (index + 1) * MAX_PIECES)].filter((piece) => piece > 0);
}
