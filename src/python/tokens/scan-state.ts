import type { TokenKind } from '../../records/sample';
import { Char } from './characters';
import type { Token } from './token';
import type { ScanBudget } from './strings';
import type { StringStatement } from './string-statements';

/** A string statement that waits for the next line: only then is clear what block it stands in. */
export interface HeldString {
  statement: StringStatement;
  /** Column of its first character, and with tabs counted as 1. */
  column: number;
  tabColumn: number;
  /** Number of tokens before it. */
  index: number;
}

/** One scan of a text; fields change as the scan proceeds. */
export interface ScanState {
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
  /** String statements since the last logical line, in order. */
  held: HeldString[];
  /** Index of an `indent` that no header asked for, while its block has one line; -1 otherwise. */
  strayIndent: number;
  /** A docstring and the line after it have different columns, and the docstring was taken for the error. */
  doubtfulString:
    { error: number; start: number; depth: number; column: number; tabColumn: number } | undefined;
  /** The second statement of a block stands left of the first: which is wrong shows the third. Token indices. */
  doubtful: { first: number; second: number; depth: number; column: number; tabColumn: number } | undefined;
}

/** The state before the first character. */
export function startScan(source: string, recoverFrom: number): ScanState {
  return {
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
    held: [],
    strayIndent: -1,
    doubtfulString: undefined,
    doubtful: undefined,
  };
}

/** Writes a token. */
export function push(state: ScanState, kind: TokenKind, text: string, start: number, end: number): void {
  state.tokens.push({ kind, text, start, end });
}
