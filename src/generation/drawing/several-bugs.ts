import { applyEdit, charSpanOf, diffTokens, sameTokens } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import { fitsModel } from '../../records/example';
import type { Edit, TokenText } from '../../records/sample';
import type { Mutant } from '../mutation/mutant';
import type { MutationTarget } from '../mutation/target';
import { applyTextEdit } from '../mutation/text-edit';

/** A buggy version of a function: one bug, or several that stand apart. */
export interface PlantedBugs {
  /** Taxonomy id of the leftmost bug. */
  bugType: string;
  /** Source with all bugs, and its tokens. */
  before: string;
  tokens: readonly Token[];
  /** One edit a bug, leftmost first; all count the tokens of `before`. */
  edits: Edit[];
  /** Of several bugs: type and source of each alone, in the order of `edits`. Empty for one bug. */
  alone: { bugType: string; before: string }[];
}

/**
 * Why bugs cannot stand in one mutant. `bugs_too_close`: they overlap, or one edit that the model can write would mend
 * both; `bugs_interact`: together they read otherwise than each alone (an open bracket or string swallows the other),
 * or mending one does not leave the rest as it was.
 */
export type CombinationDrop = 'bugs_too_close' | 'bugs_interact';

/** A mutant with its one bug. */
export function plantOne({ bugType, before, tokens, fix }: Mutant): PlantedBugs {
  return { bugType, before, tokens, edits: [fix], alone: [] };
}

/**
 * One mutant with the bugs of several, each of which was made from the same clean function. The edits are those of
 * each bug alone, moved to where its tokens now stand; mending them one after the other, leftmost first, as a repair in
 * rounds does, must give the clean tokens.
 */
export function plantSeveral(
  target: MutationTarget,
  mutants: readonly Mutant[],
): PlantedBugs | { dropped: CombinationDrop; before?: string } {
  const sorted = [...mutants].sort((a, b) => a.fix.tokenSpan[0] - b.fix.tokenSpan[0]);
  if (sorted.some((mutant, i) => i > 0 && touch(sorted[i - 1], mutant))) return { dropped: 'bugs_too_close' };
  const before = sorted.reduceRight((text, { change }) => applyTextEdit(text, change), target.source);
  const tokens = lex(before);
  if (!sameTokens(tokens, joinedTokens(target.tokens, sorted))) return { dropped: 'bugs_interact', before };
  const single = diffTokens(tokens, target.tokens);
  if (!single || fitsModel(single)) return { dropped: 'bugs_too_close', before };
  const edits = movedEdits(tokens, sorted);
  if (!mendsInRounds(before, edits, target.tokens)) return { dropped: 'bugs_interact', before };
  const alone = sorted.map(({ bugType, before: source }) => ({ bugType, before: source }));
  return { bugType: sorted[0].bugType, before, tokens, edits, alone };
}

/** Clean tokens [first, end) that a bug stands in place of. */
function cleanSpan({ fix: { tokenSpan, replacement } }: Mutant): [number, number] {
  return [tokenSpan[0], tokenSpan[0] + replacement.length];
}

/** True when two bugs, the left one first, have no unchanged token or text between them. */
function touch(left: Mutant, right: Mutant): boolean {
  return cleanSpan(left)[1] >= cleanSpan(right)[0] || left.change.end > right.change.start;
}

/** The tokens of a text with all bugs, if none of them changes how the rest is read. */
function joinedTokens(clean: readonly TokenText[], sorted: readonly Mutant[]): TokenText[] {
  const out: TokenText[] = [];
  let at = 0;
  for (const mutant of sorted) {
    const [first, end] = cleanSpan(mutant);
    out.push(...clean.slice(at, first), ...mutant.tokens.slice(...mutant.fix.tokenSpan));
    at = end;
  }
  return [...out, ...clean.slice(at)];
}

function movedEdits(tokens: readonly Token[], sorted: readonly Mutant[]): Edit[] {
  let shift = 0;
  return sorted.map(({ fix: { tokenSpan, replacement } }) => {
    const [start, end] = [tokenSpan[0] + shift, tokenSpan[1] + shift];
    shift += end - start - replacement.length;
    return { tokenSpan: [start, end], charSpan: charSpanOf(tokens, start, end), replacement };
  });
}

function mendsInRounds(before: string, edits: readonly Edit[], clean: readonly TokenText[]): boolean {
  let source = before;
  let shift = 0;
  for (const { tokenSpan, replacement } of edits) {
    const tokens = lex(source);
    const span: [number, number] = [tokenSpan[0] + shift, tokenSpan[1] + shift];
    if (span[1] >= tokens.length) return false;
    source = applyEdit(source, tokens, {
      tokenSpan: span,
      charSpan: charSpanOf(tokens, ...span),
      replacement,
    });
    shift += replacement.length - (span[1] - span[0]);
  }
  return sameTokens(lex(source), clean);
}
