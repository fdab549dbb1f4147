/** Helpers of tests; nothing else imports this file. The code in them was written for this project, under its licence. */
import { rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { openDuckDB } from '../../shards/duckdb';

/** A record of `real-files`. */
export type FileRecord = ReturnType<typeof fileRecord>;

/** A file of one function before a fix. */
export const FILE_BEFORE = [
  'import math',
  '',
  'LIMIT = 3',
  '',
  '',
  'class Ring:',
  '    def __init__(self, size):',
  '        self.size = size',
  '',
  '    def area(self, scale):',
  '        if scale > LIMIT:',
  '            scale = LIMIT',
  '        return math.pi * self.width * scale',
  '',
].join('\n');

/** The change that mends it: the attribute has another name. */
export const DIFF = [
  '@@ -10,5 +10,5 @@',
  '     def area(self, scale):',
  '         if scale > LIMIT:',
  '             scale = LIMIT',
  '-        return math.pi * self.width * scale',
  '+        return math.pi * self.size * scale',
  ' ',
].join('\n');

/** A record in the published format. @param more fields of other values */
export function fileRecord(more: Record<string, unknown> = {}) {
  return {
    id: '0123456789abcdef',
    repo: 'numpy/numpy',
    snapshot: null,
    license: 'BSD-3-Clause',
    sha: 'a'.repeat(40),
    path: 'ring.py',
    func: 'Ring.area',
    line: 10,
    line_end: 13,
    edit_line: 13,
    edit_line_end: 13,
    kind: 'attr',
    tier: 'A',
    msg: 'Fix area of rings',
    n_tok: 31,
    span_start: 26,
    span_before: 1,
    span_after: 1,
    only_this_change: true,
    file_before: FILE_BEFORE,
    file_after_diff: DIFF,
    ...more,
  };
}

/** A record of `real-syntax`. */
export function brokenRecord(more: Record<string, unknown> = {}): Record<string, unknown> {
  const after =
    'def total(values):\n    result = 0\n    for value in values:\n        result += value\n    return result';
  return {
    id: 'fedcba9876543210',
    repo: 'scipy/scipy',
    license: 'BSD-3-Clause',
    sha: 'b'.repeat(40),
    date: '2020-05-04',
    msg: 'fix syntax error',
    path: 'sums.py',
    scope: 'FunctionDef',
    name: 'total',
    category: 'colon',
    err_msg: "expected ':'",
    err_line: 3,
    before: after.replace('values:', 'values'),
    after,
    min_after: after,
    char_edit: 1,
    conflict: false,
    test_path: false,
    ...more,
  };
}

/** Writes records as JSON Lines, gzipped where the name says so. */
export async function writeJsonLines(path: string, records: readonly unknown[]): Promise<void> {
  const text = records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');
  await writeFile(path, path.endsWith('.gz') ? gzipSync(`${text}\n`) : `${text}\n`);
}

/** Writes records of `real-files` as Parquet with the published columns and types, in row groups of two rows. */
export async function writeParquet(path: string, records: readonly FileRecord[]): Promise<void> {
  const json = `${path}.jsonl`;
  await writeJsonLines(json, records);
  const types = Object.entries(fileRecord()).map(([name, value]) => {
    const type = typeof value === 'number' ? 'INTEGER' : typeof value === 'boolean' ? 'BOOLEAN' : 'VARCHAR';
    return `'${name}': '${type}'`;
  });
  const database = await openDuckDB(1);
  try {
    await database.connection.run(
      `COPY (SELECT * FROM read_json('${json}', format = 'newline_delimited', columns = {${types.join(', ')}})) ` +
        `TO '${path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)`,
    );
  } finally {
    database.close();
    await rm(json);
  }
}
