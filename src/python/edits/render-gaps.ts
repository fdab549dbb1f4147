import type { TokenText } from '../../records/sample';
import type { Token } from '../tokens/token';
import type { WrittenToken } from './render-indents';
import { whiteSpaceBefore } from '../tokens/indentation';
import { mustSeparate } from './spacing';
import { indentStrings, stringStatementsIn } from '../tokens/string-statements';

/** Everything the rendering of one edit needs to know about its surroundings. */
export interface Place {
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
  /** Do docstrings before the first written line, and before `next`, take its new indentation? */
  movesFirst: boolean;
  movesNext: boolean;
  /** The edit removes an `error-indent` that lies before a docstring. */
  mendsString: boolean;
  /** Blocks around `next`, as in {@link WrittenToken.level}. */
  nextLevel: number;
  /** Brackets open at `next` once the edit is made. */
  depth: number;
  /** Preferred spaces before each written token and `next`; the same for the removed ones. */
  spaces: string[];
  oldSpaces: string[];
}

const isPlain = (gap: string): boolean => /^[ \t\f]*$/.test(gap);
/** Holds a line break that only brackets keep from ending the statement. */
const isBroken = (gap: string): boolean => /[\r\n]/.test(gap) && !gap.includes('\\');
const hasComment = (gap: string): boolean => gap.includes('#');
const endsLine = (token: TokenText | undefined): boolean => token === undefined || token.kind === 'newline';
/** A gap's blank lines and comments, without the white space before its token. */
const leadOf = (gap: string): string => gap.replace(/[ \t\f]+$/, '');

/** {@link leadOf} a gap before a line with this indentation; docstrings take it too when they move with the line. */
function leadTo(gap: string, indent: string, moves: boolean): string {
  const lead = leadOf(gap);
  return moves ? indentStrings(lead, () => indent) : lead;
}

/** Text from the end of `previous` to the start of `next`. */
export function renderMiddle(place: Place): string {
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
    const lead = leadTo(gapLeft, first.indent, place.movesFirst);
    // A comment or docstring at the end of a file may lack its line break.
    const whole = (lines: string): string =>
      lines === '' || /[\r\n]$/.test(lines) ? lines : lines + place.lineBreak;
    const before = opening + whole(lead) + first.indent;
    if (!endsLine(last)) return [before, place.spaces[written.length]];
    // Into a block that ends here: before the comments that belong to what follows.
    const ends = first.level > place.nextLevel || (next.kind === 'end' && previous !== undefined);
    if (!ends) return [before, nextIndent];
    // A docstring of the block stays its first line.
    const own = stringStatementsIn(lead).filter(
      ({ start }) => whiteSpaceBefore(lead, start) === first.indent,
    );
    const split = own.at(-1)?.breakEnd ?? 0;
    return [opening + whole(lead.slice(0, split)) + first.indent, lead.slice(split) + nextIndent];
  }
  return [gapBeforeFirst(place), gapAfterLast(place, insertion ? gapLeft : gapRight)];
}

function gapBeforeFirst(place: Place): string {
  const { previous, removed, written, gapLeft, spaces, oldSpaces } = place;
  const first = written[0];
  if (first.kind === 'newline') return removed[0]?.kind === 'newline' ? gapLeft : trailingComment(place, 0);
  if (endsLine(previous)) return leadTo(gapLeft, first.indent, place.movesFirst) + first.indent;
  if (!previous || removed.length === 0 || removed[0].kind === 'newline') return spaces[0];
  return fittingGap({ gap: gapLeft, left: previous, right: first, old: oldSpaces[0], preferred: spaces[0] });
}

function gapAfterLast(place: Place, gap: string): string {
  const { previous, next, removed, written, nextIndent, depth, source } = place;
  const last = written[written.length - 1];
  const preferred = place.spaces[written.length];
  const oldLast = removed.at(-1) ?? previous;
  if (last.kind === 'newline') {
    const lead = leadTo(gap, nextIndent, place.movesNext);
    if (endsLine(oldLast)) return lead + nextIndent;
    return adoptsBreak(place) ? lead + nextIndent : next.kind === 'newline' ? gap : nextIndent;
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
  const lead = leadTo(gapLeft, nextIndent, place.movesNext || place.mendsString);
  if (removed.length === 0) return endsLine(previous) ? lead + nextIndent : gapLeft;
  const oldLast = removed[removed.length - 1];
  if (!previous || endsLine(previous))
    return lead + (endsLine(oldLast) ? leadTo(gapRight, nextIndent, place.movesNext) : '') + nextIndent;
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
  // The removed tokens were a line of their own: it goes.
  if (/[\r\n][ \t\f]*$/.test(left)) {
    const rest = /^[ \t\f]*(\r\n|\r|\n)/.exec(right);
    if (rest) return leadOf(left) + right.slice(rest[0].length);
  }
  if (hasComment(left) && hasComment(right)) return left + right;
  return hasComment(right) || isPlain(left) ? right : left;
}
