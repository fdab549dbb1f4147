import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError } from '../core/errors';
import { createProgress } from '../core/progress';
import type { Manifest } from '../records/manifest';
import { readManifest } from '../shards/manifest';
import { verifyDataset } from '../shards/verify';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { listKeys } from '../storage/objects';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { collectConfigSchema } from './config';
import { GitError } from './git/repository';
import { collect } from './stage';
import {
  contextFor,
  makeRepository,
  manyBatches,
  run,
  type ConfigInput,
  type PlannedCommit,
} from './testing';

test('a collection that is cut off anywhere goes on and ends with the same files', async () => {
  await withTemporaryFolder(async (folder) => {
    const config = await manyBatches(folder);
    const whole = await run(join(folder, 'whole'), config);
    assert.is(whole.samples.length, 150 + 250);
    for (const stopAfter of [1, 3]) {
      const target = join(folder, `cut${stopAfter}`);
      let written = 0;
      for (let finished = false, starts = 0; !finished; starts++) {
        assert.ok(starts < 10, 'it never ends');
        const controller = new AbortController();
        const until = written + stopAfter;
        const store = watchedStore(target, () => {
          if (++written === until) controller.abort();
        });
        try {
          await collect(collectConfigSchema.parse(config), contextFor(store, { signal: controller.signal }));
          finished = true;
        } catch (error) {
          assert.instance(error, InterruptedError);
          assert.is(await store.exists('manifest.json'), false);
        }
      }
      const hashes = (manifest: Manifest): unknown =>
        manifest.resources.map(({ path, hash }) => [path, hash]);
      const manifest = await readManifest(createFolderStore(target));
      assert.equal(hashes(manifest), hashes(whole.manifest), `stopped after ${stopAfter}`);
      assert.equal(manifest['trm:lineage'].counts, whole.manifest['trm:lineage'].counts);
      assert.equal(manifest['trm:metrics'], whole.manifest['trm:metrics']);
      // Three batches and an end mark a source: work that was done is not done again.
      assert.is(written, 8);
    }
  });
});

/** A store that tells of each journal entry written. */
function watchedStore(target: string, onJournal: () => void): ObjectStore {
  const store = createFolderStore(target);
  return {
    ...store,
    put: async (key, data) => {
      await store.put(key, data);
      if (key.startsWith('journal/')) onJournal();
    },
  };
}

test('a manifest that cannot be written loses no work: the journal stays until it is there', async () => {
  await withTemporaryFolder(async (folder) => {
    const config = await manyBatches(folder);
    const whole = await run(join(folder, 'whole'), config);
    const target = join(folder, 'cut');
    // A folder stands where the manifest belongs: its rename fails, as it does on a full disk.
    await mkdir(join(target, 'manifest.json', 'in-the-way'), { recursive: true });
    let written = 0;
    const store = watchedStore(target, () => written++);
    const parsed = collectConfigSchema.parse(config);
    await rejection(() => collect(parsed, contextFor(store)));
    assert.ok((await listKeys(store, 'journal/')).length > 0);
    await rm(join(target, 'manifest.json'), { recursive: true });
    // The sources are gone: what comes out comes from the journal.
    await rm(join(folder, 'many'), { recursive: true });
    await mkdir(join(folder, 'many'));
    const entries = written;
    await collect(parsed, contextFor(store));
    assert.is(written, entries, 'nothing is read again');
    const { samples } = await run(target, config);
    assert.equal(samples, whole.samples);
    assert.equal((await verifyDataset(store)).problems, [], 'no journal is left');
  });
});

test('a collection killed while it cleans up is complete, and cleans up when asked again', async () => {
  await withTemporaryFolder(async (folder) => {
    const config: ConfigInput = { sources: [{ kind: 'git' }] };
    const whole = await run(join(folder, 'whole'), config);
    const store = createFolderStore(join(folder, 'cut'));
    let deleted = 0;
    const killed = {
      ...store,
      delete: async (key: string) => {
        if (deleted++ > 0) throw new Error('killed');
        await store.delete(key);
      },
    };
    const parsed = collectConfigSchema.parse(config);
    assert.match((await rejection(() => collect(parsed, contextFor(killed)))).message, 'killed');
    assert.ok((await listKeys(store, 'journal/')).length > 0);
    assert.equal((await verifyDataset(store)).problems, [], 'complete all the same');
    const { samples } = await run(join(folder, 'cut'), config);
    assert.equal(samples, whole.samples);
    assert.equal(await listKeys(store, 'journal/'), []);
  });
});

test('a collection goes on over new commits, and refuses when its commits are gone', async () => {
  await withTemporaryFolder(async (folder) => {
    const history = (count: number, word: string): PlannedCommit[] =>
      Array.from({ length: count }, (_, i) => ({
        message: `${word} ${i}`,
        files: { 'a.py': `def f(a):\n    b = a\n    return a + b + ${i}\n` },
      }));
    const path = join(folder, 'history');
    await makeRepository(path, history(120, 'Fix'));
    const config = { sources: [{ kind: 'git', path } as const] };
    const controller = new AbortController();
    const progress = createProgress({ intervalMs: 0, sink: ({ done }) => done > 0 && controller.abort() });
    const target = join(folder, 'out');
    const stopped = await rejection(() => run(target, config, { progress, signal: controller.signal }));
    assert.instance(stopped, InterruptedError);

    await rm(path, { recursive: true });
    await makeRepository(path, history(120, 'Fixed'));
    assert.instance(await rejection(() => run(target, config)), GitError, 'a rewritten history');

    await rm(path, { recursive: true });
    await makeRepository(path, history(150, 'Fix'));
    const { samples } = await run(target, config);
    assert.is(samples.length, 119);
  });
});

test.run();
