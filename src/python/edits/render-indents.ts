import type { Edit, TokenText } from '../../records/sample';
import { isConflictMarker } from '../tokens/conflict-markers';
import { blockSpace, indentUnit, isIndentation, openLevels, whiteSpaceBefore } from '../tokens/indentation';
import type { Token } from '../tokens/token';
import { indentStrings } from '../tokens/string-statements';

/** A token that an edit writes, with its place in the layout. */
export interface WrittenToken extends TokenText {
  /** White space of the line, should the token start one. */
  indent: string;
  /** Blocks around it. */
  level: number;
}

/** Last token with characters (or newline) before an index. */
export function lastSolid(tokens: readonly Token[], before: number): Token | undefined {
  let i = before - 1;
  while (i >= 0 && isIndentation(tokens[i])) i--;
  return tokens[i];
}

/** Index of the first token from an index on that is no indentation. */
export function firstSolid(tokens: readonly Token[], from: number): number {
  let i = from;
  while (isIndentation(tokens[i])) i++;
  return i;
}

/** Indentation of the written lines and of the line after them. */
export interface Indents {
  unit: string;
  written: WrittenToken[];
  next: string;
  /** Do docstrings before the first written line, and before `next`, take its new indentation? */
  movesFirst: boolean;
  movesNext: boolean;
  /** The edit removes an `error-indent` that lies before a docstring. */
  mendsString: boolean;
  /** Levels of `next`'s line before and after the edit; they differ in number when the edit is unbalanced. */
  oldLevels: string[];
  newLevels: string[];
}

/** Works out the layout around an edit. `nextIndex` is the first token after it that is no indentation. */
export function planIndents(
  source: string,
  tokens: readonly Token[],
  edit: Edit,
  nextIndex: number,
): Indents {
  const [start, end] = edit.tokenSpan;
  const unit = indentUnit(source, tokens);
  const levels = openLevels(source, tokens, start);
  const oldLevels = openLevels(source, tokens, nextIndex);
  const known = knownLevels(source, tokens, start, nextIndex, levels);
  const next = tokens[nextIndex];
  // An error-indent that stays means: leave this line's white space alone.
  const keptSlip = start > 0 && tokens[start - 1].kind === 'error-indent';
  let slip = keptSlip;
  const firstIndex = firstSolid(tokens, start);
  const old = whiteSpaceBefore(source, tokens[firstIndex].start);
  const step = (token: TokenText): void => {
    if (token.kind === 'indent') {
      const outer = levels[levels.length - 1];
      const old = known[levels.length];
      levels.push(old?.startsWith(outer) && old.length > outer.length ? old : outer + unit);
    } else if (token.kind === 'dedent' && levels.length > 1) {
      levels.pop();
    }
  };
  const written: WrittenToken[] = [];
  let firstSlip = false;
  for (const token of edit.replacement) {
    if (isIndentation(token)) {
      slip = token.kind === 'error-indent';
      step(token);
      continue;
    }
    const kept = slip && keptSlip && written.length === 0;
    const indent = kept ? old : levels[levels.length - 1] + (slip ? ' ' : '');
    if (written.length === 0) firstSlip = slip;
    written.push({ ...token, indent: isConflictMarker(token) ? '' : indent, level: levels.length });
    slip = false;
  }
  const wasSlip = nextIndex > 0 && tokens[nextIndex - 1].kind === 'error-indent';
  for (let i = end; i < nextIndex; i++) {
    slip = tokens[i].kind === 'error-indent';
    step(tokens[i]);
  }
  const level = levels[levels.length - 1];
  const unchanged =
    lineStarts(tokens, nextIndex) && wasSlip === slip && oldLevels[oldLevels.length - 1] === level;
  const indent = unchanged ? whiteSpaceBefore(source, next.start) : level + (slip ? ' ' : '');
  const mendsString = tokens
    .slice(start, Math.min(end, firstIndex))
    .some((token) => token.kind === 'error-indent' && token.start < tokens[firstIndex].start);
  return {
    unit,
    written,
    next: isConflictMarker(next) ? '' : indent,
    movesFirst: !firstSlip && (mendsString || (lineStarts(tokens, firstIndex) && old !== written[0]?.indent)),
    movesNext: !slip && !unchanged,
    mendsString,
    oldLevels,
    newLevels: levels,
  };
}

/** White space by depth of the blocks that start in the edited place, so that rewritten lines keep their columns. */
function knownLevels(
  source: string,
  tokens: readonly Token[],
  from: number,
  to: number,
  outer: readonly string[],
): (string | undefined)[] {
  const known: (string | undefined)[] = [...outer];
  let depth = outer.length;
  for (let i = from; i < to; i++) {
    if (tokens[i].kind === 'indent') known[depth++] = blockSpace(source, tokens, i);
    else if (tokens[i].kind === 'dedent') depth = Math.max(1, depth - 1);
  }
  return known;
}

/** Is token `index` (layout left aside) the first of its line? */
function lineStarts(tokens: readonly Token[], index: number): boolean {
  const previous = lastSolid(tokens, index);
  return previous === undefined || previous.kind === 'newline';
}

/** The text from `next` on; after an unbalanced edit the rest of its block moves with it. */
export function shiftedTail(
  source: string,
  tokens: readonly Token[],
  nextIndex: number,
  indents: Indents,
): string {
  const { oldLevels, newLevels, unit } = indents;
  const shift = newLevels.length - oldLevels.length;
  const next = tokens[nextIndex];
  if (shift === 0 || next.kind === 'end') return source.slice(next.start);
  const oldTop = oldLevels[oldLevels.length - 1];
  const newTop = newLevels[newLevels.length - 1];
  const move = (space: string): string =>
    space.startsWith(oldTop) ? newTop + space.slice(oldTop.length) : shift > 0 ? unit + space : newTop;
  let level = 0;
  let text = '';
  let from = next.start;
  for (let i = nextIndex; i < tokens.length; i++) {
    const { kind, start } = tokens[i];
    if (kind === 'indent') level++;
    else if (kind === 'dedent') level--;
    if (level < 0 || kind === 'end') break;
    if (isIndentation(tokens[i]) || i === nextIndex || !lineStarts(tokens, i)) continue;
    if (isConflictMarker(tokens[i])) continue;
    const space = whiteSpaceBefore(source, start);
    const gapStart = lastSolid(tokens, i)?.end ?? 0;
    const gap = source.slice(gapStart, start - space.length);
    text += source.slice(from, gapStart) + indentStrings(gap, move) + move(space);
    from = start;
  }
  return text + source.slice(from);
}
