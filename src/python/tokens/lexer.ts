import type { TokenKind } from '../../records/sample';
import type { Token } from './token';
import { enterLine, isDeeper, leaveBlocks } from './blocks';
import {
  afterLineBreak,
  Char,
  isBlank,
  isDigit,
  isLineBreak,
  isOperatorStart,
  isQuote,
  lineEnd,
  wordEnd,
  wordStartLength,
} from './characters';
import { conflictMarkerEnd } from './conflict-markers';
import {
  isDefinition,
  isUnfinished,
  looksLikeStatement,
  opensBlock,
  startsWithStatementKeyword,
} from './layout';
import { numberEnd, operatorLength } from './literals';
import { push, startScan, type ScanState } from './scan-state';
import { stringStatementAt } from './string-statements';
import { findStringEnd, stringStart } from './strings';

/** Version of the token stream. Any change of what tokens a text gives raises it. */
export const LEXER_VERSION = 2;

/** Hard keywords of Python 3; soft ones (`match`, `case`, `type`, `_`) are names. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** May a docstring start here: with a quote or one of its prefixes and a quote? Told for every line, so cheaply. */
function mayStartDocstring(source: string, at: number): boolean {
  const code = source.charCodeAt(at);
  if (isQuote(code)) return true;
  const isPrefix =
    code === Char.LowerR || code === Char.UpperR || code === Char.LowerU || code === Char.UpperU;
  return isPrefix && isQuote(source.charCodeAt(at + 1));
}

/**
 * Splits Python source into program tokens. Never throws: broken code yields tokens too.
 *
 * - Comments, blank lines and continuation backslashes make no token; nor do docstrings and other lines of nothing but
 *   a triple-quoted string, unless one is its block's only statement. A string in a wrong column makes an
 *   `error-indent` before the next line.
 * - A merge-conflict marker at a line's start is one `error-char` with its newline (none inside brackets); the lines
 *   around it have the layout that they have without it.
 * - Whole f-strings are one `string`, read as Python 3.12 does and else as 3.11.
 * - `error-string`: an unterminated literal, to the end of its line. `error-char`: a character no token starts with.
 * - `error-indent`: a line whose indentation fits no open block (it stays in the innermost one whose outer block it is
 *   not left of), that mixes tabs and spaces inconsistently, that alone is indented for no reason, or that alone of
 *   its block is too deep. Deleting the token puts the line where its neighbours are.
 * - A bracket that is never closed ends where a new statement clearly begins, so that the rest keeps its lines.
 *
 * On code that CPython accepts, the tokens are CPython's (checked over its standard library by the tests).
 * The last token is always `end`.
 */
export function lex(source: string): Token[] {
  const state = scan(source, Infinity);
  // A bracket that is never closed: read again, allowing layout to end statements from the bracket's own one on.
  return state.unclosed < 0 ? state.tokens : scan(source, state.unclosed).tokens;
}

function scan(source: string, recoverFrom: number): ScanState {
  const state = startScan(source, recoverFrom);
  while (state.unclosed < 0 && startLine(state)) scanLogicalLine(state);
  leaveBlocks(state);
  push(state, 'end', '', source.length, source.length);
  return state;
}

/**
 * Skips blank lines, sets string statements aside and writes merge-conflict markers; then writes the layout tokens of
 * the next logical line. False at the end of the text.
 */
function startLine(state: ScanState): boolean {
  const { source } = state;
  let column = 0;
  let tabColumn = 0;
  let continued = -1;
  scanMarkers(state);
  for (;;) {
    const code = source.charCodeAt(state.at);
    if (code === Char.Space) {
      column++;
      tabColumn++;
    } else if (code === Char.Tab) {
      column = (column | 7) + 1;
      tabColumn++;
    } else if (code === Char.FormFeed) {
      column = tabColumn = 0;
    } else if (code === Char.Backslash && isLineBreak(source.charCodeAt(state.at + 1))) {
      // CPython measures the indentation on the first line of a continued one.
      if (continued < 0 && column > 0) continued = column;
      column = tabColumn = 0;
      state.at = afterLineBreak(source, state.at + 1);
      continue;
    } else if (code === Char.Hash) {
      state.at = lineEnd(source, state.at);
      continue;
    } else if (isLineBreak(code) || (continued < 0 && holdString(state, column, tabColumn))) {
      column = tabColumn = 0;
      continued = -1;
      // After a string statement the line is behind us already.
      if (isLineBreak(code)) state.at = afterLineBreak(source, state.at);
      scanMarkers(state);
      continue;
    } else if (state.at >= source.length) {
      return false;
    } else {
      break;
    }
    state.at++;
  }
  enterLine(state, continued < 0 ? column : continued, continued < 0 ? tabColumn : continued);
  state.blocks[state.blocks.length - 1].lines++;
  state.statement = state.tokens.length;
  state.statementStart = state.at;
  return true;
}

/** Writes the merge-conflict markers at a line's start, each a token and its newline: layout does not see them. */
function scanMarkers(state: ScanState): void {
  const { source } = state;
  for (;;) {
    const end = conflictMarkerEnd(source, state.at);
    if (end < 0) return;
    take(state, 'error-char', end);
    const lineBreak = lineEnd(source, end);
    state.at = lineBreak < source.length ? afterLineBreak(source, lineBreak) : lineBreak;
    push(state, 'newline', '', lineBreak, state.at);
  }
}

/**
 * Sets the string statement at this place aside: a docstring, or one in triple quotes that stands where a comment
 * could. Not one that is deeper than its block, or that follows a line which lacks its end: the program may need it.
 */
function holdString(state: ScanState, column: number, tabColumn: number): boolean {
  const { source, at, tokens, held, expectBlock, expectDocstring } = state;
  if (!mayStartDocstring(source, at)) return false;
  if (isUnfinished(tokens) || (!expectBlock && isDeeper(state, column, tabColumn))) return false;
  const statement = stringStatementAt(source, at, state.budget);
  if (!statement || !(statement.triple || expectDocstring)) return false;
  held.push({ statement, column, tabColumn, index: tokens.length });
  state.at = statement.breakEnd;
  state.expectDocstring = false;
  return true;
}

/** Scans to the end of the logical line and writes its `newline`. */
function scanLogicalLine(state: ScanState): void {
  const { source } = state;
  while (state.at < source.length && state.unclosed < 0) {
    const code = source.charCodeAt(state.at);
    if (isBlank(code)) {
      state.at++;
    } else if (code === Char.Hash) {
      state.at = lineEnd(source, state.at);
    } else if (isLineBreak(code)) {
      const next = afterLineBreak(source, state.at);
      if (state.brackets.length === 0 || startsStatement(state, next)) {
        endLine(state, state.at, next);
        return;
      }
      state.at = next;
      const marker = conflictMarkerEnd(source, next);
      if (marker >= 0) take(state, 'error-char', marker);
    } else if (code === Char.Backslash && isLineBreak(source.charCodeAt(state.at + 1))) {
      state.at = afterLineBreak(source, state.at + 1);
    } else {
      scanToken(state, code);
    }
  }
  if (state.brackets.length > 0 && state.recoverFrom === Infinity) state.unclosed = state.statementStart;
  else if (state.unclosed < 0) endLine(state, state.at, state.at);
}

function endLine(state: ScanState, start: number, end: number): void {
  const { tokens, statement } = state;
  if (state.brackets.length > 0) state.brackets.length = 0;
  state.at = end;
  if (tokens.length === statement) return;
  state.expectBlock = opensBlock(tokens, statement);
  state.expectDocstring = state.expectBlock && isDefinition(tokens, statement);
  push(state, 'newline', '', start, end);
}

/** Inside brackets, at the start of a physical line: does a new statement begin, the bracket never closed? */
function startsStatement(state: ScanState, lineStart: number): boolean {
  const { source, tokens } = state;
  let at = lineStart;
  let column = 0;
  for (; isBlank(source.charCodeAt(at)); at++)
    column = source.charCodeAt(at) === Char.Tab ? (column | 7) + 1 : column + 1;
  const word = wordStartLength(source, at) > 0 ? source.slice(at, wordEnd(source, at)) : '';
  const text = source.slice(at, lineEnd(source, at));
  if (word !== '' && startsWithStatementKeyword(word, text)) {
    if (state.recoverFrom === Infinity) state.unclosed = state.statementStart;
    return true;
  }
  if (state.statementStart < state.recoverFrom || at >= source.length) return false;
  return looksLikeStatement({
    word,
    text,
    column,
    statementColumn: state.columns[state.columns.length - 1],
    afterHeader: tokens[tokens.length - 1].text === ':' && tokens[state.statement].kind === 'keyword',
  });
}

function scanToken(state: ScanState, code: number): void {
  const { source, at } = state;
  if (isQuote(code)) return scanString(state, at);
  if (wordStartLength(source, at) > 0) {
    const end = wordEnd(source, at);
    if (isQuote(source.charCodeAt(end)) && stringStart(source, at, end)) return scanString(state, end);
    const text = source.slice(at, end);
    push(state, KEYWORDS.has(text) ? 'keyword' : 'name', text, at, end);
    state.at = end;
    return;
  }
  if (isDigit(code) || (code === Char.Dot && isDigit(source.charCodeAt(at + 1))))
    return take(state, 'number', numberEnd(source, at));
  const length = isOperatorStart(code) ? operatorLength(source, at) : 0;
  if (length === 0) return take(state, 'error-char', at + ((source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1));
  trackBracket(state.brackets, code);
  take(state, 'op', at + length);
}

function take(state: ScanState, kind: TokenKind, end: number): void {
  push(state, kind, state.source.slice(state.at, end), state.at, end);
  state.at = end;
}

function scanString(state: ScanState, quoteAt: number): void {
  const start = stringStart(state.source, state.at, quoteAt);
  if (!start) throw new Error('a string starts with a prefix or a quote');
  const { closed, end } = findStringEnd(state.source, start, state.budget);
  take(state, closed ? 'string' : 'error-string', end);
}

/** Opens or closes a bracket. A closing one of the wrong kind closes too, the matching one if there is one. */
function trackBracket(brackets: number[], code: number): void {
  if (code === Char.OpenParen || code === Char.OpenBracket || code === Char.OpenBrace) {
    brackets.push(code);
  } else if (code === Char.CloseParen || code === Char.CloseBracket || code === Char.CloseBrace) {
    const opening = code === Char.CloseParen ? Char.OpenParen : code - 2;
    if (brackets[brackets.length - 1] === opening) return void brackets.pop();
    const match = brackets.lastIndexOf(opening);
    brackets.length = Math.max(0, match >= 0 ? match : brackets.length - 1);
  }
}
