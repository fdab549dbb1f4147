import { afterLineBreak, isLineBreak } from '../tokens/characters';
import { findDefinitions } from './definitions';
import { whiteSpaceBefore } from '../tokens/indentation';
import type { Token } from '../tokens/token';
import { lineMap } from '../tokens/positions';

/** One function of a file: its place in the tokens and in the text, and its own source. */
export interface FunctionSpan {
  /** Qualified by classes and outer functions: `Decoder.decode`, `outer.inner`. */
  name: string;
  /** Tokens [firstToken, endToken): decorators first, the body's `dedent` last. */
  firstToken: number;
  endToken: number;
  /** UTF-16 offsets: from the first decorator (or `def`) to the end of the last line's break. */
  start: number;
  end: number;
  /** 1-based line of `start`. */
  line: number;
  /** White space before the first line; taken from all lines in `source`. */
  indent: string;
  /** Stands inside another function. */
  nested: boolean;
  /** Dedented text with `\n` line ends: its tokens are those of the span. Lines inside strings stay as they are. */
  source: string;
}

/**
 * Every function of a file in order of appearance: methods, nested and async ones, decorators and signature
 * included. Works on lexer tokens, so that files with syntax errors have functions too: a function is `def`, a
 * name if there is one, the rest of its line, and the indented block after it.
 */
export function findFunctions(source: string, tokens: readonly Token[]): FunctionSpan[] {
  const lines = lineMap(source);
  const strings = tokens.filter(({ kind, text }) => kind === 'string' && /[\r\n]/.test(text));
  return findDefinitions(tokens)
    .filter(({ kind }) => kind === 'def')
    .map(({ name, nested, firstToken, endToken }) => {
      const start = tokens[firstToken].start;
      const end = endOf(tokens, firstToken, endToken);
      const indent = whiteSpaceBefore(source, start);
      const text = dedent(source, [start, end], indent, strings);
      const { line } = lines.at(start);
      return { name, nested, firstToken, endToken, start, end, line, indent, source: text };
    });
}

/** End of the last token with characters in the span. */
function endOf(tokens: readonly Token[], first: number, end: number): number {
  let last = end - 1;
  while (last > first && (tokens[last].kind === 'dedent' || tokens[last].kind === 'indent')) last--;
  return tokens[last].end;
}

/** Text of [start, end) with `indent` taken from its lines, those that start inside one of `strings` left alone. */
function dedent(
  source: string,
  [start, end]: [number, number],
  indent: string,
  strings: readonly Token[],
): string {
  const parts: string[] = [];
  let nextString = firstEndingAfter(strings, start);
  let from = start;
  for (let at = start; at < end;) {
    if (!isLineBreak(source.charCodeAt(at))) {
      at++;
      continue;
    }
    parts.push(source.slice(from, at), '\n');
    at = from = afterLineBreak(source, at);
    while (nextString < strings.length && strings[nextString].end <= at) nextString++;
    const inside = nextString < strings.length && strings[nextString].start < at;
    if (!inside) at = from = at + commonPrefix(source, at, indent);
  }
  parts.push(source.slice(from, end));
  const text = parts.join('');
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function firstEndingAfter(spans: readonly Token[], offset: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].end > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

function commonPrefix(source: string, at: number, indent: string): number {
  let length = 0;
  while (length < indent.length && source[at + length] === indent[length]) length++;
  return length;
}
