import type { TokenText } from '../../records/sample';
import { isIndentation } from '../tokens/indentation';

/** A logical line: a line of Python with all that brackets and backslashes continue, layout before it aside. */
export interface LogicalLine {
  /** Index of the first token. */
  first: number;
  /** Index of the newline token that ends the line; of `end`, or the list's length, where the text is cut off. */
  end: number;
  /** How many blocks around it are opened in the list; decorators and the `def` line of a function have 0. */
  level: number;
}

/**
 * The logical lines of a file's or a function's tokens, in order and in linear time. Every token but layout and `end`
 * lies in one. Broken code has lines, too: where they end is the lexer's decision.
 */
export function logicalLines(tokens: readonly TokenText[]): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let level = 0;
  for (let i = 0; i < tokens.length;) {
    const first = skipIndentation(tokens, i);
    for (; i < first; i++) {
      if (tokens[i].kind === 'indent') level++;
      else if (tokens[i].kind === 'dedent') level--;
    }
    i = statementEnd(tokens, first);
    const last = tokens[i - 1]?.kind;
    const end = last === 'newline' || last === 'end' ? i - 1 : i;
    if (first < end || last === 'newline') lines.push({ first, end, level });
  }
  return lines;
}

/** Index of the first token from `index` on that is no indentation, at most the list's length. */
export function skipIndentation(tokens: readonly TokenText[], index: number): number {
  let i = index;
  while (i < tokens.length && isIndentation(tokens[i])) i++;
  return i;
}

/** Index after the `newline` of the statement at `index`, at most the list's length. */
export function statementEnd(tokens: readonly TokenText[], index: number): number {
  let i = index;
  while (i < tokens.length && tokens[i].kind !== 'newline') i++;
  return Math.min(i + 1, tokens.length);
}
