import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { NO_MENTIONS, NO_SURROUNDINGS, storedContext, type StoredContext } from '../records/file-context';
import type { Sample } from '../records/sample';
import { createFolderStore } from '../storage/folder-store';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { Contexts, referencedContexts, writeContextShards } from './context-shard';
import { writeSampleShards } from './sample-shard';
import { makeSample } from './testing';

function contextOf(i: number): StoredContext {
  const own = {
    name: `A.f${i}`,
    signature: '(self)',
    decorators: [],
    assigned: ['ü'],
    read: ['constructor'],
    mentions: { ...NO_MENTIONS, variables: ['len'] },
  };
  const other = { ...own, name: 'g', assigned: [], read: [] };
  const imports = { np: 'numpy', constructor: 'a.b' };
  return storedContext({
    imports,
    names: [`N${i}`],
    classes: [],
    functions: [own, other],
    mentions: NO_MENTIONS,
  });
}

const sampleIn = (context: Sample['context'], i = 0): Sample => makeSample(i, { context });

test('contexts come back equal, each stored once', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const all = Array.from({ length: 100 }, (_, i) => contextOf(i));
    const [resource] = await writeContextShards(store, [...all, ...all]);
    assert.equal([resource.path, resource['trm:rows']], ['contexts/shard_00000.parquet', 100]);
    const contexts = await Contexts.read(store, store);
    for (const { id, context } of [...all, ...all.reverse()]) {
      assert.equal(contexts.get(id), context);
      assert.is(storedContext(contexts.get(id)).id, id);
    }
  });
});

test('a sample finds what is around it, and code without a file nothing', () => {
  const stored = contextOf(1);
  const contexts = new Contexts([stored]);
  const around = contexts.around(sampleIn({ id: stored.id, function: 0 }));
  assert.equal([around.enclosingClass, around.names, around.functions.length], ['A', ['N1', 'g'], 1]);
  assert.is(contexts.around(sampleIn(null)), NO_SURROUNDINGS);
});

test('contexts that are missing, or of another file, are said', async () => {
  const contexts = new Contexts([contextOf(1)]);
  for (const [context, message] of [
    [{ id: contextOf(2).id, function: 0 }, /expected the file context .* found none/],
    [{ id: contextOf(1).id, function: 2 }, /expected at least 3 functions, found 2/],
  ] as const) {
    const error = await rejection(() => contexts.around(sampleIn(context)));
    assert.instance(error, DataError);
    assert.match(error.message, message);
  }
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    assert.match((await rejection(() => Contexts.read(store))).message, 'expected shards contexts/');
  });
});

test('the contexts that samples speak of, in the order of the samples', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const [a, b] = [contextOf(1).id, contextOf(2).id];
    const samples = [b, b, null, a, b].map((id, i) => sampleIn(id === null ? null : { id, function: 0 }, i));
    await writeSampleShards(store, 'samples', samples, { rowsPerShard: 2 });
    assert.equal([...(await referencedContexts(store, 'samples'))], [b, a]);
  });
});

test.run();
