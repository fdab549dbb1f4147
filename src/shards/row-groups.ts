import { DuckDBBlobValue } from '@duckdb/node-api';
import { DataError } from '../core/errors';
import type { Cell } from './columns';
import { escapeGlob, openDuckDB, toDataError, type DuckDB } from './duckdb';

/** Cells of up to 2048 rows, column by column in the order that was asked for: `cells[column][row]`. */
export interface CellBatch {
  rows: number;
  cells: Cell[][];
}

/** A run of rows of a Parquet file, the unit that can be read without the rest of it. */
export interface RowGroup {
  path: string;
  /** Number of its first row in the file. */
  firstRow: number;
  rows: number;
}

/** DuckDB would use most of the machine's memory where it could; a row group needs a fraction of this. */
const MEMORY_LIMIT = '512MB';

const HINT = 'the file may be missing, cut short or changed; make it again';

/**
 * Reads single row groups of Parquet files, in any order. One DuckDB for all reads, on one thread and without a cache
 * of files, so that memory does not grow with what was read. Owns a database: call `close`.
 */
export class RowGroupReader {
  private constructor(private readonly database: DuckDB) {}

  /** Opens a reader (about 15 ms). */
  static async open(): Promise<RowGroupReader> {
    const database = await openDuckDB(1);
    await database.connection.run(`SET memory_limit = '${MEMORY_LIMIT}'`);
    await database.connection.run('SET enable_external_file_cache = false');
    return new RowGroupReader(database);
  }

  /** The row groups of a file, in their order, from its footer alone. @throws DataError */
  async rowGroups(path: string): Promise<RowGroup[]> {
    const sql = `SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata($1) ORDER BY row_group_id`;
    const groups: RowGroup[] = [];
    let firstRow = 0;
    for (const [, count] of await this.table(sql, path)) {
      const rows = Number(count);
      if (rows > 0) groups.push({ path, firstRow, rows });
      firstRow += rows;
    }
    return groups;
  }

  /** The file's own key-value metadata. @throws DataError */
  async metadata(path: string): Promise<Record<string, string>> {
    const rows = await this.table('SELECT key, value FROM parquet_kv_metadata($1)', path);
    const text = (cell: unknown): string => Buffer.from((cell as DuckDBBlobValue).bytes).toString('utf8');
    return Object.fromEntries(rows.map(([key, value]) => [text(key), text(value)]));
  }

  /**
   * How many rows of a file there are of each combination of some integer columns.
   * @returns the columns' values with the count behind them
   * @throws DataError when the file is damaged or lacks a column
   */
  async countBy(path: string, columns: readonly string[]): Promise<number[][]> {
    const list = columns.map(quote).join(', ');
    const rows = await this.table(
      `SELECT ${list}, count(*) FROM read_parquet($1) GROUP BY ALL ORDER BY ALL`,
      path,
    );
    return rows.map((row) => row.map(Number));
  }

  /** Reads some columns of a row group, streaming, in file order. @throws DataError */
  async *read({ path, firstRow, rows }: RowGroup, columns: readonly string[]): AsyncGenerator<CellBatch> {
    // DuckDB skips the row groups that such a condition rules out.
    const sql =
      `SELECT ${columns.map(quote).join(', ')} FROM read_parquet($1, file_row_number = true) ` +
      `WHERE file_row_number BETWEEN ${firstRow} AND ${firstRow + rows - 1}`;
    let read = 0;
    try {
      for await (const chunk of await this.database.connection.stream(sql, [escapeGlob(path)])) {
        if (chunk.rowCount === 0) continue;
        read += chunk.rowCount;
        const cells = columns.map((_, column) => {
          const vector = chunk.getColumnVector(column);
          return Array.from({ length: chunk.rowCount }, (_, row) => toCell(vector.getItem(row)));
        });
        yield { rows: chunk.rowCount, cells };
      }
    } catch (error) {
      throw toDataError(error, `cannot read ${path} as Parquet`, HINT);
    }
    if (read !== rows)
      throw new DataError(`${path}: expected ${rows} rows from row ${firstRow} on, got ${read}`, HINT);
  }

  /** Frees the database. */
  close(): void {
    this.database.close();
  }

  private async table(sql: string, path: string): Promise<unknown[][]> {
    try {
      const result = await this.database.connection.runAndReadAll(sql, [escapeGlob(path)]);
      return result.getRows();
    } catch (error) {
      throw toDataError(error, `cannot read ${path} as Parquet`, HINT);
    }
  }
}

function quote(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}

function toCell(value: unknown): Cell {
  return value instanceof DuckDBBlobValue ? value.bytes : (value as Cell);
}
