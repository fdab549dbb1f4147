/** What every object store must do, as tests; nothing but tests imports this file. */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, UserError } from '../core/errors';
import type { ObjectInfo, ObjectStore } from './object-store';
import { getText, hashObject, listKeys, putFile, readPieces } from './objects';
import { collectAll, rejection } from './testing';

/** One place to store objects in, empty at the beginning. */
export interface StorePlace {
  store: ObjectStore;
  /** JavaScript expression that opens the same place in another process. */
  opened: string;
  /** Names of everything that lies in the place, what is unfinished too. */
  everything: () => Promise<string[]>;
  remove: () => Promise<void>;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

type StoreTest = Test<StorePlace>;

/** Registers the tests of a kind of store. @param make makes a new place for each test */
export function testObjectStore(name: string, make: () => Promise<StorePlace>): void {
  const test = suite<StorePlace>(name);
  test.before.each(async (context) => void Object.assign(context, await make()));
  test.after.each((context) => context.remove());
  for (const register of [wholeObjects, partsOfObjects, listings, writers, accidents]) register(test);
  test.run();
}

function wholeObjects(test: StoreTest): void {
  test('what is put is got, and replaced whole', async ({ store }) => {
    assert.is(await store.exists('a/b.json'), false);
    assert.equal(await listKeys(store), []);
    await store.put('a/b.json', 'one, and longer');
    await store.put('a/b.json', new Uint8Array([0, 255]));
    assert.equal([...(await store.get('a/b.json'))], [0, 255]);
    assert.is(await store.exists('a/b.json'), true);
    assert.equal(await store.stat('a/b.json'), { key: 'a/b.json', bytes: 2 });
    assert.is(await store.exists('a'), false, 'what keys begin with is no object');
    assert.is(await store.stat('a'), null);
    await store.put('empty', '');
    assert.is((await store.get('empty')).length, 0);
  });

  test('a missing object is a DataError that names it; deleting it is no error', async ({ store }) => {
    for (const ask of [
      () => store.get('gone.json'),
      () => store.read('gone.json', { start: 0, length: 1 }),
      () => store.localFile('gone.json'),
    ]) {
      const error = await rejection(ask);
      assert.instance(error, DataError);
      assert.match(error.message, 'gone.json');
    }
    assert.is(await store.stat('gone.json'), null);
    await store.delete('gone.json');
    await store.put('a/b/c', 'z');
    await store.delete('a/b/c');
    assert.is(await store.exists('a/b/c'), false);
    assert.equal(await listKeys(store), []);
  });

  test('a local file has the content, and a file becomes an object', async ({ store }) => {
    await store.put('a/b.txt', 'content');
    const path = await store.localFile('a/b.txt');
    assert.is(await readFile(path, 'utf8'), 'content');
    await putFile(store, 'copy', path);
    assert.is(await getText(store, 'copy'), 'content');
    await store.put('a/b.txt', 'newer');
    assert.is(await readFile(await store.localFile('a/b.txt'), 'utf8'), 'newer');
  });

  test('no key leaves the store', async ({ store }) => {
    for (const key of ['', '/etc/x', '../x', 'a/../../x', 'a//b', './a', 'a/', 'a\\b', 'a\0b', 'a.tmp'])
      for (const use of [
        () => store.put(key, 'x'),
        () => store.putIfAbsent(key, 'x'),
        () => store.create(key),
        () => store.get(key),
        () => store.read(key, { start: 0, length: 1 }),
        () => store.stat(key),
        () => store.delete(key),
        () => store.localFile(key),
      ])
        assert.instance(await rejection(use), UserError, JSON.stringify(key));
  });
}

function partsOfObjects(test: StoreTest): void {
  test('ranges: inside, to the end, over it, behind it, of an empty object', async ({ store }) => {
    await store.put('digits', '0123456789');
    await store.put('empty', '');
    for (const [start, length, expected] of [
      [0, 10, '0123456789'],
      [0, 1, '0'],
      [3, 4, '3456'],
      [9, 1, '9'],
      [9, 5, '9'],
      [0, 1000, '0123456789'],
      [10, 1, ''],
      [50, 7, ''],
      [4, 0, ''],
    ] as const)
      assert.is(text(await store.read('digits', { start, length })), expected, `${start}+${length}`);
    assert.is((await store.read('empty', { start: 0, length: 5 })).length, 0);
  });

  test('an object read in pieces is the object, whatever their size', async ({ store }) => {
    const content = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));
    await store.put('bytes', content);
    for (const size of [1, 7, 500, 999, 1000, 1001]) {
      const pieces = await collectAll(readPieces(store, 'bytes', size));
      assert.ok(Buffer.concat(pieces).equals(content), `pieces of ${size}`);
      assert.is(pieces.length, Math.ceil(1000 / size));
    }
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256').update(content).digest('hex');
    assert.equal(await hashObject(store, 'bytes'), { bytes: 1000, sha256 });
  });
}

function listings(test: StoreTest): void {
  test('lists with sizes, in the order of the bytes of the keys, by prefix', async ({ store }) => {
    const keys = ['b', 'a/2', 'a/10', 'a.json', 'ab/1', 'a-b', 'a/c/d', 'x\uffee', 'x😀', 'xé'];
    for (const key of keys) await store.put(key, 'y'.repeat(Buffer.byteLength(key)));
    const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const info = (key: string): ObjectInfo => ({ key, bytes: Buffer.byteLength(key) });
    assert.equal(await collectAll(store.list()), sorted.map(info));
    for (const prefix of ['a', 'a/', 'a/c', 'a/c/', 'a/1', 'x', 'none', 'a/2/', 'b'])
      assert.equal(
        await listKeys(store, prefix),
        sorted.filter((key) => key.startsWith(prefix)),
        `prefix ${prefix}`,
      );
  });

  test('a listing can be left early, and objects may come and go meanwhile', async ({ store }) => {
    for (let i = 0; i < 70; i++) await store.put(`many/${String(i).padStart(3, '0')}`, 'x');
    for await (const { key } of store.list('many/')) {
      assert.is(key, 'many/000');
      break;
    }
    let seen = 0;
    for await (const { key } of store.list('many/')) {
      await store.delete(key);
      seen++;
    }
    assert.is(seen, 70);
    assert.equal(await listKeys(store), []);
  });
}

function writers(test: StoreTest): void {
  test('pieces become an object when they are committed, and not before', async ({ store }) => {
    await store.put('log', 'old');
    const writer = await store.create('log');
    await writer.write('one ');
    await writer.write(Buffer.from('two '));
    await writer.write('');
    await writer.write('drei 😀');
    assert.is(await getText(store, 'log'), 'old');
    assert.equal(await listKeys(store), ['log']);
    await writer.commit();
    await writer.abort();
    assert.is(await getText(store, 'log'), 'one two drei 😀');
    const empty = await store.create('deep/er/empty');
    await empty.commit();
    assert.equal(await store.stat('deep/er/empty'), { key: 'deep/er/empty', bytes: 0 });
  });

  test('an aborted writer leaves nothing, and what was there stays', async ({ store, everything }) => {
    await store.put('kept', 'old');
    const before = await everything();
    for (const key of ['kept', 'new/one']) {
      const writer = await store.create(key);
      await writer.write('half');
      await writer.abort();
      await writer.abort();
      assert.match((await rejection(() => writer.write('more'))).message, /committed or aborted/);
      assert.match((await rejection(() => writer.commit())).message, /committed or aborted/);
    }
    assert.is(await getText(store, 'kept'), 'old');
    assert.is(await store.exists('new/one'), false);
    assert.equal(
      (await everything()).filter((name) => !before.includes(name) && name !== 'new'),
      [],
    );
  });

  test('of two writers of a key the later commit counts, whole', async ({ store }) => {
    const [first, second] = [await store.create('k'), await store.create('k')];
    await first.write('first');
    await second.write('second, longer');
    await second.commit();
    await first.commit();
    assert.is(await getText(store, 'k'), 'first');
  });
}

function accidents(test: StoreTest): void {
  test('killed in the middle of a writer: no object, the old one whole, and remains go when asked', async ({
    store,
    opened,
    everything,
  }) => {
    await store.put('kept', 'old');
    const before = await everything();
    const script = `(async () => {
      const store = ${opened};
      for (const key of ['kept', 'new']) await (await store.create(key)).write('x'.repeat(3e6));
      process.kill(process.pid, 'SIGKILL');
    })();`;
    const died = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    assert.is(died.signal, 'SIGKILL', died.stderr);
    assert.equal(await listKeys(store), ['kept']);
    assert.is(await getText(store, 'kept'), 'old');
    assert.is(await store.exists('new'), false);
    await store.abortUnfinished();
    assert.equal(await everything(), before);
    assert.is(await getText(store, 'kept'), 'old');
  });

  test('only one of many who create at once succeeds, also from other processes', async ({
    store,
    opened,
  }) => {
    assert.is(await store.putIfAbsent('lock', 'mine'), true);
    assert.is(await store.putIfAbsent('lock', 'theirs'), false);
    assert.is(await getText(store, 'lock'), 'mine');
    const won = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => ((await store.putIfAbsent('race', `${i}`)) ? [i] : [])),
    );
    assert.is(won.flat().length, 1);
    assert.is(await getText(store, 'race'), String(won.flat()[0]));
    const script = `${opened}.putIfAbsent('race', 'late').then((done) => process.exit(done ? 1 : 0));`;
    assert.is(spawnSync(process.execPath, ['-e', script]).status, 0);
    await store.delete('race');
    assert.is(await store.putIfAbsent('race', 'again'), true);
    assert.equal(await listKeys(store), ['lock', 'race']);
  });
}
