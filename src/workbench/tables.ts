import { inspect } from 'node:util';
import type { DataFrame } from 'danfojs-node';
import { DataError } from '../core/errors';
import { html } from './display';
import { escapeHtml } from './html';

/** One row of a table: values by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** What {@link table} takes: rows, a danfojs DataFrame or an Arrow table. */
export type TableSource =
  | readonly object[]
  | { columns: readonly string[]; values: unknown }
  | { numRows: number; toArray(): Iterable<unknown> };

/** Settings of {@link table}. */
export interface TableOptions {
  /** Columns to show, in order. Default: those of all shown rows, in order of appearance. */
  columns?: readonly string[];
  /** Most rows shown; what is left out is counted below. Default 20. */
  limit?: number;
  /** Heading above the table. Default: none. */
  title?: string;
  /** Significant digits of numbers that are no integers. Default 4. */
  digits?: number;
}

/** Shows rows, a danfojs DataFrame or an Arrow table as an HTML table; outside a notebook as aligned text. */
export function table(source: TableSource, options: TableOptions = {}): void {
  const rows = rowsOf(source);
  html(tableHtml(rows, options), tableText(rows, options));
}

/** Rows of any {@link TableSource}. */
export function rowsOf(source: TableSource): Row[] {
  if ('numRows' in source) return [...source.toArray()].map((row) => ({ ...(row as object) }));
  if ('columns' in source) {
    const { columns, values } = source;
    return (values as unknown[][]).map((cells) =>
      Object.fromEntries(columns.map((name, i) => [name, cells[i]])),
    );
  }
  return source.map((row) => ({ ...row }));
}

/** A table as HTML; numbers stand right. */
export function tableHtml(rows: readonly Row[], options: TableOptions = {}): string {
  const { columns, shown, note, digits } = layout(rows, options);
  const head = columns.map((name) => `<th style="text-align:left">${escapeHtml(name)}</th>`).join('');
  const body = shown.map((row) => {
    const cells = columns.map((name) => {
      const value = row[name];
      const align = typeof value === 'number' || typeof value === 'bigint' ? 'right' : 'left';
      const text = escapeHtml(cellText(value, digits));
      return `<td style="text-align:${align};white-space:pre-wrap">${text}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const title = options.title
    ? `<caption style="text-align:left">${escapeHtml(options.title)}</caption>`
    : '';
  const foot = note ? `<div style="opacity:0.7">${escapeHtml(note)}</div>` : '';
  return `<table>${title}<thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>${foot}`;
}

/** A table as aligned text. */
export function tableText(rows: readonly Row[], options: TableOptions = {}): string {
  const { columns, shown, note, digits } = layout(rows, options);
  const cells = [columns, ...shown.map((row) => columns.map((name) => cellText(row[name], digits)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const lines = cells.map((line) =>
    line
      .map((text, i) => text.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
  return [options.title, ...lines, note].filter((line) => line !== undefined).join('\n');
}

function layout(
  rows: readonly Row[],
  { columns, limit = 20, digits = 4 }: TableOptions,
): { columns: string[]; shown: readonly Row[]; note: string | undefined; digits: number } {
  const shown = rows.slice(0, limit);
  const names = columns ?? new Set(shown.flatMap((row) => Object.keys(row)));
  const hidden = rows.length - shown.length;
  const note = hidden > 0 ? `and ${hidden} more of ${rows.length} rows` : undefined;
  return { columns: [...names], shown, note, digits };
}

/** A value as short text: numbers rounded, nested values as JSON, absent ones empty. */
function cellText(value: unknown, digits: number): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number')
    return Number.isInteger(value) || !Number.isFinite(value)
      ? String(value)
      : String(+value.toPrecision(digits));
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object')
    return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item));
  return inspect(value);
}

/**
 * A danfojs DataFrame of the rows, for group-bys and joins in a notebook (up to some 50,000 rows; larger data belongs in DuckDB).
 * Nested values become JSON text.
 * @throws DataError for an absent number: danfojs would count it as 0 in means
 */
export async function dataFrame(rows: readonly object[]): Promise<DataFrame> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const data = Object.fromEntries(columns.map((name) => [name, columnOf(rows as readonly Row[], name)]));
  const { DataFrame } = await import('danfojs-node');
  return new DataFrame(data);
}

function columnOf(rows: readonly Row[], name: string): (number | string | boolean)[] {
  const numeric = rows.some((row) => typeof row[name] === 'number');
  return rows.map((row, index) => {
    const value = row[name];
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'bigint') return Number(value);
    if (numeric)
      throw new DataError(
        `expected a number in column ${name}, got ${inspect(value)} in row ${index}`,
        'filter such rows out first: danfojs counts an absent number as 0',
      );
    return cellText(value, 17);
  });
}
