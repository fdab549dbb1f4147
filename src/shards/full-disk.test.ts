import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { createFolderStore } from '../storage/folder-store';
import { listKeys } from '../storage/objects';
import { mayMount, rejection, withSmallDisk, withTemporaryFolder } from '../storage/testing';
import type { Column } from './columns';
import { recompressShard } from './recompress';
import { writeShard } from './writer';

const COLUMNS: readonly Column[] = [{ name: 'text', type: 'string', description: 'any text' }];

/** Rows that gzip cannot make small: `count` texts of 1000 random hex digits. */
function* rows(count: number): Generator<{ text: string }> {
  let state = 1;
  for (let i = 0; i < count; i++)
    yield {
      text: Array.from({ length: 125 }, () => {
        state = (state * 1103515245 + 12345) % 2 ** 31;
        return state.toString(16).padStart(8, '0');
      }).join(''),
    };
}

/** A disk that is really full takes a file system of its own; where none can be mounted, the test is left out by name. */
function onSmallDisk(name: string, run: () => Promise<void>): void {
  if (mayMount()) test(name, run);
  else test.skip(`${name} (skipped: no file system can be mounted here)`, run);
}

onSmallDisk(
  'a disk that is full before, in the middle of and at the end of a shard is said, and nothing is left',
  async () => {
    await withSmallDisk(256, async (disk) => {
      const store = createFolderStore(disk);
      // The whole shard is about 500 KiB; row groups of 50 rows meet the end in the middle, of 5000 when the file is closed.
      for (const rowGroupSize of [50, 5000]) {
        const error = await rejection(() =>
          writeShard(store, 'a.parquet', COLUMNS, rows(1000), { rowGroupSize }),
        );
        assert.instance(error, DataError);
        assert.match(error.message, /^no room to write .*a\.parquet \(ENOSPC/);
        assert.equal(await readdir(disk), []);
      }
      await writeFile(join(disk, 'ballast'), Buffer.alloc(2 ** 20)).catch(() => undefined);
      const error = await rejection(() => writeShard(store, 'b.parquet', COLUMNS, rows(10)));
      assert.match(error.message, /^no room to write .*b\.parquet \(ENOSPC/);
      assert.equal(await readdir(disk), ['ballast']);
    });
  },
);

onSmallDisk('a shard that finds no room to be compressed anew stays as it was', async () => {
  await withSmallDisk(256, async (disk) => {
    const store = createFolderStore(disk);
    const resource = await writeShard(store, 'a.parquet', COLUMNS, rows(250));
    await writeFile(join(disk, 'ballast'), Buffer.alloc(2 ** 20)).catch(() => undefined);
    const scratch = join(disk, 'scratch');
    const error = await rejection(() => recompressShard(store, resource, scratch));
    assert.instance(error, DataError);
    assert.match(error.message, /a\.parquet: no room to write/);
    assert.equal(await readdir(scratch), []);
    await withTemporaryFolder(async (elsewhere) => {
      const unpublished = await rejection(() => recompressShard(store, resource, elsewhere));
      assert.match(unpublished.message, /^no room to write .*a\.parquet/);
    });
    assert.equal(await listKeys(store), ['a.parquet', 'ballast']);
    assert.is((await store.stat('a.parquet'))?.bytes, resource.bytes);
    await rm(join(disk, 'ballast'));
    await recompressShard(store, resource, scratch);
  });
});

test.run();
