import type { Edit, TokenText } from '../records/sample';
import {
  blockSpace,
  bracketDepth,
  indentUnit,
  isIndentation,
  lineBreakOf,
  openLevels,
  whiteSpaceBefore,
} from './indentation';
import type { Token } from './lexer';
import { lineSpaces, mustSeparate, spacingStyle, type SpacingStyle } from './spacing';

/** Everything the rendering of one edit needs to know about its surroundings. */
interface Place {
  source: string;
  /** Line break of the file. */
  lineBreak: string;
  /** Last token with characters before the edit; undefined at the file's start. */
  previous: Token | undefined;
  /** First token with characters after it, or `end`. */
  next: Token;
  /** Removed and written tokens with characters (newlines included), and the indentation of written lines. */
  removed: Token[];
  written: WrittenToken[];
  /** Text before the first removed token (before `next` for an insertion), and before `next`. */
  gapLeft: string;
  gapRight: string;
  /** Indentation of `next`, should it start a line. */
  nextIndent: string;
  /** Blocks around `next`, as in {@link WrittenToken.level}. */
  nextLevel: number;
  /** Brackets open at `next` once the edit is made. */
  depth: number;
  /** Preferred spaces before each written token and `next`; the same for the removed ones. */
  spaces: string[];
  oldSpaces: string[];
}

interface WrittenToken extends TokenText {
  /** White space of the line, should the token start one. */
  indent: string;
  /** Blocks around it. */
  level: number;
}

/** Text with the edit made (see `applyEdit`, which checks the span and aligns the edit first). */
export function renderEdit(source: string, tokens: readonly Token[], edit: Edit): string {
  const [start, end] = edit.tokenSpan;
  const nextIndex = firstSolid(tokens, end);
  const indents = planIndents(source, tokens, edit, nextIndex);
  const previous = lastSolid(tokens, start);
  const next = tokens[nextIndex];
  const removed = tokens.slice(start, end).filter((token) => !isIndentation(token));
  const from = previous?.end ?? 0;
  const line = logicalLineBefore(tokens, start);
  const style = styleAround(source, line, [next, ...restOfLine(tokens, nextIndex)]);
  const spacesOf = (middle: readonly TokenText[]): string[] =>
    lineSpaces([...line, ...middle, next], style).slice(line.length);
  const place: Place = {
    source,
    lineBreak: lineBreakOf(source),
    previous,
    next,
    removed,
    written: indents.written,
    gapLeft: source.slice(from, (removed[0] ?? next).start),
    gapRight: removed.length > 0 ? source.slice(removed[removed.length - 1].end, next.start) : '',
    nextIndent: indents.next,
    nextLevel: indents.newLevels.length,
    depth: bracketDepth([...line, ...edit.replacement]),
    spaces: spacesOf(indents.written),
    oldSpaces: spacesOf(removed),
  };
  return source.slice(0, from) + renderMiddle(place) + shiftedTail(source, tokens, nextIndex, indents);
}

function lastSolid(tokens: readonly Token[], before: number): Token | undefined {
  let i = before - 1;
  while (i >= 0 && isIndentation(tokens[i])) i--;
  return tokens[i];
}

function firstSolid(tokens: readonly Token[], from: number): number {
  let i = from;
  while (isIndentation(tokens[i])) i++;
  return i;
}

function logicalLineBefore(tokens: readonly Token[], index: number): Token[] {
  let start = index;
  while (start > 0 && tokens[start - 1].kind !== 'newline') start--;
  return tokens.slice(start, index).filter((token) => !isIndentation(token));
}

function restOfLine(tokens: readonly Token[], index: number): Token[] {
  if (tokens[index].kind === 'newline' || tokens[index].kind === 'end') return [];
  const end = tokens.findIndex(({ kind }, i) => i > index && (kind === 'newline' || kind === 'end'));
  return tokens.slice(index + 1, end);
}

/** Style of the logical line before and after the edit. */
function styleAround(source: string, before: readonly Token[], after: readonly Token[]): SpacingStyle {
  const line = [...before, ...after];
  const gaps = line.map((token, i) =>
    i === 0 || i === before.length ? undefined : source.slice(line[i - 1].end, token.start),
  );
  return spacingStyle(line, gaps);
}

/** Indentation of the written lines and of the line after them. */
interface Indents {
  unit: string;
  written: WrittenToken[];
  next: string;
  /** Levels of `next`'s line before and after the edit; they differ in number when the edit is unbalanced. */
  oldLevels: string[];
  newLevels: string[];
}

function planIndents(source: string, tokens: readonly Token[], edit: Edit, nextIndex: number): Indents {
  const [start, end] = edit.tokenSpan;
  const unit = indentUnit(source, tokens);
  const levels = openLevels(source, tokens, start);
  const oldLevels = openLevels(source, tokens, nextIndex);
  const known = knownLevels(source, tokens, start, nextIndex, levels);
  const next = tokens[nextIndex];
  // An error-indent that stays means: leave this line's white space alone.
  const keptSlip = start > 0 && tokens[start - 1].kind === 'error-indent';
  let slip = keptSlip;
  const old = whiteSpaceBefore(source, tokens[firstSolid(tokens, start)].start);
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
  for (const token of edit.replacement) {
    if (isIndentation(token)) {
      slip = token.kind === 'error-indent';
      step(token);
      continue;
    }
    const kept = slip && keptSlip && written.length === 0;
    const indent = kept ? old : levels[levels.length - 1] + (slip ? ' ' : '');
    written.push({ ...token, indent, level: levels.length });
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
  return { unit, written, next: indent, oldLevels, newLevels: levels };
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

const isPlain = (gap: string): boolean => /^[ \t\f]*$/.test(gap);
/** Holds a line break that only brackets keep from ending the statement. */
const isBroken = (gap: string): boolean => /[\r\n]/.test(gap) && !gap.includes('\\');
const hasComment = (gap: string): boolean => gap.includes('#');
const endsLine = (token: TokenText | undefined): boolean => token === undefined || token.kind === 'newline';
/** A gap's blank lines and comments, without the white space before its token. */
const leadOf = (gap: string): string => gap.replace(/[ \t\f]+$/, '');

/** Text from the end of `previous` to the start of `next`. */
function renderMiddle(place: Place): string {
  const { written } = place;
  if (written.length === 0) return gapWithoutReplacement(place);
  const [before, after] = outerGaps(place);
  let text = before;
  for (let k = 0; k < written.length; k++) {
    const token = written[k];
    if (k > 0) text += innerGap(place, k);
    text += token.kind === 'newline' ? newlineText(place, k) : token.text;
  }
  return text + after;
}

/** Line break of a written newline; '' where the text that follows brings one. */
function newlineText(place: Place, k: number): string {
  const { written, next, lineBreak, source } = place;
  if (k < written.length - 1) return lineBreak;
  if (adoptsBreak(place)) return '';
  // A file that did not end with a line break still does not.
  return next.kind === 'end' && lacksFinalBreak(source) ? '' : lineBreak;
}

function lacksFinalBreak(source: string): boolean {
  return source.length > 0 && !/[\r\n]\s*$/.test(source);
}

/** The last written newline stands where the old text has a line break anyway (inside brackets). */
function adoptsBreak(place: Place): boolean {
  const { removed, previous, gapLeft, gapRight } = place;
  const oldLast = removed.at(-1) ?? previous;
  if (endsLine(oldLast)) return false;
  const gap = removed.length > 0 ? gapRight : gapLeft;
  return isBroken(gap);
}

/** Gap between written tokens k - 1 and k. */
function innerGap(place: Place, k: number): string {
  const { written, removed, source } = place;
  const [left, right] = [written[k - 1], written[k]];
  if (left.kind === 'newline') return right.kind === 'newline' ? '' : right.indent;
  if (right.kind === 'newline') return trailingComment(place, k);
  if (removed.length === written.length && !endsLine(removed[k - 1]) && !endsLine(removed[k])) {
    const old = source.slice(removed[k - 1].end, removed[k].start);
    if (isPlain(old) && !(old === '' && mustSeparate(left, right))) return old;
  }
  return place.spaces[k];
}

/** A comment at the end of the removed line goes to the end of the written line that takes its place. */
function trailingComment(place: Place, k: number): string {
  const { removed, written, source } = place;
  const firstNewline = written.findIndex((token) => token.kind === 'newline');
  const at = removed.findIndex((token) => token.kind === 'newline');
  if (k !== firstNewline || at < 0) return '';
  const from = at > 0 ? removed[at - 1].end : (place.previous?.end ?? 0);
  const gap = source.slice(from, removed[at].start);
  return hasComment(gap) && !/[\r\n]/.test(gap) ? gap : '';
}

/** Gaps before the first and after the last written token. */
function outerGaps(place: Place): [string, string] {
  const { previous, next, removed, written, gapLeft, gapRight, nextIndent } = place;
  const [first, last] = [written[0], written[written.length - 1]];
  const insertion = removed.length === 0;
  if (insertion && !endsLine(previous) && !endsLine(last) && !endsLine(first)) return inlineInsertion(place);
  if (insertion && endsLine(previous)) {
    const opening = previous && previous.start === previous.end ? place.lineBreak : '';
    const lead = leadOf(gapLeft);
    // A comment or docstring at the end of a file may lack its line break.
    const before = opening + lead + (lead === '' || /[\r\n]$/.test(lead) ? '' : place.lineBreak);
    if (!endsLine(last)) return [before + first.indent, place.spaces[written.length]];
    // Into a block that ends here: before the comments that belong to what follows.
    const ends = first.level > place.nextLevel || (next.kind === 'end' && previous !== undefined);
    return ends ? [opening + first.indent, lead + nextIndent] : [before + first.indent, nextIndent];
  }
  return [gapBeforeFirst(place), gapAfterLast(place, insertion ? gapLeft : gapRight)];
}

function gapBeforeFirst(place: Place): string {
  const { previous, removed, written, gapLeft, spaces, oldSpaces } = place;
  const first = written[0];
  if (first.kind === 'newline') return removed[0]?.kind === 'newline' ? gapLeft : trailingComment(place, 0);
  if (endsLine(previous)) return leadOf(gapLeft) + first.indent;
  if (!previous || removed.length === 0 || removed[0].kind === 'newline') return spaces[0];
  return fittingGap({ gap: gapLeft, left: previous, right: first, old: oldSpaces[0], preferred: spaces[0] });
}

function gapAfterLast(place: Place, gap: string): string {
  const { previous, next, removed, written, nextIndent, depth, source } = place;
  const last = written[written.length - 1];
  const preferred = place.spaces[written.length];
  const oldLast = removed.at(-1) ?? previous;
  if (last.kind === 'newline') {
    if (endsLine(oldLast)) return leadOf(gap) + nextIndent;
    return adoptsBreak(place) ? leadOf(gap) + nextIndent : next.kind === 'newline' ? gap : nextIndent;
  }
  if (endsLine(oldLast)) {
    if (next.kind === 'end') return gap;
    const solid = removed.findLast((token) => token.kind !== 'newline');
    return depth > 0 ? source.slice(solid?.end ?? previous?.end ?? 0, next.start) : preferred;
  }
  if (removed.length === 0 || !oldLast) return gap;
  return fittingGap({ gap, left: last, right: next, old: place.oldSpaces[removed.length], preferred }, depth);
}

/** A gap of the old text between new neighbours. */
interface GapChoice {
  gap: string;
  left: TokenText;
  right: TokenText;
  /** Preferred space between the old neighbours and between the new ones. */
  old: string;
  preferred: string;
}

/** The old gap where it suits the new neighbours, else the preferred space. */
function fittingGap({ gap, left, right, old, preferred }: GapChoice, depth = 1): string {
  if (!isPlain(gap)) return depth > 0 || gap.includes('\\') || right.kind === 'newline' ? gap : preferred;
  if (gap === '' && mustSeparate(left, right)) return ' ';
  return old === preferred ? gap : preferred;
}

const CLINGS_LEFT = new Set([',', ':', ';', ')', ']', '}']);

/** Tokens inserted within a line: where the old gap goes. */
function inlineInsertion(place: Place): [string, string] {
  const { next, written, gapLeft: gap, spaces, depth } = place;
  const [before, after] = [spaces[0], spaces[written.length]];
  if (isPlain(gap)) {
    if (gap === '') return [before, after];
    return after !== '' ? [before, gap] : before !== '' ? [gap, after] : [before, after];
  }
  if (next.kind === 'newline' || next.kind === 'end') return [before, gap];
  const clings = CLINGS_LEFT.has(written[0].text) || hasComment(gap);
  // Behind a bracket that the edit closes, a line break would end the statement.
  return clings && !(depth === 0 && isBroken(gap)) ? [before, gap] : [gap, after];
}

/** What stays between `previous` and `next` when nothing is written. */
function gapWithoutReplacement(place: Place): string {
  const { previous, next, removed, gapLeft, gapRight, nextIndent, source, depth } = place;
  if (removed.length === 0) return endsLine(previous) ? leadOf(gapLeft) + nextIndent : gapLeft;
  const oldLast = removed[removed.length - 1];
  if (!previous || endsLine(previous))
    return leadOf(gapLeft) + (endsLine(oldLast) ? leadOf(gapRight) : '') + nextIndent;
  if (endsLine(oldLast) && next.kind !== 'end') {
    const solid = removed.findLast((token) => token.kind !== 'newline');
    return depth > 0 ? source.slice(solid?.end ?? previous.end, next.start) : place.spaces[0];
  }
  if (next.kind === 'newline' || next.kind === 'end') return gapRight;
  return joinGaps(place);
}

function joinGaps(place: Place): string {
  const { gapLeft: left, gapRight: right, depth } = place;
  const wanted = place.spaces[0];
  if (isPlain(left) && isPlain(right)) {
    const fits = (gap: string): boolean => (gap === '') === (wanted === '');
    return fits(left) ? left : fits(right) ? right : wanted;
  }
  if (depth === 0 && (isBroken(left) || isBroken(right))) return wanted;
  if (hasComment(left) && hasComment(right)) return left + right;
  return hasComment(right) || isPlain(left) ? right : left;
}

/** The text from `next` on; after an unbalanced edit the rest of its block moves with it. */
function shiftedTail(source: string, tokens: readonly Token[], nextIndex: number, indents: Indents): string {
  const { oldLevels, newLevels, unit } = indents;
  const shift = newLevels.length - oldLevels.length;
  const next = tokens[nextIndex];
  if (shift === 0 || next.kind === 'end') return source.slice(next.start);
  const oldTop = oldLevels[oldLevels.length - 1];
  const newTop = newLevels[newLevels.length - 1];
  let level = 0;
  let text = '';
  let from = next.start;
  for (let i = nextIndex; i < tokens.length; i++) {
    const { kind, start } = tokens[i];
    if (kind === 'indent') level++;
    else if (kind === 'dedent') level--;
    if (level < 0 || kind === 'end') break;
    if (isIndentation(tokens[i]) || i === nextIndex || !lineStarts(tokens, i)) continue;
    const space = whiteSpaceBefore(source, start);
    const moved = space.startsWith(oldTop)
      ? newTop + space.slice(oldTop.length)
      : shift > 0
        ? unit + space
        : newTop;
    text += source.slice(from, start - space.length) + moved;
    from = start;
  }
  return text + source.slice(from);
}
