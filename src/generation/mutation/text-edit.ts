import type { LogicalLine } from '../../python/structure/logical-lines';
import type { MutationTarget } from './target';

/** Replace `source[start, end)` (UTF-16 code units) by `text`. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** The source with an edit made. */
export function applyTextEdit(source: string, { start, end, text }: TextEdit): string {
  return source.slice(0, start) + text + source.slice(end);
}

/** Writes `text` in place of tokens [first, last]. Spaces are added where words would grow together. */
export function replaceTokens(
  { source, tokens }: MutationTarget,
  first: number,
  last: number,
  text: string,
): TextEdit {
  return spaced(source, { start: tokens[first].start, end: tokens[last].end, text });
}

/** Writes `text` in place of one token. */
export function replaceToken(target: MutationTarget, index: number, text: string): TextEdit {
  return replaceTokens(target, index, index, text);
}

/**
 * Removes tokens [first, last] with the blanks after them, or, before a closing mark and at the end of a line, the
 * blanks before them. Layout tokens cannot be removed this way.
 */
export function removeTokens({ source, tokens }: MutationTarget, first: number, last: number): TextEdit {
  let start = tokens[first].start;
  let end = tokens[last].end;
  const after = skipBlanks(source, end);
  if (after < source.length && !/[\n#)\]}:,]/.test(source[after])) end = after;
  else while (start > 0 && isBlank(source[start - 1]) && !startsLine(source, start)) start -= 1;
  return spaced(source, { start, end, text: '' });
}

/**
 * Removes a logical line with its comment and line break. Null for a line that shares its physical line with another
 * statement (`if x: y`), and for the only line of a block, without which the header would have none.
 */
export function removeLine(target: MutationTarget, line: LogicalLine): TextEdit | null {
  const { source, tokens, lines } = target;
  const { start } = tokens[line.first];
  const index = target.lineOf[line.first];
  const opensBlock = index > 0 && lines[index - 1].level < line.level;
  const closesBlock = index + 1 === lines.length || lines[index + 1].level < line.level;
  if (!startsLine(source, start) || (opensBlock && closesBlock)) return null;
  for (let i = line.first; i < line.end; i++) if (tokens[i].text === ';') return null;
  return { start: source.lastIndexOf('\n', start - 1) + 1, end: tokens[line.end].end, text: '' };
}

/** Inserts `text` and a space, or another gap, before a token. */
export function insertBefore(
  { source, tokens }: MutationTarget,
  index: number,
  text: string,
  gap = ' ',
): TextEdit {
  const { start } = tokens[index];
  return spaced(source, { start, end: start, text: text + gap });
}

/** Inserts `text` right after a token. */
export function insertAfter({ source, tokens }: MutationTarget, index: number, text: string): TextEdit {
  const { end } = tokens[index];
  return spaced(source, { start: end, end, text });
}

const WORD = /[\p{L}\p{N}_]/u;
const QUOTE_OR_WORD = /[\p{L}\p{N}_'"]/u;

/** Keeps words apart: `not(x)` without its `not(` would otherwise grow together with the word before it. */
function spaced(source: string, { start, end, text }: TextEdit): TextEdit {
  const before = start > 0 ? source[start - 1] : '';
  const after = end < source.length ? source[end] : '';
  if (text === '')
    return { start, end, text: QUOTE_OR_WORD.test(before) && QUOTE_OR_WORD.test(after) ? ' ' : '' };
  const left = WORD.test(before) && WORD.test(text[0]) ? ' ' : '';
  const right = WORD.test(text[text.length - 1]) && QUOTE_OR_WORD.test(after) ? ' ' : '';
  return { start, end, text: left + text + right };
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t';
}

function skipBlanks(source: string, from: number): number {
  let at = from;
  while (at < source.length && isBlank(source[at])) at += 1;
  return at;
}

/** True when only blanks stand between the line's start and `offset`: they are its indentation. */
function startsLine(source: string, offset: number): boolean {
  return /^[ \t]*$/.test(source.slice(source.lastIndexOf('\n', offset - 1) + 1, offset));
}
