import { DuckDBBlobVector, DuckDBTypeId, type DuckDBDataChunk, type DuckDBResult } from '@duckdb/node-api';
import { DataError } from '../core/errors';
import type { Cell, Row } from './columns';
import { escapeGlob, openDuckDB, toDataError, type DuckDB } from './duckdb';

/** Cells of up to 256 rows, column by column in the order that was asked for: `cells[column][row]`. */
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

/** Rows taken out of DuckDB's chunk (2048) at a time: byte strings become arrays of their own, which are many. */
const BATCH_ROWS = 256;

const HINT = 'the file may be missing, cut short or changed; make it again';

/** What shards hold; other files are none. */
const CELL_TYPES: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.VARCHAR,
  DuckDBTypeId.BLOB,
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.DOUBLE,
]);

/**
 * Reads Parquet files: whole ones, single row groups in any order, or their footers. One DuckDB for all reads, on one
 * thread (rows come in the order of the file, and the caller decides how many files are read at once) and without a
 * cache of files, so that memory is bounded by a row group and does not grow with what was read. Owns a database: call
 * `close`.
 */
export class ParquetReader {
  private constructor(private readonly database: DuckDB) {}

  /** Opens a reader (about 15 ms). */
  static async open(): Promise<ParquetReader> {
    const database = await openDuckDB(1);
    await database.connection.run(`SET memory_limit = '${MEMORY_LIMIT}'`);
    await database.connection.run('SET enable_external_file_cache = false');
    return new ParquetReader(database);
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

  /** Number of rows that a file says it has, from its footer alone. @throws DataError */
  async countRows(path: string): Promise<number> {
    const [[count]] = await this.table('SELECT num_rows FROM parquet_file_metadata($1)', path);
    return Number(count);
  }

  /** Names of a file's columns, from its footer alone. @throws DataError */
  async columns(path: string): Promise<string[]> {
    const rows = await this.table('SELECT name FROM parquet_schema($1) WHERE type IS NOT NULL', path);
    return rows.map(([name]) => String(name));
  }

  /** The file's own key-value metadata, for example `trm:sampleVersion`. @throws DataError */
  async metadata(path: string): Promise<Record<string, string>> {
    const sql = 'SELECT decode(key), decode(value) FROM parquet_kv_metadata($1)';
    return Object.fromEntries(await this.table(sql, path)) as Record<string, string>;
  }

  /**
   * How many rows of a file there are of each combination of some integer columns.
   * @returns the columns' values with the count behind them
   * @throws DataError when the file is damaged or lacks a column
   */
  async countBy(path: string, columns: readonly string[]): Promise<number[][]> {
    const rows = await this.table(
      `SELECT ${listOf(columns)}, count(*) FROM read_parquet($1) GROUP BY ALL ORDER BY ALL`,
      path,
    );
    return rows.map((row) => row.map(Number));
  }

  /**
   * Reads some columns of a file, streaming, in the order of its rows.
   * @throws DataError when it is missing or damaged, lacks a column, or holds a type that shards never have
   */
  async *readFile(path: string, columns: readonly string[]): AsyncGenerator<CellBatch> {
    yield* this.batches(`SELECT ${listOf(columns)} FROM read_parquet($1)`, path);
  }

  /** Reads some columns of a row group, streaming, in the order of its rows. @throws DataError */
  async *readGroup(
    { path, firstRow, rows }: RowGroup,
    columns: readonly string[],
  ): AsyncGenerator<CellBatch> {
    // DuckDB skips the row groups that such a condition rules out.
    const sql =
      `SELECT ${listOf(columns)} FROM read_parquet($1, file_row_number = true) ` +
      `WHERE file_row_number BETWEEN ${firstRow} AND ${firstRow + rows - 1}`;
    let read = 0;
    for await (const batch of this.batches(sql, path)) {
      read += batch.rows;
      yield batch;
    }
    if (read !== rows)
      throw new DataError(`${path}: expected ${rows} rows from row ${firstRow} on, got ${read}`, HINT);
  }

  /** Frees the database. */
  close(): void {
    this.database.close();
  }

  private async *batches(sql: string, path: string): AsyncGenerator<CellBatch> {
    try {
      const result = await this.database.connection.stream(sql, [escapeGlob(path)]);
      checkTypes(result, path);
      for await (const chunk of result)
        for (let from = 0; from < chunk.rowCount; from += BATCH_ROWS) yield toBatch(chunk, from);
    } catch (error) {
      throw toDataError(error, `cannot read ${path} as Parquet`, HINT);
    }
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

/**
 * Refuses a shard whose footer states another version of its record.
 * @throws DataError
 */
export async function requireVersion(
  reader: ParquetReader,
  path: string,
  key: string,
  version: number,
): Promise<void> {
  const found = ((await reader.metadata(path))[key] as string | undefined) ?? 'none';
  if (found !== String(version))
    throw new DataError(
      `${path}: expected ${key} ${version}, got ${found}`,
      'it was made by another version of the project; make it again',
    );
}

/** Runs `use` with a reader that is closed afterwards. */
export async function withReader<T>(use: (reader: ParquetReader) => Promise<T>): Promise<T> {
  const reader = await ParquetReader.open();
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}

/**
 * Rows of some files one by one, in their order, streaming.
 * @throws DataError as {@link ParquetReader.readFile}
 */
export async function* readRows(paths: Iterable<string>, columns: readonly string[]): AsyncGenerator<Row> {
  const reader = await ParquetReader.open();
  try {
    for (const path of paths)
      for await (const { rows, cells } of reader.readFile(path, columns))
        for (let row = 0; row < rows; row++)
          yield Object.fromEntries(columns.map((name, column) => [name, cells[column][row]]));
  } finally {
    reader.close();
  }
}

function listOf(columns: readonly string[]): string {
  return columns.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ');
}

function checkTypes(result: DuckDBResult, path: string): void {
  result.columnNames().forEach((name, column) => {
    const type = result.columnTypeId(column);
    if (CELL_TYPES.has(type)) return;
    const known = [...CELL_TYPES].map((id) => DuckDBTypeId[id]).join(', ');
    throw new DataError(
      `${path}: column "${name}" has the type ${DuckDBTypeId[type]}, which shards never have`,
      `shards hold ${known}`,
    );
  });
}

function toBatch(chunk: DuckDBDataChunk, from: number): CellBatch {
  const rows = Math.min(BATCH_ROWS, chunk.rowCount - from);
  const cells = Array.from({ length: chunk.columnCount }, (_, column) => {
    const vector = chunk.getColumnVector(column);
    const cellOf =
      vector instanceof DuckDBBlobVector
        ? (row: number) => copyOf(vector.getItemBytes(row))
        : (row: number) => vector.getItem(row) as Cell;
    return Array.from({ length: rows }, (_, row) => cellOf(from + row));
  });
  return { rows, cells };
}

/** Bytes of their own: those of a chunk are views of it, and arrays of wider numbers need alignment. */
function copyOf(bytes: Uint8Array | null): Uint8Array | null {
  // Not `slice`: a Buffer's gives another view.
  return bytes && new Uint8Array(bytes);
}
