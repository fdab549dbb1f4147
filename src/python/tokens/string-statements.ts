import {
  afterLineBreak,
  Char,
  isBlank,
  isLineBreak,
  isQuote,
  lineEnd,
  wordEnd,
  wordStartLength,
} from './characters';
import { whiteSpaceBefore } from './indentation';
import { findStringEnd, stringStart, type ScanBudget } from './strings';

/** A logical line that is nothing but string literals. */
export interface StringStatement {
  /** UTF-16 offsets from the first literal to the last one's end. */
  start: number;
  end: number;
  /** Offset of the line break that ends the line, and the one after it; both the text's length without one. */
  breakStart: number;
  breakEnd: number;
  /** [start, end) of each literal: more than one are joined by Python. */
  literals: [number, number][];
  /** The first literal has three quotes. */
  triple: boolean;
}

/**
 * The logical line that starts at `at` when it consists of plain string literals: a docstring, or text that people
 * write where a comment would do. F-strings and bytes are none. A failed search for a closing quote costs `budget`.
 */
export function stringStatementAt(
  source: string,
  at: number,
  budget: ScanBudget,
): StringStatement | undefined {
  const literals: [number, number][] = [];
  for (let i = at; ;) {
    const code = source.charCodeAt(i);
    if (isBlank(code)) {
      i++;
    } else if (code === Char.Hash) {
      i = lineEnd(source, i);
    } else if (code === Char.Backslash && isLineBreak(source.charCodeAt(i + 1))) {
      i = afterLineBreak(source, i + 1);
    } else if (i >= source.length || isLineBreak(code)) {
      if (literals.length === 0) return undefined;
      const breakEnd = i < source.length ? afterLineBreak(source, i) : i;
      const [start, end] = [literals[0][0], literals[literals.length - 1][1]];
      const triple = /^\w*('''|""")/.test(source.slice(start, start + 4));
      return { start, end, breakStart: i, breakEnd, literals, triple };
    } else {
      const end = literalEnd(source, i, budget);
      if (end < 0) return undefined;
      literals.push([i, end]);
      i = end;
    }
  }
}

/** End of the plain, terminated string literal at `at`; -1 where there is none. */
function literalEnd(source: string, at: number, budget: ScanBudget): number {
  const quoteAt = wordStartLength(source, at) > 0 ? wordEnd(source, at) : at;
  if (!isQuote(source.charCodeAt(quoteAt)) || quoteAt - at > 1) return -1;
  const start = stringStart(source, at, quoteAt);
  if (!start || start.format || /[bB]/.test(source.slice(at, quoteAt))) return -1;
  const { closed, end } = findStringEnd(source, start, budget);
  return closed ? end : -1;
}

/** String statements between two tokens of which the first ends a line; the rest is white space and comments. */
export function stringStatementsIn(gap: string): StringStatement[] {
  const found: StringStatement[] = [];
  for (let i = 0; i < gap.length;) {
    const code = gap.charCodeAt(i);
    if (isBlank(code) || code === Char.Backslash) i++;
    else if (isLineBreak(code)) i = afterLineBreak(gap, i);
    else if (code === Char.Hash) i = lineEnd(gap, i);
    else {
      const statement = stringStatementAt(gap, i, { left: gap.length });
      if (!statement) return found;
      found.push(statement);
      i = statement.breakEnd;
    }
  }
  return found;
}

/** The gap with each string statement's line indented anew; comments and blank lines stay. */
export function indentStrings(gap: string, indent: (old: string) => string): string {
  let text = '';
  let from = 0;
  for (const { start } of stringStatementsIn(gap)) {
    const old = whiteSpaceBefore(gap, start);
    text += gap.slice(from, start - old.length) + indent(old);
    from = start;
  }
  return text + gap.slice(from);
}
