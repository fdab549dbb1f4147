import type { Token } from './token';

/** Keywords that cannot stand inside an expression: at a line's start they end any open bracket. */
const STATEMENT_KEYWORDS = new Set(
  (
    'assert break class continue def del elif except finally global import nonlocal pass raise return try ' +
    'while with'
  ).split(' '),
);

/** Keywords that open a block; `match` and `case` are soft and judged by the colon. */
const BLOCK_KEYWORDS = new Set('async class def elif else except finally for if try while with'.split(' '));

/** Does the logical line of tokens [from, end) open a block, or try to (its colon may be missing)? */
export function opensBlock(tokens: readonly Token[], from: number): boolean {
  const last = tokens.at(-1);
  if (last === undefined || tokens.length <= from) return false;
  return last.text === ':' || (tokens[from].kind === 'keyword' && BLOCK_KEYWORDS.has(tokens[from].text));
}

/** Is the logical line that starts at `from` the header of a function or class? */
export function isDefinition(tokens: readonly Token[], from: number): boolean {
  const text = tokens[from]?.text;
  return text === 'def' || text === 'class' || (text === 'async' && tokens[from + 1]?.text === 'def');
}

/** Does the last logical line end with an operator that wants something after it? */
export function isUnfinished(tokens: readonly Token[]): boolean {
  const last = tokens.at(-2);
  return last?.kind === 'op' && !FINAL_OPERATORS.has(last.text);
}

const FINAL_OPERATORS = new Set([')', ']', '}', ':', ';', '...', ',']);

/** Does this physical line inside brackets start with proof that a bracket was never closed? `word` is its first. */
export function startsWithStatementKeyword(word: string, line: string): boolean {
  return STATEMENT_KEYWORDS.has(word) || (word === 'async' && /^async\s+(def|with)\b/.test(line));
}

/** What {@link looksLikeStatement} knows of a physical line inside brackets. */
export interface BracketLine {
  /** First word of the line; empty when it starts with something else. */
  word: string;
  /** The line without its line break. */
  text: string;
  /** Column of its first character, and of the statement that holds the open bracket. */
  column: number;
  statementColumn: number;
  /** The statement so far opens a block and its last token is a colon. */
  afterHeader: boolean;
}

/** Words that go on with an expression. */
const CONTINUING_WORDS = new Set(['and', 'or', 'in', 'is', 'not', 'if', 'else', 'for', 'async']);

/**
 * In a file one of whose brackets is never closed: does this line start a new statement? Well-laid-out code
 * indents continuation lines deeper than their statement and starts the closing line with the bracket.
 */
export function looksLikeStatement(line: BracketLine): boolean {
  if (line.afterHeader && line.column > line.statementColumn) return true;
  if (line.column > line.statementColumn) return false;
  if (line.word === '') return line.text.startsWith('@');
  return !CONTINUING_WORDS.has(line.word) || /:\s*(#.*)?$/.test(line.text);
}
