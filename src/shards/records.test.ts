import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { sha256 } from '../core/hash';
import { NO_NAMES, MAX_PIECES, type Example } from '../records/example';
import { TOKEN_FEATURE_NAMES, TOKEN_FEATURES, type TokenFeatureArrays } from '../records/token-features';
import { createFolderStore } from '../storage/folder-store';
import { listKeys } from '../storage/objects';
import { collectAll, rejection, withTemporaryFolder } from '../storage/testing';
import { readExamples, writeExampleShards } from './example-shard';
import { readRows, withReader } from './reader';
import { readSamples, writeSampleShards } from './sample-shard';
import { makeSample } from './testing';

function makeExample(length: number, change: Partial<Example> = {}): Example {
  const row = (base: number, size: number): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => (base + i) % size);
  const features = Object.fromEntries(
    TOKEN_FEATURE_NAMES.map((name, base) => [name, row(base, Math.max(2, TOKEN_FEATURES[name].size))]),
  ) as TokenFeatureArrays;
  return {
    sampleId: sha256(String(length)),
    firstToken: length,
    length,
    pieces: Uint16Array.from({ length: length * MAX_PIECES }, (_, i) => (i * 257) % 65536),
    difficulty: length % 6,
    origin: length % 8,
    ...features,
    copyGroups: row(7, 256),
    names: {
      texts: ['größe', 'x'],
      pieces: Uint16Array.from({ length: 2 * MAX_PIECES }, (_, i) => 65535 - i),
      traits: Uint16Array.from([65535, 1]),
      near: Uint16Array.from([256, 0]),
    },
    fills: [
      {
        token: 0,
        replaced: true,
        slot: { copyGroup: 3, vocabulary: -1, piece: 5, name: -1, kind: 2, pieces: [5, 6, 7] },
      },
    ],
    target: {
      location: 1,
      spanLength: 0,
      slots: [{ copyGroup: -1, vocabulary: 300, piece: 65535, name: 1, kind: 3, pieces: [9, 8] }],
      bugType: 9,
    },
    ...change,
  };
}

test('samples come back equal, over several shards, with their version in the footer', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const samples = Array.from({ length: 25 }, (_, i) =>
      makeSample(
        i,
        i % 2 ? { parentId: sha256('p'), bugType: 'wrong-operator', family: 'logic', split: 'val' } : {},
      ),
    );
    const resources = await writeSampleShards(store, 'samples/train', samples, {
      rowsPerShard: 10,
      split: 'train',
    });
    assert.equal(
      resources.map((resource) => [resource.path, resource['trm:rows'], resource['trm:split']]),
      [
        ['samples/train/shard_00000.parquet', 10, 'train'],
        ['samples/train/shard_00001.parquet', 10, 'train'],
        ['samples/train/shard_00002.parquet', 5, 'train'],
      ],
    );
    assert.equal(await collectAll(readSamples(store, 'samples/train')), samples);
    const clean = makeSample(7, { after: makeSample(7).before, edits: [], evidence: [] });
    await writeSampleShards(store, 'clean', [clean]);
    assert.equal(await collectAll(readSamples(store, 'clean')), [clean]);
    const stored = await collectAll(readRows([join(store.location, 'clean/shard_00000.parquet')], ['after']));
    assert.equal(stored, [{ after: null }]);
    assert.match((await rejection(() => collectAll(readSamples(store)))).message, 'found none');
    const path = join(store.location, resources[0].path);
    const footer = await withReader((reader) => reader.metadata(path));
    assert.is(footer['trm:sampleVersion'], '3');
  });
});

test('samples of another version are refused', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    await writeSampleShards(store, 'samples', [makeSample(0)], { metadata: { 'trm:sampleVersion': '2' } });
    const error = await rejection(() => collectAll(readSamples(store)));
    assert.instance(error, DataError);
    assert.match(error.message, /shard_00000\.parquet: expected trm:sampleVersion 3, got 2$/);
  });
});

test('a row that is no valid sample is refused with file, row and field', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const samples = [makeSample(0), makeSample(1, { difficulty: 9 })];
    await writeSampleShards(store, 'samples', samples);
    const error = await rejection(() => collectAll(readSamples(store)));
    assert.instance(error, DataError);
    assert.match(error.message, /shard_00000\.parquet row 1: no valid sample, difficulty/);
  });
});

test('examples come back equal, with arrays that stand alone', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    const examples = [1, 43, 128].map((length) => makeExample(length));
    const clean = { location: 0, spanLength: 0, slots: [], bugType: 0 };
    examples.push(makeExample(5, { names: NO_NAMES, target: clean }));
    await writeExampleShards(store, 'train', examples);
    const read = await collectAll(readExamples(store, 'train'));
    assert.equal(read, examples);
    read[0].pieces.fill(7);
    assert.equal(read[1], examples[1]);
    assert.is(read[1].pieces.buffer.byteLength, 43 * MAX_PIECES * 2);
  });
});

test('an example whose arrays do not fit its length is not written', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    for (const change of [{ kinds: new Uint8Array(3) }, { pieces: new Uint16Array(4) }, { length: 5 }]) {
      const error = await rejection(() => writeExampleShards(store, 'train', [makeExample(4, change)]));
      assert.instance(error, DataError);
      assert.match(error.message, /expected \d+ entries in (kinds|pieces), got \d+/);
    }
    assert.equal(await listKeys(store), []);
    const flows = Uint8Array.of(0, 0, 0, TOKEN_FEATURES.flows.size);
    const error = await rejection(() => writeExampleShards(store, 'train', [makeExample(4, { flows })]));
    assert.match(error.message, /expected 0..9 in flows, got 10/);
  });
});

test('examples of another version are refused', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    await writeExampleShards(store, 'train', [makeExample(4)], { metadata: { 'trm:exampleVersion': '1' } });
    const error = await rejection(() => collectAll(readExamples(store, 'train')));
    assert.instance(error, DataError);
    assert.match(error.message, /expected examples of version 4, got 1/);
  });
});

test.run();
