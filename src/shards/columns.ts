import { DataError } from '../core/errors';
import type { Manifest } from '../records/manifest';

/** What a shard column holds. `bytes` is an opaque byte string; arrays of numbers are stored little-endian in it. */
export type ColumnType = 'string' | 'int32' | 'double' | 'boolean' | 'bytes';

/** A column of a shard. */
export interface Column {
  name: string;
  type: ColumnType;
  /** True: null may stand in it. Default false. */
  nullable?: boolean;
  /** Meaning, unit, shape; goes into the manifest's `trm:schema`. */
  description: string;
}

/** One value of a column. */
export type Cell = string | number | boolean | Uint8Array | null;

/** One row, by column name. */
export type Row = Readonly<Record<string, Cell>>;

/** The manifest's `trm:schema` for a list of columns. */
export function describeColumns(columns: readonly Column[]): NonNullable<Manifest['trm:schema']> {
  return columns.map(({ name, type, nullable, description }) => ({
    name,
    type: nullable ? `${type}?` : type,
    description,
  }));
}

/**
 * Checks a row against its columns. The Parquet writer would convert wrong values silently: `"7x"` to 7, 0.5 to 0,
 * a lone surrogate to U+FFFD.
 * @throws DataError naming column, expectation and value
 */
export function checkRow(columns: readonly Column[], row: Row): void {
  for (const column of columns) {
    const value = row[column.name];
    if (value === null && column.nullable) continue;
    if (!FITS[column.type](value))
      throw new DataError(
        `shard column "${column.name}": expected ${column.nullable ? 'null or ' : ''}${EXPECTED[column.type]}, ` +
          `got ${describeCell(value)}`,
        'fix the code that makes the row',
      );
  }
  for (const name of Object.keys(row))
    if (!columns.some((column) => column.name === name))
      throw new DataError(
        `shard row has a member "${name}" that is no column; columns are ${columns.map((c) => c.name).join(', ')}`,
        'add the column or leave the member out',
      );
}

const FITS: Record<ColumnType, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string' && !/\p{Surrogate}/u.test(value),
  int32: (value) => typeof value === 'number' && Number.isInteger(value) && value === (value | 0),
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  bytes: (value) => value instanceof Uint8Array,
};

const EXPECTED: Record<ColumnType, string> = {
  string: 'a string without lone surrogates',
  int32: 'an integer of 32 bits',
  double: 'a finite number',
  boolean: 'true or false',
  bytes: 'a Uint8Array',
};

function describeCell(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'number') return `the number ${value}`;
  return `${typeof value} ${JSON.stringify(value).slice(0, 60)}`;
}
