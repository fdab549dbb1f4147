import { afterLineBreak, isLineBreak, lineEnd } from './characters';
import type { Token } from './token';

/** Lines and columns of one text, looked up by offset. */
export interface LineMap {
  /** Offsets at which the lines start. */
  starts: readonly number[];
  /** 1-based line and 0-based UTF-16 column of an offset. */
  at(offset: number): { line: number; column: number };
}

/** Offsets at which lines start, counting CR LF, CR and LF as line breaks. */
export function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = 0; at < source.length;) {
    if (!isLineBreak(source.charCodeAt(at))) at++;
    else starts.push((at = afterLineBreak(source, at)));
  }
  return starts;
}

/** Line map of a text; reads it once. */
export function lineMap(source: string): LineMap {
  const starts = lineStarts(source);
  return {
    starts,
    at(offset) {
      let [low, high] = [0, starts.length];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (starts[middle] <= offset) low = middle;
        else high = middle;
      }
      return { line: low + 1, column: offset - starts[low] };
    },
  };
}

/** UTF-16 offset of a 1-based line and 0-based UTF-16 column, kept within the line and the text. */
function offsetAt(source: string, line: number, column: number): number {
  const start = lineStart(source, line);
  return Math.min(start + column, lineEnd(source, start));
}

/** CPython counts columns in characters; a character beyond U+FFFF is two UTF-16 units. */
export function columnInCodeUnits(source: string, line: number, column: number): number {
  const start = lineStart(source, line);
  let at = start;
  for (let n = 0; n < column && at < source.length; n++) at += (source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at - start;
}

/** Index of the token that covers an offset, else of the first one after it: where a parser that stopped there was. */
function tokenAt(tokens: readonly Token[], offset: number): number {
  let [low, high] = [0, tokens.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle].end > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where an error of the critic lies (see `SourceError`): 1-based line and 0-based UTF-16 column, null when unknown. */
export interface ErrorPlace {
  line: number | null;
  column: number | null;
}

/** Offset at which CPython stopped: without a column the line's start; null for no error and for one without a line. */
export function offsetOfError(source: string, error: ErrorPlace | null): number | null {
  return error === null || error.line === null ? null : offsetAt(source, error.line, error.column ?? 0);
}

/**
 * Index of the token at which CPython stopped; null for no error and for one without a line. Columns of indentation
 * errors lie in the white space before the token.
 */
export function tokenOfError(
  source: string,
  tokens: readonly Token[],
  error: ErrorPlace | null,
): number | null {
  const offset = offsetOfError(source, error);
  return offset === null ? null : tokenAt(tokens, offset);
}

function lineStart(source: string, line: number): number {
  let at = 0;
  for (let n = 1; n < line && at < source.length; n++) {
    at = lineEnd(source, at);
    if (at < source.length) at = afterLineBreak(source, at);
  }
  return at;
}
