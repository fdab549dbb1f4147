import type { TokenKind, TokenText } from '../records/sample';
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
import {
  isDefinition,
  isDocstring,
  startsWithStatementKeyword,
  looksLikeStatement,
  opensBlock,
} from './layout';
import { numberEnd, operatorLength } from './literals';
import { findStringEnd, stringStart, type ScanBudget } from './strings';

/** Version of the token stream. Any change of what tokens a text gives raises it. */
export const LEXER_VERSION = 1;

/**
 * A program token. Offsets are UTF-16 code units, [start, end). `newline` covers the line break (empty at the end
 * of a file without one); `indent`, `dedent`, `error-indent` and `end` are empty spans before the next token.
 * The text of layout tokens is '': equal programs give equal texts, whatever their line ends and indentation.
 */
export interface Token extends TokenText {
  start: number;
  end: number;
}

/** Hard keywords of Python 3; soft ones (`match`, `case`, `type`, `_`) are names. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/**
 * Splits Python source into program tokens. Never throws: broken code yields tokens too.
 *
 * - Comments, blank lines, continuation backslashes and docstrings make no token (a docstring that is a block's
 *   only statement does).
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

/** Token of one scan; fields change as the scan proceeds. */
interface State {
  readonly source: string;
  readonly tokens: Token[];
  readonly budget: ScanBudget;
  /** Offset from which layout may end a statement inside brackets. */
  readonly recoverFrom: number;
  at: number;
  /** Columns of the open blocks: tabs to multiples of 8, and with tabs counted as 1 to find inconsistency. */
  readonly columns: number[];
  readonly tabColumns: number[];
  /** Of each open block: index of its first token, and logical lines at its own level so far. */
  readonly blocks: { first: number; lines: number }[];
  /** Offset of the statement whose bracket is never closed; -1 while there is none. */
  unclosed: number;
  /** Open brackets, as character codes. */
  brackets: number[];
  /** Index of the logical line's first token, and its offset. */
  statement: number;
  statementStart: number;
  /** What the previous logical line leads to expect. */
  expectBlock: boolean;
  expectDocstring: boolean;
  /** A docstring and its newline, just left out. */
  droppedDocstring: Token[];
  /** Index of an `indent` that no header asked for, while its block has one line; -1 otherwise. */
  strayIndent: number;
  /** The second statement of a block stands left of the first: which is wrong shows the third. Token indices. */
  doubtful: { first: number; second: number; depth: number; column: number; tabColumn: number } | undefined;
}

function scan(source: string, recoverFrom: number): State {
  const state: State = {
    source,
    tokens: [],
    budget: { left: 64 * source.length + 1_000_000 },
    recoverFrom,
    at: source.charCodeAt(0) === Char.ByteOrderMark ? 1 : 0,
    columns: [0],
    tabColumns: [0],
    blocks: [{ first: 0, lines: 0 }],
    unclosed: -1,
    brackets: [],
    statement: 0,
    statementStart: 0,
    expectBlock: false,
    expectDocstring: true,
    droppedDocstring: [],
    strayIndent: -1,
    doubtful: undefined,
  };
  while (state.unclosed < 0 && startLine(state)) scanLogicalLine(state);
  const end = source.length;
  if (state.strayIndent >= 0) foldStrayIndent(state, 0);
  while (state.columns.length > 1) closeBlock(state, end);
  push(state, 'end', '', end, end);
  return state;
}

function push(state: State, kind: TokenKind, text: string, start: number, end: number): void {
  state.tokens.push({ kind, text, start, end });
}

/** Skips blank lines, then writes the layout tokens of the next logical line. False at the end of the text. */
function startLine(state: State): boolean {
  const { source } = state;
  let column = 0;
  let tabColumn = 0;
  let continued = -1;
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
    } else if (isLineBreak(code)) {
      column = tabColumn = 0;
      continued = -1;
      state.at = afterLineBreak(source, state.at);
      continue;
    } else if (state.at >= source.length) {
      return false;
    } else {
      break;
    }
    state.at++;
  }
  writeIndentation(state, continued < 0 ? column : continued, continued < 0 ? tabColumn : continued);
  state.blocks[state.blocks.length - 1].lines++;
  state.statement = state.tokens.length;
  state.statementStart = state.at;
  return true;
}

function writeIndentation(state: State, column: number, tabColumn: number): void {
  const { at, columns, tabColumns } = state;
  if (state.strayIndent >= 0) foldStrayIndent(state, column);
  settleDoubt(state, column);
  state.doubtful = undefined;
  state.strayIndent = -1;
  const top = columns[columns.length - 1];
  if (column > top && tabColumn > tabColumns[tabColumns.length - 1]) {
    if (!state.expectBlock && state.tokens.length > 0) state.strayIndent = state.tokens.length;
    columns.push(column);
    tabColumns.push(tabColumn);
    push(state, 'indent', '', at, at);
    state.blocks.push({ first: state.tokens.length, lines: 0 });
    return;
  }
  // A block is left only for one that is still at or right of this line: a slip of a column stays inside.
  while (columns.length > 1 && columns[columns.length - 2] >= column) closeBlock(state, at);
  if (columns[columns.length - 1] === column && tabColumns[tabColumns.length - 1] === tabColumn) return;
  const { first, lines } = state.blocks[state.blocks.length - 1];
  const second = state.tokens.length;
  if (lines === 1 && second > first)
    state.doubtful = { first, second, depth: columns.length, column, tabColumn };
  push(state, 'error-indent', '', at, at);
}

/**
 * The first two statements of a block have different columns, and the second was taken for the error. When the next
 * line agrees with the second, it was the first.
 */
function settleDoubt({ tokens, columns, tabColumns, doubtful }: State, column: number): void {
  if (!doubtful || doubtful.column !== column || doubtful.depth !== columns.length) return;
  const { first, second, tabColumn } = doubtful;
  if (columns[columns.length - 1] <= column) return;
  const { start } = tokens[first];
  tokens.splice(second, 1);
  tokens.splice(first, 0, { kind: 'error-indent', text: '', start, end: start });
  columns[columns.length - 1] = column;
  tabColumns[tabColumns.length - 1] = tabColumn;
}

/** Turns a block of one line that nothing asked for, and that ends here, into that line with an `error-indent`. */
function foldStrayIndent(state: State, column: number): void {
  const { tokens, columns, tabColumns, blocks, strayIndent } = state;
  if (columns[columns.length - 2] < column) return;
  tokens[strayIndent] = { ...tokens[strayIndent], kind: 'error-indent' };
  columns.pop();
  tabColumns.pop();
  blocks.pop();
  state.strayIndent = -1;
}

function closeBlock(state: State, at: number): void {
  // The block held nothing but its docstring: then that is its statement.
  if (state.tokens.at(-1)?.kind === 'indent') state.tokens.push(...state.droppedDocstring);
  state.columns.pop();
  state.tabColumns.pop();
  state.blocks.pop();
  push(state, 'dedent', '', at, at);
}

/** Scans to the end of the logical line and writes its `newline`. */
function scanLogicalLine(state: State): void {
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
    } else if (code === Char.Backslash && isLineBreak(source.charCodeAt(state.at + 1))) {
      state.at = afterLineBreak(source, state.at + 1);
    } else {
      scanToken(state, code);
    }
  }
  if (state.brackets.length > 0 && state.recoverFrom === Infinity) state.unclosed = state.statementStart;
  else if (state.unclosed < 0) endLine(state, state.at, state.at);
}

function endLine(state: State, start: number, end: number): void {
  const { tokens, statement } = state;
  state.brackets.length = 0;
  state.at = end;
  if (tokens.length === statement) return;
  // An indented string at a file's start is a statement out of place, not the module's docstring.
  const docstring = state.expectDocstring && tokens[0]?.kind !== 'indent' && isDocstring(tokens, statement);
  state.expectDocstring = false;
  if (docstring) {
    state.droppedDocstring = tokens.splice(statement);
    state.droppedDocstring.push({ kind: 'newline', text: '', start, end });
    state.expectBlock = false;
    return;
  }
  state.expectBlock = opensBlock(tokens, statement);
  state.expectDocstring = state.expectBlock && isDefinition(tokens, statement);
  push(state, 'newline', '', start, end);
}

/** Inside brackets, at the start of a physical line: does a new statement begin, the bracket never closed? */
function startsStatement(state: State, lineStart: number): boolean {
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

function scanToken(state: State, code: number): void {
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

function take(state: State, kind: TokenKind, end: number): void {
  push(state, kind, state.source.slice(state.at, end), state.at, end);
  state.at = end;
}

function scanString(state: State, quoteAt: number): void {
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
    const match = brackets.lastIndexOf(opening);
    brackets.length = Math.max(0, match >= 0 ? match : brackets.length - 1);
  }
}
