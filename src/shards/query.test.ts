import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC, tableToIPC } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import type { Column } from './columns';
import { queryArrow, queryShards } from './query';
import { writeSampleShards } from './sample-shard';
import { makeSample } from './testing';
import { writeShards } from './writer';

const COLUMNS = [
  { name: 'family', type: 'string', description: 'family' },
  { name: 'size', type: 'int32', description: 'size' },
] as const satisfies readonly Column[];

let root: string;
let store: ObjectStore;
test.before(async () => {
  root = await mkdtemp(join(tmpdir(), "trm-query-['x]-"));
  store = createFolderStore(root);
  const rows = Array.from({ length: 7 }, (_, i) => ({ family: i % 2 ? 'odd' : 'even', size: i }));
  await writeShards(store, 'samples', COLUMNS, rows, { rowsPerShard: 3 });
});
test.after(() => rm(root, { recursive: true }));

test('sees the rows of all shards, as plain numbers, even in a path with quotes and brackets', async () => {
  const sql = 'SELECT family, count(*) AS n, sum(size) AS total FROM shards GROUP BY family ORDER BY family';
  const rows = await queryShards(store, 'samples', sql);
  assert.equal(rows, [
    { family: 'even', n: 4, total: 12 },
    { family: 'odd', n: 3, total: 9 },
  ]);
});

test('one file may be asked alone', async () => {
  const [first] = await queryShards(store, 'samples/shard_00000.parquet', 'SELECT count(*) AS n FROM shards');
  assert.equal(first, { n: 3 });
});

test('a wrong query and an empty folder say so', async () => {
  for (const [folder, sql, message] of [
    ['samples', 'SELECT nope FROM shards', /"nope" not found/],
    ['none', 'SELECT 1', /none/],
  ] as const) {
    let error: unknown;
    await queryShards(store, folder, sql).catch((thrown: unknown) => (error = thrown));
    assert.instance(error, DataError);
    assert.match((error as Error).message, message);
  }
});

test('a clean function is asked by its source, though that is stored once', async () => {
  const folder = createFolderStore(join(root, 'clean'));
  const { before } = makeSample(1);
  await writeSampleShards(folder, 'samples', [
    makeSample(1),
    makeSample(2, { before, after: before, edits: [], evidence: [] }),
  ]);
  const rows = await queryShards(
    folder,
    'samples',
    'SELECT after, before = after AS clean FROM shards ORDER BY clean',
  );
  assert.equal(rows, [
    { after: makeSample(1).after, clean: false },
    { after: before, clean: true },
  ]);
});

test('an answer by columns is an Arrow table that survives its way as a file', async () => {
  const sql =
    'SELECT size, size / 2 AS half, CASE WHEN size > 0 THEN family END AS name, size > 1 AS many FROM shards ORDER BY size';
  const table = tableFromIPC(tableToIPC(await queryArrow(store, 'samples', sql)));
  assert.is(table.numRows, 7);
  const rows = await queryShards(store, 'samples', sql);
  assert.equal(
    table.toArray().map((row) => ({ ...(row as object) })),
    rows,
  );
  assert.is(rows[0].name, null);
});

test.run();
