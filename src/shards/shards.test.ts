import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { sha256File } from '../core/hash';
import { seedStream } from '../core/rng';
import { createFolderStore } from '../storage/folder-store';
import { collectAll, rejection, withTemporaryFolder } from '../storage/testing';
import type { Column, Row } from './columns';
import { openDuckDB } from './duckdb';
import { readRows, withReader } from './reader';
import { listShards, writeShard, writeShards } from './writer';

const COLUMNS: readonly Column[] = [
  { name: 'text', type: 'string', description: 'any text' },
  { name: 'maybe', type: 'string', nullable: true, description: 'text or null' },
  { name: 'n', type: 'int32', description: 'an integer' },
  { name: 'x', type: 'double', nullable: true, description: 'a number' },
  { name: 'yes', type: 'boolean', description: 'a flag' },
  { name: 'blob', type: 'bytes', description: 'bytes' },
];

/** Rows with the values that break careless writers: empty, NUL, astral, long, extreme. */
function awkwardRows(count: number): Row[] {
  const rng = seedStream(1, 'rows');
  const texts = ['', 'a', '😀', '\uffee', 'x\0y', 'line\nbreak\r\n', '"quoted"', 'é'.repeat(5000)];
  return Array.from({ length: count }, () => ({
    text: rng.pick(texts),
    maybe: rng.pick([null, ...texts]),
    n: rng.pick([0, -1, 2 ** 31 - 1, -(2 ** 31)]),
    x: rng.pick([null, 0, -0.1, Number.MAX_VALUE, Number.MIN_VALUE]),
    yes: rng.next() < 0.5,
    blob: Uint8Array.from({ length: rng.int(40) }, () => rng.int(256)),
  }));
}

const readAll = (path: string, columns = COLUMNS.map(({ name }) => name)): Promise<Row[]> =>
  collectAll(readRows([path], columns));

function plain(rows: Iterable<unknown>): unknown[] {
  return [...rows].map((row) =>
    Object.fromEntries(
      COLUMNS.map(({ name }) => {
        const value = (row as Record<string, unknown>)[name];
        return [name, value instanceof Uint8Array ? [...value] : value];
      }),
    ),
  );
}

test('every kind of value comes back as it went in, in order, over several row groups', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const rows = awkwardRows(5000);
    const resource = await writeShard(store, 'a.parquet', COLUMNS, rows, { rowGroupSize: 700 });
    assert.equal(plain(await readAll(join(store.location, 'a.parquet'))), plain(rows));
    assert.is(resource['trm:rows'], 5000);
    assert.is(resource.bytes, (await stat(join(folder, 'a.parquet'))).size);
    assert.is(resource.hash, `sha256:${await sha256File(join(folder, 'a.parquet'))}`);
  });
});

test('a reader asks for columns and gets them in its order; batches stay small', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const rows = awkwardRows(3000);
    await writeShard(store, 'a.parquet', COLUMNS, rows);
    await withReader(async (reader) => {
      const batches = await collectAll(reader.readFile(join(store.location, 'a.parquet'), ['n', 'text']));
      assert.ok(batches.length > 1);
      assert.equal(
        batches.flatMap(({ cells: [n, text] }) => n.map((value, i) => [value, text[i]])),
        rows.map(({ n, text }) => [n, text]),
      );
    });
  });
});

test('a file with a type that shards never have is refused by the name of its column', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'dates.parquet');
    const database = await openDuckDB();
    await database.connection.run(`COPY (SELECT 1 AS n, DATE '2026-01-01' AS day) TO '${path}'`);
    database.close();
    assert.match((await rejection(() => readAll(path, ['day']))).message, /column "day" has the type DATE/);
    assert.equal(await readAll(path, ['n']), [{ n: 1 }]);
  });
});

test('equality on text finds rows whatever their code points (statistics would hide them)', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const columns: Column[] = [{ name: 't', type: 'string', description: 'text' }];
    await writeShard(store, 'a.parquet', columns, [{ t: 'a' }, { t: '😀' }, { t: '\uffee' }]);
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const sql = `SELECT count(*)::INTEGER AS n FROM read_parquet('${join(store.location, 'a.parquet')}') WHERE t = '😀'`;
    const found = await connection.runAndReadAll(sql);
    assert.equal(found.getRows(), [[1]]);
    connection.closeSync();
    instance.closeSync();
  });
});

test('rows are cut into numbered shards; none of them makes one empty shard', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const columns: Column[] = [{ name: 'n', type: 'int32', description: 'n' }];
    const numbers = (n: number): Row[] => Array.from({ length: n }, (_, i) => ({ n: i }));
    for (const [count, sizes] of [
      [25, [10, 10, 5]],
      [20, [10, 10]],
      [0, [0]],
    ] as const) {
      const resources = await writeShards(store, `c${count}`, columns, numbers(count), { rowsPerShard: 10 });
      assert.equal(
        resources.map((resource) => resource['trm:rows']),
        [...sizes],
      );
      const keys = await listShards(store, `c${count}`);
      assert.equal(
        keys,
        resources.map((resource) => resource.path),
      );
      const read: unknown[] = [];
      for (const key of keys)
        for (const row of await readAll(join(store.location, key), ['n'])) read.push(row.n);
      assert.equal(
        read,
        numbers(count).map((row) => row.n),
      );
    }
    assert.is(
      await withReader((reader) => reader.countRows(join(store.location, 'c25/shard_00002.parquet'))),
      5,
    );
    assert.match((await rejection(() => listShards(store, 'c'))).message, 'found none');
  });
});

test('rows that do not fit are refused by name, and leave no file behind', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const [good] = awkwardRows(1);
    const cases: [Record<string, unknown>, string][] = [
      [{ n: 0.5 }, 'column "n": expected an integer of 32 bits, got the number 0.5'],
      [{ n: '7x' }, 'column "n": expected an integer of 32 bits, got string "7x"'],
      [{ x: NaN }, 'column "x": expected null or a finite number, got the number NaN'],
      [{ text: null }, 'column "text": expected a string'],
      [{ text: 'half \ud800 pair' }, 'column "text": expected a string without lone surrogates'],
      [{ blob: [1, 2] }, 'column "blob": expected a Uint8Array'],
      [{ yes: undefined }, 'column "yes": expected true or false, got nothing'],
      [{ other: 1 }, 'member "other" that is no column'],
    ];
    for (const [change, message] of cases) {
      const rows = [good, { ...good, ...change } as Row];
      const error = await rejection(() => writeShard(store, 'a.parquet', COLUMNS, rows));
      assert.instance(error, DataError);
      assert.match(error.message, message);
    }
    assert.equal(await readdir(folder), []);
  });
});

test('the rows source is released when a row is refused', async () => {
  await withTemporaryFolder(async (folder) => {
    let released = false;
    function* rows(): Generator<Row> {
      try {
        yield { n: 1 };
        yield { n: 'no' };
      } finally {
        released = true;
      }
    }
    const columns: Column[] = [{ name: 'n', type: 'int32', description: 'n' }];
    await rejection(() => writeShards(createFolderStore(folder), 's', columns, rows()));
    assert.is(released, true);
  });
});

test('a wrong column type is an Error, though the library throws strings', async () => {
  await withTemporaryFolder(async (folder) => {
    const columns = [{ name: 'n', type: 'int32', description: 'n' }] as const;
    const row = Object.defineProperty({}, 'n', { get: flipping(7, undefined), enumerable: true }) as Row;
    const error = await rejection(() => writeShard(createFolderStore(folder), 'a.parquet', columns, [row]));
    assert.instance(error, DataError);
    assert.match(error.message, 'missing required field: n');
  });
});

/** A getter that answers `first` once and `later` from then on: passes our check, fails in the library. */
function flipping<T>(first: T, later: T): () => T {
  let calls = 0;
  return () => (calls++ === 0 ? first : later);
}

test('damaged, missing and foreign files are DataErrors; odd paths are not patterns', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(join(folder, 'odd [a-c]* ?'));
    const columns: Column[] = [{ name: 'n', type: 'int32', description: 'n' }];
    await writeShard(store, 'ok.parquet', columns, [{ n: 3 }], { metadata: { 'trm:version': '1' } });
    assert.is((await readAll(join(store.location, 'ok.parquet'), ['n']))[0].n, 3);
    assert.is(
      (await withReader((reader) => reader.metadata(join(store.location, 'ok.parquet'))))['trm:version'],
      '1',
    );

    const whole = await store.get('ok.parquet');
    await store.put('cut.parquet', whole.subarray(0, whole.length - 9));
    await store.put('text.parquet', 'this is no parquet file at all');
    for (const key of ['cut.parquet', 'text.parquet', 'gone.parquet']) {
      const error = await rejection(() => readAll(join(store.location, key), ['n']));
      assert.instance(error, DataError, key);
      assert.match(error.message, key);
      assert.instance(
        await rejection(() => withReader((reader) => reader.countRows(join(store.location, key)))),
        DataError,
        key,
      );
    }
    const path = join(store.location, 'ok.parquet');
    assert.instance(await rejection(() => readAll(path, ['m'])), DataError);
    const plain = createFolderStore(join(folder, 'plain'));
    await writeShard(plain, 'ok.parquet', columns, [{ n: 3 }]);
    const missing = join(plain.location, 'o*.parquet');
    assert.instance(
      await rejection(() => readAll(missing, ['n'])),
      DataError,
      'a missing file, not all that fit',
    );
  });
});

test.run();
