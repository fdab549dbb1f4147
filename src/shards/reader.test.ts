import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { createFolderStore } from '../storage/folder-store';
import type { Column } from './columns';
import { ParquetReader } from './reader';
import { writeShard } from './writer';

const COLUMNS: Column[] = [
  { name: 'text', type: 'string', description: 'text' },
  { name: 'number', type: 'int32', description: 'number' },
  { name: 'bytes', type: 'bytes', description: 'bytes' },
];
const ROWS = 5500;
let folder: string;
let path: string;
let reader: ParquetReader;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-groups-'));
  const store = createFolderStore(folder);
  const rows = Array.from({ length: ROWS }, (_, i) => ({
    text: `row ${i}`,
    number: i,
    bytes: new Uint8Array([i % 256]),
  }));
  // A name that DuckDB would take for a pattern.
  await writeShard(store, 'a[1]*.parquet', COLUMNS, rows, { rowGroupSize: 2500, metadata: { 'trm:x': 'ä' } });
  path = join(store.location, 'a[1]*.parquet');
  reader = await ParquetReader.open();
});

test.after(async () => {
  reader.close();
  await rm(folder, { recursive: true });
});

test('every group is read alone, in any order, with the columns that were asked for', async () => {
  const groups = await reader.rowGroups(path);
  assert.equal(
    groups.map(({ firstRow, rows }) => [firstRow, rows]),
    [
      [0, 2500],
      [2500, 2500],
      [5000, 500],
    ],
  );
  for (const group of [groups[2], groups[0], groups[1]]) {
    const numbers: unknown[] = [];
    for await (const { cells, rows } of reader.readGroup(group, ['number', 'text', 'bytes'])) {
      assert.ok(rows <= 256);
      numbers.push(...cells[0]);
      assert.equal(cells[1][0], `row ${Number(cells[0][0])}`);
      assert.equal([...(cells[2][0] as Uint8Array)], [Number(cells[0][0]) % 256]);
    }
    assert.equal(
      numbers,
      Array.from({ length: group.rows }, (_, i) => group.firstRow + i),
    );
  }
});

test('footer and counts need no rows', async () => {
  assert.is(await reader.countRows(path), ROWS);
  assert.is((await reader.metadata(path))['trm:x'], 'ä');
  const counts = await reader.countBy(path, ['number']);
  assert.is(counts.length, ROWS);
  assert.equal(counts[7], [7, 1]);
});

test('a missing column, a file that was cut short and one that is not there give DataErrors', async () => {
  const short = join(folder, 'short.parquet');
  const store = createFolderStore(folder);
  await writeShard(store, 'short.parquet', COLUMNS, [{ text: '', number: 1, bytes: new Uint8Array(1) }]);
  const [group] = await reader.rowGroups(short);
  await refuses(async () => {
    for await (const _ of reader.readGroup(group, ['absent'])) assert.unreachable();
  }, /absent/);
  await refuses(async () => {
    for await (const _ of reader.readGroup({ ...group, rows: 9 }, ['number'])) continue;
  }, /expected 9 rows from row 0 on, got 1/);
  await truncate(short, 100);
  await refuses(() => reader.rowGroups(short), /short\.parquet as Parquet/);
  await refuses(() => reader.metadata(join(folder, 'none.parquet')), /none\.parquet/);
});

async function refuses(action: () => Promise<unknown>, message: RegExp): Promise<void> {
  try {
    await action();
  } catch (error) {
    assert.instance(error, DataError);
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`expected ${message}`);
}

test.run();
