/** How far a collection got, told by its journal. That a killed one ends with the same shards is in resume.test.ts. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { collectAll, rejection, withTemporaryFolder } from '../storage/testing';
import type { Dropped } from './dropped';
import { appendJournal, journalDrops, readJournal, type JournalState } from './journal';
import type { SourceBatch } from './source';

const dropped = (path: string): Dropped => ({
  source: 's',
  path,
  function: null,
  commit: null,
  detail: null,
  reason: 'generated',
});

const batchAt = (cursor: string, drops = 0): SourceBatch => ({
  cursor,
  samples: [],
  contexts: [],
  drops: Array.from({ length: drops }, (_, i) => dropped(`${cursor}-${i}`)),
  units: 3,
});

/** A store that counts what is asked of it. */
function counted(store: ObjectStore): {
  store: ObjectStore;
  asked: Record<string, number>;
  bytes: () => number;
} {
  const asked: Record<string, number> = { list: 0, read: 0, get: 0 };
  let bytes = 0;
  return {
    asked,
    bytes: () => bytes,
    store: {
      ...store,
      list: (prefix) => (asked.list++, store.list(prefix)),
      get: (key) => (asked.get++, store.get(key)),
      read: async (key, range) => {
        asked.read++;
        const part = await store.read(key, range);
        bytes += part.length;
        return part;
      },
    },
  };
}

/** Writes that many entries of a source, the last one closing it if asked. */
async function write(
  store: ObjectStore,
  source: number,
  entries: number,
  close: boolean,
): Promise<JournalState> {
  let [state] = await readJournal(createFolderStore(join(store.location, 'nothing')), 1);
  for (let i = 0; i < entries; i++)
    state = await appendJournal(store, source, state, batchAt(`file-${i}`, source === 1 ? 2000 : 1));
  return close ? appendJournal(store, source, state, null) : state;
}

test('one listing and a short read a source tell how far all of them got, whatever the journal holds', async () => {
  await withTemporaryFolder(async (folder) => {
    const { store, asked, bytes } = counted(createFolderStore(folder));
    const written = [
      await write(store, 0, 4, true),
      await write(store, 1, 3, false),
      await write(store, 2, 0, false),
      await write(store, 3, 0, true),
    ];
    Object.assign(asked, { list: 0, read: 0, get: 0 });
    assert.equal(await readJournal(store, 4), written);
    assert.equal(asked, { list: 1, read: 3, get: 0 });
    assert.ok(bytes() <= 3 * 4096, `${bytes()} bytes`);
    assert.equal(written[0], { cursor: 'file-3', taken: 0, units: 12, entries: 5, complete: true });
    assert.equal(written[1], { cursor: 'file-2', taken: 0, units: 9, entries: 3, complete: false });
    assert.equal(written[2], { cursor: null, taken: 0, units: 0, entries: 0, complete: false });
    assert.is((await collectAll(journalDrops(store, 4))).length, 4 + 3 * 2000);
  });
});

test('a cursor that is longer than the first look is read whole', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const cursor = 'ü'.repeat(40_000);
    const [beginning] = await readJournal(store, 1);
    const state = await appendJournal(store, 0, beginning, batchAt(cursor));
    assert.is(state.cursor, cursor);
    assert.equal(await readJournal(store, 1), [state]);
  });
});

test('a journal that lacks an entry, or whose newest one is cut short, is a DataError', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    await write(store, 0, 3, false);
    await store.delete('journal/000/000001.jsonl');
    const lacking = await rejection(() => readJournal(store, 1));
    assert.instance(lacking, DataError);
    assert.match(lacking.message, /expected 3 entries up to here, found 2/);
    await store.put('journal/000/000001.jsonl', '{"samples":0,"sta');
    await store.put('journal/000/000002.jsonl', '{"samples":0,"sta');
    assert.match((await rejection(() => readJournal(store, 1))).message, /000002\.jsonl is not valid JSON/);
  });
});

test.run();
