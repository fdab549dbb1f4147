import { push, type HeldString, type ScanState } from './scan-state';

/**
 * Writes the layout tokens before a line whose first character stands in a column; string statements that wait for it
 * get their place. `tabColumn` counts tabs as 1.
 */
export function enterLine(state: ScanState, column: number, tabColumn: number): void {
  if (state.held.length === 0) return writeIndentation(state, column, tabColumn, state.at);
  if (state.expectBlock && !isDeeper(state, column, tabColumn)) writeStringBlock(state);
  const { held, tokens, columns } = state;
  state.held = [];
  const opens = state.expectBlock;
  const open = [...columns];
  // Layout stands where the strings begin, so that an `error-indent` moves them too.
  const start = held[0]?.statement.start ?? state.at;
  const at = start >= (tokens.at(-1)?.end ?? 0) ? start : state.at;
  writeIndentation(state, column, tabColumn, at);
  const isPlaced = (line: HeldString): boolean =>
    line.column === column
      ? line.tabColumn === tabColumn
      : !opens && line.column > column && open.includes(line.column);
  const inError = state.strayIndent >= 0 || tokens.at(-1)?.kind === 'error-indent';
  if (inError || held.every(isPlaced)) return;
  if (opens) {
    const [first] = held;
    const depth = state.columns.length;
    const error = tokens.length;
    state.doubtfulString = {
      error,
      start: state.at,
      depth,
      column: first.column,
      tabColumn: first.tabColumn,
    };
  }
  push(state, 'error-indent', '', at, at);
}

/** Closes what is open at the text's end. */
export function leaveBlocks(state: ScanState): void {
  const end = state.source.length;
  if (state.held.length > 0) enterLine(state, 0, 0);
  if (state.strayIndent >= 0) foldStrayIndent(state, 0);
  while (state.columns.length > 1) closeBlock(state, end);
}

/** Is a column deeper than the innermost block? */
export function isDeeper({ columns, tabColumns }: ScanState, column: number, tabColumn: number): boolean {
  return column > columns[columns.length - 1] && tabColumn > tabColumns[tabColumns.length - 1];
}

/** A block of nothing but string statements: then the first of them is its statement. */
function writeStringBlock(state: ScanState): void {
  const { source, tokens, held } = state;
  const { statement, index, column, tabColumn } = held[0];
  const { start, literals, breakStart, breakEnd } = statement;
  if (!isDeeper(state, column, tabColumn)) return;
  const strings = literals.map(([from, to]) => ({
    kind: 'string' as const,
    text: source.slice(from, to),
    start: from,
    end: to,
  }));
  const indent = { kind: 'indent' as const, text: '', start, end: start };
  const newline = { kind: 'newline' as const, text: '', start: breakStart, end: breakEnd };
  tokens.splice(index, 0, indent, ...strings, newline);
  state.columns.push(column);
  state.tabColumns.push(tabColumn);
  state.blocks.push({ first: index + 1, lines: 1 });
  state.expectBlock = false;
  state.held = held.slice(1);
}

function writeIndentation(state: ScanState, column: number, tabColumn: number, at: number): void {
  const { columns, tabColumns } = state;
  if (state.strayIndent >= 0) foldStrayIndent(state, column);
  settleDoubt(state, column);
  state.doubtful = undefined;
  state.strayIndent = -1;
  if (settleString(state, column)) return;
  if (isDeeper(state, column, tabColumn)) {
    if (!state.expectBlock && state.tokens.length > 0) state.strayIndent = state.tokens.length;
    columns.push(column);
    tabColumns.push(tabColumn);
    push(state, 'indent', '', at, at);
    state.blocks.push({ first: state.tokens.length, lines: 0 });
    return;
  }
  // A block is left only for one that is still at or right of this line: a slip of a column stays inside.
  while (columns.length > 1 && columns[columns.length - 2] >= column) closeBlock(state, at);
  if (settleString(state, column)) return;
  if (columns[columns.length - 1] === column && tabColumns[tabColumns.length - 1] === tabColumn) return;
  const { first, lines } = state.blocks[state.blocks.length - 1];
  const second = state.tokens.length;
  if (lines === 1 && second > first)
    state.doubtful = { first, second, depth: columns.length, column, tabColumn };
  push(state, 'error-indent', '', at, at);
}

/**
 * When the next line of a block agrees with its docstring, it was the line between them that slipped. True when the
 * line at `column` is that one: it has its place then.
 */
function settleString(state: ScanState, column: number): boolean {
  const { tokens, columns, tabColumns, doubtfulString } = state;
  if (!doubtfulString || columns.length > doubtfulString.depth) return false;
  const settled = columns.length === doubtfulString.depth && column === doubtfulString.column;
  if (columns.length < doubtfulString.depth || column === columns[columns.length - 1])
    state.doubtfulString = undefined;
  if (!settled) return false;
  const { error, start } = doubtfulString;
  tokens[error] = { ...tokens[error], start, end: start };
  columns[columns.length - 1] = column;
  tabColumns[tabColumns.length - 1] = doubtfulString.tabColumn;
  state.doubtfulString = undefined;
  return true;
}

/**
 * The first two statements of a block have different columns, and the second was taken for the error. When the next
 * line agrees with the second, it was the first.
 */
function settleDoubt({ tokens, columns, tabColumns, doubtful }: ScanState, column: number): void {
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
function foldStrayIndent(state: ScanState, column: number): void {
  const { tokens, columns, tabColumns, blocks, strayIndent } = state;
  if (columns[columns.length - 2] < column) return;
  tokens[strayIndent] = { ...tokens[strayIndent], kind: 'error-indent' };
  columns.pop();
  tabColumns.pop();
  blocks.pop();
  state.strayIndent = -1;
}

function closeBlock(state: ScanState, at: number): void {
  state.columns.pop();
  state.tabColumns.pop();
  state.blocks.pop();
  push(state, 'dedent', '', at, at);
}
