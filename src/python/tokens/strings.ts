import { afterLineBreak, Char, isLineBreak, isQuote, lineEnd, wordEnd, wordStartLength } from './characters';

/** Deepest nesting of f-strings that is followed; CPython allows 150, people write 2. */
const MAX_NESTING = 24;

/** How a string literal starts. */
export interface StringStart {
  /** Index of the first quote. */
  quoteAt: number;
  /** `f` or `t` prefix: replacement fields may hold quotes and further strings. */
  format: boolean;
  raw: boolean;
}

/** Prefixes of string literals, lower case. `t` is Python 3.14's template string. */
const PREFIXES = new Set(['r', 'u', 'b', 'f', 't', 'br', 'rb', 'fr', 'rf', 'tr', 'rt']);

/** Reads the prefix [start, end) before a quote at `end`; undefined when it is no string prefix. */
export function stringStart(source: string, start: number, end: number): StringStart | undefined {
  if (end === start) return { quoteAt: end, format: false, raw: false };
  if (end - start > 2) return undefined;
  const prefix = source.slice(start, end).toLowerCase();
  if (!PREFIXES.has(prefix)) return undefined;
  return {
    quoteAt: end,
    format: prefix.includes('f') || prefix.includes('t'),
    raw: prefix.includes('r'),
  };
}

/**
 * Work that failed attempts may still cost. A reading of an f-string that fails near the end of a file is tried
 * again in another way; without a limit, a hostile file would take quadratic time.
 */
export interface ScanBudget {
  left: number;
}

/** End of a literal, or where and why the search gave up. */
export type StringEnd = { closed: true; end: number } | { closed: false; end: number };

/** How a literal is read, one way after the other: plainly, with fields, with fields that hold line breaks. */
type Reading = 'plain' | 'fields' | 'lines';
const PLAIN_READINGS: readonly Reading[] = ['plain'];
const TRIPLE_FORMAT_READINGS: readonly Reading[] = ['fields', 'plain'];
const FORMAT_READINGS: readonly Reading[] = ['fields', 'plain', 'lines'];

/**
 * Finds the end of the string literal that starts at `start`. F-strings are read as Python 3.12 does (fields may
 * reuse the outer quote); where that fails, as Python 3.11 does (the first equal quote closes).
 * An unterminated literal ends at its line's end, triple-quoted ones too: the rest of the file stays readable.
 */
export function findStringEnd(source: string, start: StringStart, budget: ScanBudget): StringEnd {
  const { quoteAt } = start;
  const quote = source.charCodeAt(quoteAt);
  const triple = source.charCodeAt(quoteAt + 1) === quote && source.charCodeAt(quoteAt + 2) === quote;
  const body = quoteAt + (triple ? 3 : 1);
  for (const reading of start.format ? (triple ? TRIPLE_FORMAT_READINGS : FORMAT_READINGS) : PLAIN_READINGS) {
    if (budget.left < 0) break;
    const end =
      reading === 'plain'
        ? plainEnd(source, body, quote, triple)
        : formatEnd(source, body, { quote, triple, raw: start.raw, lines: reading === 'lines' }, 0);
    if (end >= 0) return { closed: true, end };
    budget.left -= ~end - body;
  }
  return { closed: false, end: lineEnd(source, body) };
}

/** Failures are the complement of the index where the scan stopped, so that one number says both. */
function plainEnd(source: string, at: number, quote: number, triple: boolean): number {
  const length = source.length;
  while (at < length) {
    const code = source.charCodeAt(at);
    if (code === Char.Backslash) {
      at = afterLineBreak(source, at + 1);
    } else if (code === quote) {
      if (!triple) return at + 1;
      if (source.charCodeAt(at + 1) === quote && source.charCodeAt(at + 2) === quote) return at + 3;
      at++;
    } else if (!triple && isLineBreak(code)) {
      return ~at;
    } else {
      at++;
    }
  }
  return ~length;
}

interface FormatString {
  quote: number;
  triple: boolean;
  raw: boolean;
  /** May a field of a single-quoted string hold line breaks (Python 3.12)? */
  lines: boolean;
}

/** Scans the literal part of an f-string; with `inSpec` a format spec, which ends before its `}`. */
function formatEnd(source: string, at: number, string: FormatString, depth: number, inSpec = false): number {
  const { quote, triple, raw } = string;
  while (at < source.length) {
    const code = source.charCodeAt(at);
    if (code === Char.Backslash) {
      at = afterEscape(source, at, raw);
    } else if (code === Char.OpenBrace) {
      if (source.charCodeAt(at + 1) === Char.OpenBrace && !inSpec) {
        at += 2;
        continue;
      }
      const end = fieldEnd(source, at + 1, string, depth);
      if (end < 0) return end;
      at = end;
    } else if (code === Char.CloseBrace && inSpec) {
      return at;
    } else if (code === quote && (!triple || closesTriple(source, at, quote))) {
      return inSpec ? ~at : at + (triple ? 3 : 1);
    } else if (!triple && isLineBreak(code)) {
      return ~at;
    } else {
      at++;
    }
  }
  return ~source.length;
}

function closesTriple(source: string, at: number, quote: number): boolean {
  return source.charCodeAt(at + 1) === quote && source.charCodeAt(at + 2) === quote;
}

function afterEscape(source: string, at: number, raw: boolean): number {
  const next = source.charCodeAt(at + 1);
  // A backslash does not escape a brace, but \N{...} is a named character.
  if (next === Char.OpenBrace || next === Char.CloseBrace) return at + 1;
  if (!raw && next === Char.UpperN && source.charCodeAt(at + 2) === Char.OpenBrace) return at + 3;
  return afterLineBreak(source, at + 1);
}

/** Scans a replacement field from after its `{` to after its `}`. */
function fieldEnd(source: string, at: number, string: FormatString, depth: number): number {
  if (depth >= MAX_NESTING) return ~at;
  let brackets = 0;
  while (at < source.length) {
    const code = source.charCodeAt(at);
    const word = wordStartLength(source, at) > 0 ? wordEnd(source, at) : at;
    if (word > at || isQuote(code)) {
      const start = isQuote(source.charCodeAt(word)) ? stringStart(source, at, word) : undefined;
      const end = start ? nestedEnd(source, start, string, depth) : word;
      // A quote after a word that is no prefix starts a string of its own in the next turn.
      if (end < 0) return end;
      at = end;
      continue;
    }
    if (code === Char.CloseBrace && brackets === 0) return at + 1;
    if (code === Char.Colon && brackets === 0) {
      const end = formatEnd(source, at + 1, string, depth + 1, true);
      return end < 0 ? end : end + 1;
    }
    if (code === Char.OpenBrace || code === Char.OpenParen || code === Char.OpenBracket) brackets++;
    if (code === Char.CloseBrace || code === Char.CloseParen || code === Char.CloseBracket) {
      if (brackets-- === 0) return ~at;
    }
    if (isLineBreak(code) && !string.triple && !string.lines) return ~at;
    if (code === Char.Hash) {
      if (!string.triple && !string.lines) return ~at;
      at = lineEnd(source, at);
      continue;
    }
    at++;
  }
  return ~source.length;
}

function nestedEnd(source: string, start: StringStart, outer: FormatString, depth: number): number {
  const quote = source.charCodeAt(start.quoteAt);
  const triple = closesTriple(source, start.quoteAt, quote);
  if (triple && !outer.triple && quote === outer.quote && !outer.lines) {
    // `f"{x}"""`: three quotes in a row after a field are more likely the end than a nested docstring.
    return ~start.quoteAt;
  }
  const body = start.quoteAt + (triple ? 3 : 1);
  return start.format
    ? formatEnd(source, body, { quote, triple, raw: start.raw, lines: outer.lines }, depth + 1)
    : plainEnd(source, body, quote, triple);
}
