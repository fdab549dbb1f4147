import { DataError, TrmError } from '../../core/errors';
import type { Cell, Column, Row } from '../../shards/columns';

/**
 * Rows as bytes, so that threads hand thousands of them over in one piece. A record is, 4-byte aligned: its int32
 * columns, the byte lengths of its string and bytes columns, then their contents, each padded to 4 bytes.
 */
export interface RecordLayout {
  /** Names of the int32 columns, in order. */
  integers: readonly string[];
  /** String and bytes columns, in order. */
  variable: readonly Pick<Column, 'name' | 'type'>[];
  /** Columns in the order in which cells are given: index of each in `integers` or `variable`. */
  slots: readonly { kind: 'integer' | 'string' | 'bytes'; index: number; name: string }[];
}

/** Rows of one buffer. */
export interface PackedRows {
  buffer: ArrayBuffer;
  /** `[rows + 1]` byte offset of each record, and the end. */
  starts: Uint32Array;
}

/** The layout of records with these columns; numbers with a fraction, booleans and nulls have none. */
export function recordLayout(columns: readonly Column[]): RecordLayout {
  const integers: string[] = [];
  const variable: Pick<Column, 'name' | 'type'>[] = [];
  const slots = columns.map(({ name, type, nullable }): RecordLayout['slots'][number] => {
    if (nullable || type === 'double' || type === 'boolean')
      throw new TrmError(`column "${name}": expected int32, string or bytes, never null, got ${type}`);
    if (type === 'int32') return { kind: 'integer', index: integers.push(name) - 1, name };
    return { kind: type, index: variable.push({ name, type }) - 1, name };
  });
  return { integers, variable, slots };
}

/**
 * Packs rows given column by column.
 * @param cells `cells[column][row]`, columns in the order of the layout
 * @throws DataError when a cell is not of its column's type
 */
export function packColumns(
  layout: RecordLayout,
  cells: readonly (readonly Cell[])[],
  rows: number,
): PackedRows {
  const head = 4 * (layout.integers.length + layout.variable.length);
  const starts = new Uint32Array(rows + 1);
  const sizes = layout.slots.map((slot, column) => sizesOf(slot, cells[column], rows));
  for (let row = 0, at = 0; row < rows; row++) {
    at += head;
    for (const size of sizes) if (size) at += padded(size[row]);
    starts[row + 1] = at;
  }
  const buffer = new ArrayBuffer(starts[rows]);
  const words = new Int32Array(buffer);
  const bytes = Buffer.from(buffer);
  for (let row = 0; row < rows; row++) {
    const word = starts[row] >> 2;
    let at = starts[row] + head;
    layout.slots.forEach(({ kind, index }, column) => {
      const cell = cells[column][row];
      if (kind === 'integer') {
        words[word + index] = cell as number;
        return;
      }
      const size = (sizes[column] as Uint32Array)[row];
      words[word + layout.integers.length + index] = size;
      if (kind === 'string') bytes.write(cell as string, at, 'utf8');
      else bytes.set(cell as Uint8Array, at);
      at += padded(size);
    });
  }
  return { buffer, starts };
}

/** Packs rows given as objects. See {@link packColumns}. */
export function packRows(layout: RecordLayout, rows: readonly Row[]): PackedRows {
  const cells = layout.slots.map(({ name }) => rows.map((row) => row[name]));
  return packColumns(layout, cells, rows.length);
}

/** An integer of a record without unpacking it. @param index of the column in `layout.integers` */
export function integerAt(words: Int32Array, start: number, index: number): number {
  return words[(start >> 2) + index];
}

/**
 * The row of the record that begins at `start`. Its bytes cells are views of the buffer, 4-byte aligned.
 */
export function unpackRow(layout: RecordLayout, buffer: ArrayBuffer, start = 0): Row {
  const { integers, variable } = layout;
  const head = new Int32Array(buffer, start, integers.length + variable.length);
  const row: Record<string, Cell> = {};
  integers.forEach((name, i) => {
    row[name] = head[i];
  });
  let at = start + head.byteLength;
  variable.forEach(({ name, type }, i) => {
    const size = head[integers.length + i];
    row[name] =
      type === 'string' ? Buffer.from(buffer, at, size).toString('utf8') : new Uint8Array(buffer, at, size);
    at += padded(size);
  });
  return row;
}

/** Checks a column's cells; byte lengths of those that have one. */
function sizesOf(
  { kind, name }: RecordLayout['slots'][number],
  cells: readonly Cell[],
  rows: number,
): Uint32Array | undefined {
  const sizes = kind === 'integer' ? undefined : new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    const cell = cells[row];
    if (kind === 'integer' && Number.isInteger(cell)) continue;
    if (sizes && kind === 'string' && typeof cell === 'string') sizes[row] = Buffer.byteLength(cell);
    else if (sizes && kind === 'bytes' && cell instanceof Uint8Array) sizes[row] = cell.length;
    else
      throw new DataError(
        `column "${name}": expected ${kind === 'integer' ? 'an integer' : kind}, got ${cell === null ? 'null' : typeof cell}`,
        'the shard was not written by this program, or by another version of it; make it again',
      );
  }
  return sizes;
}

function padded(size: number): number {
  return (size + 3) & ~3;
}
