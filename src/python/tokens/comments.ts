import { lineEnd } from './characters';
import { lex } from './lexer';
import { stringStatementsIn } from './string-statements';

/** A comment: UTF-16 offsets [start, end), from its `#` to the end of its line. */
export interface Comment {
  start: number;
  end: number;
  text: string;
}

/** The comments of a text in order, broken code included: a `#` in a string or docstring is none. */
export function commentsOf(source: string): Comment[] {
  const found: Comment[] = [];
  let from = 0;
  for (const token of lex(source)) {
    if (token.start > from) found.push(...commentsIn(source, from, token.start));
    from = Math.max(from, token.end);
  }
  return found;
}

/** Between two tokens stand white space, comments, continuations and docstrings; only the last can hide a `#`. */
function commentsIn(source: string, from: number, to: number): Comment[] {
  const gap = source.slice(from, to);
  if (!gap.includes('#')) return [];
  const strings = stringStatementsIn(gap).flatMap(({ literals }) => literals);
  const found: Comment[] = [];
  for (let at = gap.indexOf('#'); at >= 0;) {
    const inside = strings.find(([start, end]) => start <= at && at < end);
    const end = inside ? inside[1] : lineEnd(gap, at);
    if (!inside) found.push({ start: from + at, end: from + end, text: gap.slice(at, end) });
    at = gap.indexOf('#', end);
  }
  return found;
}
