import { integerAt, type PackedRows, type RecordLayout } from './pack';

/** Where a block stands: both numbers decide everything that is in it. */
export interface BlockPosition {
  epoch: number;
  block: number;
}

/** Rows of a kind that the mixture weighs alike. */
export interface RowCount {
  /** Tokens of the rows. */
  length: number;
  /** Taxonomy code, 0 for rows without a bug. */
  bugType: number;
  /** 1..5, 0 for rows without a bug. */
  difficulty: number;
  /** Place in `ROW_ORIGINS`. */
  origin: number;
  clean: boolean;
  rows: number;
}

/** Rows in the order in which they are dealt, as threads hand them over. */
export interface RowBlock {
  /** Packed records, in no particular order. */
  buffers: ArrayBuffer[];
  /** `[rows, 4]` in dealing order: buffer, first byte, end, number of the row in its epoch. */
  table: Uint32Array;
  /** True for the last block of its epoch. */
  endsEpoch: boolean;
  /** What stands in this block, where the mixture is planned block by block; otherwise absent. */
  counts?: RowCount[];
  /** Rows that were made and dropped, by reason. */
  dropped: Record<string, number>;
}

/** Rows of a block. */
export function rowsOfBlock({ table }: Pick<RowBlock, 'table'>): number {
  return table.length / 4;
}

/** Bytes of a block. */
export function bytesOfBlock({ buffers, table }: Pick<RowBlock, 'buffers' | 'table'>): number {
  return buffers.reduce((sum, { byteLength }) => sum + byteLength, table.byteLength);
}

/**
 * Joins packed rows to a block.
 * @param rowNumbers number of the first row of each part; its others follow
 * @param order places of the rows, counted over all parts
 */
export function makeBlock(
  parts: readonly PackedRows[],
  rowNumbers: readonly number[],
  order: Uint32Array,
): Pick<RowBlock, 'buffers' | 'table'> {
  const all = new Uint32Array(4 * order.length);
  let at = 0;
  parts.forEach(({ starts }, part) => {
    for (let row = 0; row + 1 < starts.length; row++, at += 4)
      all.set([part, starts[row], starts[row + 1], rowNumbers[part] + row], at);
  });
  const table = new Uint32Array(all.length);
  order.forEach((from, to) => table.set(all.subarray(4 * from, 4 * from + 4), 4 * to));
  return { buffers: parts.map(({ buffer }) => buffer), table };
}

/** What the mixture must know of a row, and how to get the rest. */
export interface BlockRow {
  /** Number in its epoch. */
  number: number;
  length: number;
  clean: boolean;
  bugType: number;
  difficulty: number;
  origin: number;
  /** Copies the record out of the block, so that a row that waits does not keep the whole block in memory. */
  record(): ArrayBuffer;
}

/** Reads a block's rows without unpacking them. */
export function blockReader({ buffers, table }: RowBlock, layout: RecordLayout): (row: number) => BlockRow {
  const words = buffers.map((buffer) => new Int32Array(buffer));
  const [length, location, bugType, difficulty, origin] = [
    'length',
    'location',
    'bug_type',
    'difficulty',
    'origin',
  ].map((name) => layout.integers.indexOf(name));
  return (row) => {
    const [part, start, end, number] = table.subarray(4 * row, 4 * row + 4);
    const integer = (index: number): number => integerAt(words[part], start, index);
    return {
      number,
      length: integer(length),
      clean: integer(location) === 0,
      bugType: integer(bugType),
      difficulty: integer(difficulty),
      origin: integer(origin),
      record: () => buffers[part].slice(start, end),
    };
  };
}
