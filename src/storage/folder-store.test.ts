import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { createFolderStore } from './folder-store';
import { testObjectStore } from './object-store-testing';
import { listKeys } from './objects';
import { mayMount, rejection, withSmallDisk, withTemporaryFolder } from './testing';

testObjectStore('folder store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trm-store-'));
  const path = join(folder, 'not', 'there [a-c]*', 'yet');
  const module = join(__dirname, 'folder-store.js');
  return {
    store: createFolderStore(path),
    opened: `require(${JSON.stringify(module)}).createFolderStore(${JSON.stringify(path)})`,
    everything: () => readdir(path, { recursive: true }).catch(() => []),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
});

test('a listing follows links, passes over those to nothing, and hides unfinished files', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(join(folder, 'store'));
    for (const key of ['b', 'a/2']) await store.put(key, key);
    await writeFile(join(folder, 'store', 'a', '3.tmp'), 'half');
    await symlink(join(folder, 'store', 'a'), join(folder, 'store', 'linked'));
    await symlink(join(folder, 'gone'), join(folder, 'store', 'dangling'));
    assert.equal(await listKeys(store), ['a/2', 'b', 'linked/2']);
  });
});

test('folders that are left empty go, up to the store itself', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    for (const key of ['x', 'a/b/c', 'a/d']) await store.put(key, 'z');
    await store.delete('a/b/c');
    assert.equal(await readdir(join(folder, 'a')), ['d']);
    await store.delete('x');
    await store.delete('a/d');
    assert.equal(await readdir(folder), []);
  });
});

async function fillDisk(): Promise<void> {
  await withSmallDisk(64, async (disk) => {
    const store = createFolderStore(disk);
    const large = Buffer.alloc(2 ** 20);
    const stream = async (): Promise<void> => {
      const writer = await store.create('streamed');
      try {
        for (let i = 0; i < 4; i++) await writer.write(large);
      } finally {
        await writer.abort();
      }
    };
    for (const write of [() => store.put('put', large), () => store.putIfAbsent('new', large), stream]) {
      const error = await rejection(write);
      assert.instance(error, DataError);
      assert.match(error.message, /^no room to write /);
    }
    assert.equal(await readdir(disk), []);
  });
}

const FULL = 'a full disk is said by every way to write, and nothing is left';
if (mayMount()) test(FULL, fillDisk);
else test.skip(`${FULL} (skipped: no file system can be mounted here)`, fillDisk);

test.run();
