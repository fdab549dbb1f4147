import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, UserError } from '../core/errors';
import { rejection } from './testing';
import { createFolderStore } from './folder-store';

const test = suite<{ folder: string }>('folder store');

test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'trm-store-'));
});
test.after.each(async ({ folder }) => {
  await rm(folder, { recursive: true, force: true });
});

test('what is put is got, and replaced whole', async ({ folder }) => {
  const store = createFolderStore(join(folder, 'not', 'there', 'yet'));
  assert.is(await store.exists('a/b.json'), false);
  assert.equal(await store.list(), []);
  await store.put('a/b.json', 'one, and longer');
  await store.put('a/b.json', new Uint8Array([0, 255]));
  assert.equal([...(await store.get('a/b.json'))], [0, 255]);
  assert.is(await store.exists('a/b.json'), true);
  assert.is(await store.exists('a'), false, 'a folder is no object');
});

test('list is sorted, filtered by prefix, follows links and hides unfinished files', async ({ folder }) => {
  const store = createFolderStore(join(folder, 'store'));
  for (const key of ['b', 'a/2', 'a/10', 'ab/1']) await store.put(key, key);
  await writeFile(`${store.localPath('a/3')}.tmp`, 'half');
  await symlink(join(folder, 'store', 'a'), join(folder, 'store', 'linked'));
  assert.equal(await store.list(), ['a/10', 'a/2', 'ab/1', 'b', 'linked/10', 'linked/2']);
  assert.equal(await store.list('a/'), ['a/10', 'a/2']);
});

test('a missing object is a DataError that names it; deleting it is no error', async ({ folder }) => {
  const store = createFolderStore(folder);
  const error = await rejection(() => store.get('gone.json'));
  assert.instance(error, DataError);
  assert.match(error.message, 'gone.json');
  await store.delete('gone.json');
  await store.put('x', 'y');
  await store.put('a/b/c', 'z');
  await store.put('a/d', 'z');
  await store.delete('a/b/c');
  assert.equal(await readdir(join(folder, 'a')), ['d'], 'folders left empty go too');
  await store.delete('x');
  await store.delete('a/d');
  assert.equal(await readdir(folder), []);
});

test('commit publishes a file written beside its key', async ({ folder }) => {
  const store = createFolderStore(folder);
  await writeFile(`${store.localPath('shard')}.tmp`, 'rows');
  assert.equal(await store.list(), []);
  await store.commit('shard');
  assert.equal(await store.list(), ['shard']);
  assert.is(await readFile(store.localPath('shard'), 'utf8'), 'rows');
});

test('no key leaves the store', async ({ folder }) => {
  const store = createFolderStore(join(folder, 'store'));
  for (const key of ['', '/etc/x', '../x', 'a/../../x', 'a//b', './a', 'a\\b', 'a\0b', 'a.tmp']) {
    assert.instance(await rejection(() => store.put(key, 'x')), UserError, JSON.stringify(key));
    assert.throws(() => store.localPath(key), 'expected a key such as', JSON.stringify(key));
  }
});

test.run();
