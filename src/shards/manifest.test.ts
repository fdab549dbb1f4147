import { execFileSync } from 'node:child_process';
import { appendFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { hashJson } from '../core/hash';
import type { Manifest, Source } from '../records/manifest';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { rejection, withTemporaryFolder } from '../storage/testing';
import type { Column } from './columns';
import {
  buildManifest,
  codeIdentity,
  datasetDigest,
  describeResource,
  readManifest,
  writeManifest,
} from './manifest';
import { verifyDataset } from './verify';
import { writeShards } from './writer';

const COLUMNS: Column[] = [{ name: 'n', type: 'int32', nullable: true, description: 'a number' }];
const CONFIG = { a: 1 };

/** A finished dataset: two shards, one JSON file, the manifest. */
async function makeDataset(
  folder: string,
  inputs: Record<string, ObjectStore> = {},
  sources?: Source[],
): Promise<ObjectStore> {
  const store = createFolderStore(folder);
  const rows = Array.from({ length: 30 }, (_, n) => ({ n }));
  const shards = await writeShards(store, 'samples', COLUMNS, rows, { rowsPerShard: 20 });
  await store.put('notes.json', '{}\n');
  const manifest = await buildManifest({
    stage: 'generate',
    stageVersion: 2,
    config: CONFIG,
    context: { seed: 7, inputs, machine: { git: 'git' } },
    resources: [...shards, await describeResource(store, 'notes.json')],
    columns: COLUMNS,
    counts: { in: 31, out: 30, dropped: { too_long: 1 } },
    licences: { MIT: 30 },
    sources,
    metrics: { functionsPerSecond: 12.5 },
  });
  await writeManifest(store, manifest);
  return store;
}

test('a manifest tells columns, counts and lineage, and comes back equal', async () => {
  await withTemporaryFolder(async (folder) => {
    const first = await makeDataset(join(folder, 'first'));
    const store = await makeDataset(join(folder, 'second'), { collect: first });
    const manifest = await readManifest(store);
    const lineage = manifest['trm:lineage'];
    assert.is(lineage.configHash, hashJson(CONFIG));
    assert.is(lineage.seed, 7);
    assert.is(lineage.stageVersion, 2);
    assert.equal(lineage.counts, { in: 31, out: 30, dropped: { too_long: 1 } });
    assert.equal(lineage.inputs, [{ stage: 'collect', digest: datasetDigest(await readManifest(first)) }]);
    assert.equal(manifest['trm:schema'], [{ name: 'n', type: 'int32?', description: 'a number' }]);
    assert.equal(
      manifest.resources.map((resource) => [resource.path, resource.mediatype, resource['trm:rows']]),
      [
        ['notes.json', 'application/json', undefined],
        ['samples/shard_00000.parquet', 'application/vnd.apache.parquet', 20],
        ['samples/shard_00001.parquet', 'application/vnd.apache.parquet', 10],
      ],
    );
    const text = Buffer.from(await store.get('manifest.json')).toString();
    const keys = Object.keys(JSON.parse(text) as object);
    assert.equal(keys, [...keys].sort(), 'keys are sorted');
  });
});

test('sources are handed on to what is made of them, each once', async () => {
  await withTemporaryFolder(async (folder) => {
    const source = { uri: 'git:x', revision: 'r', digest: '1'.repeat(64), licence: 'MIT' };
    const first = await makeDataset(join(folder, 'first'), {}, [source]);
    const second = await makeDataset(join(folder, 'second'), { collect: first });
    const third = await makeDataset(join(folder, 'third'), { collect: first, generate: second });
    assert.equal((await readManifest(third))['trm:sources'], [source]);
  });
});

test('the digest of a dataset is that of what it holds: not its times, place, packing or what is volatile', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = await makeDataset(join(folder, 'first'));
    const manifest = await readManifest(store);
    const again = await readManifest(await makeDataset(join(folder, 'again')));
    assert.is.not(manifest.created, again.created);
    assert.is(datasetDigest(again), datasetDigest(manifest));
    const [notes, shard] = manifest.resources;
    const lineage = manifest['trm:lineage'];
    const of = (change: Partial<Manifest>): string => datasetDigest({ ...manifest, ...change });
    const same = [
      of({
        resources: [
          notes,
          { ...shard, bytes: 1, hash: `sha256:${'0'.repeat(64)}` },
          ...manifest.resources.slice(2),
        ],
      }),
      of({ resources: [...manifest.resources, { ...notes, path: 'log', 'trm:volatile': true }] }),
      of({ 'trm:lineage': { ...lineage, codeCommit: 'x', dirty: true, toolVersions: {} } }),
      of({ 'trm:metrics': { seconds: 3 } }),
    ];
    assert.equal([...new Set(same)], [datasetDigest(manifest)]);
    const other = [
      of({ resources: manifest.resources.slice(1) }),
      of({ resources: [{ ...notes, hash: `sha256:${'0'.repeat(64)}` }, ...manifest.resources.slice(1)] }),
      of({ resources: [notes, { ...shard, 'trm:content': '0'.repeat(64) }, ...manifest.resources.slice(2)] }),
      of({ 'trm:lineage': { ...lineage, seed: 8 } }),
      of({ 'trm:lineage': { ...lineage, stageVersion: 3 } }),
      of({ 'trm:lineage': { ...lineage, configHash: '0'.repeat(64) } }),
      of({ 'trm:lineage': { ...lineage, counts: { ...lineage.counts, in: 32 } } }),
    ];
    assert.is(new Set([datasetDigest(manifest), ...other]).size, other.length + 1);
  });
});

test('an input that is not finished cannot be used', async () => {
  await withTemporaryFolder(async (folder) => {
    const unfinished = createFolderStore(join(folder, 'unfinished'));
    await unfinished.put('samples/shard_00000.parquet', 'x');
    const error = await rejection(() => makeDataset(join(folder, 'next'), { collect: unfinished }));
    assert.instance(error, DataError);
    assert.match(error.message, 'expected manifest.json');
    assert.match((error as DataError).hint ?? '', 'has not finished');
  });
});

test('manifests of another version, or with paths that leave the dataset, are refused', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = await makeDataset(folder);
    const manifest = await readManifest(store);
    await store.put('manifest.json', JSON.stringify({ ...manifest, 'trm:manifestVersion': 99 }));
    assert.match((await rejection(() => readManifest(store))).message, 'trm:manifestVersion');
    const resources = [{ ...manifest.resources[0], path: '../notes.json' }];
    const error = await rejection(() => writeManifest(store, { ...manifest, resources }));
    assert.instance(error, DataError);
    assert.match(error.message, 'relative path without ..');
  });
});

test('an untouched dataset verifies; each kind of damage is found and named', async () => {
  const shard = 'samples/shard_00000.parquet';
  const damages: [string, (store: ObjectStore) => Promise<unknown>, string[]][] = [
    ['nothing', async () => undefined, []],
    ['one byte changed', (store) => flipByte(store, shard, 40), [`${shard} changed`]],
    ['bytes added', (store) => appendFile(join(store.location, shard), 'x'), [`${shard} changed`]],
    ['cut short', (store) => truncate(join(store.location, shard), 100), [`${shard} truncated`]],
    ['emptied', (store) => truncate(join(store.location, 'notes.json'), 0), ['notes.json truncated']],
    ['removed', (store) => store.delete(shard), [`${shard} missing`]],
    [
      'added',
      (store) => store.put('samples/shard_00009.parquet', 'x'),
      ['samples/shard_00009.parquet extra'],
    ],
    [
      'half-written file of an interrupted run',
      (store) => writeFile(`${join(store.location, shard)}.tmp`, 'x'),
      [],
    ],
  ];
  for (const [label, damage, expected] of damages)
    await withTemporaryFolder(async (folder) => {
      const store = await makeDataset(folder);
      await damage(store);
      const report = await verifyDataset(store);
      const found = report.problems.map(({ path, problem }) => `${path} ${problem}`);
      assert.equal(found, expected, label);
      assert.is(report.ok, expected.length === 0, label);
      assert.is(report.rows, 30);
      assert.is(report.files, 3);
    });
});

test('verify does not trust the manifest about rows, nor a hash about readability', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = await makeDataset(folder);
    const manifest = await readManifest(store);
    const [, first, second] = manifest.resources;
    await store.put(second.path, 'no parquet');
    const described = await describeResource(store, second.path, { 'trm:rows': 10 });
    const resources = [manifest.resources[0], { ...first, 'trm:rows': 19 }, described];
    await writeManifest(store, { ...manifest, resources });
    const { problems } = await verifyDataset(store);
    assert.equal(
      problems.map(({ path, problem }) => [path, problem]),
      [
        [first.path, 'wrong_rows'],
        [second.path, 'unreadable'],
      ],
    );
    assert.match(problems[0].message, 'expected 19 rows, found 20');
  });
});

test('code identity: commit and dirty in a checkout, unknown outside', async () => {
  await withTemporaryFolder(async (folder) => {
    assert.equal(await codeIdentity('git', folder), { commit: null, dirty: false });
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
      });
    git('init', '-q');
    await writeFile(join(folder, 'a'), '1');
    git('add', 'a');
    git('commit', '-qm', 'one');
    const commit = git('rev-parse', 'HEAD').trim();
    assert.equal(await codeIdentity('git', folder), { commit, dirty: false });
    await writeFile(join(folder, 'a'), '2');
    assert.equal(await codeIdentity('git', folder), { commit, dirty: true });
  });
});

async function flipByte(store: ObjectStore, key: string, at: number): Promise<void> {
  const bytes = Buffer.from(await store.get(key));
  bytes[at] ^= 1;
  await store.put(key, bytes);
}

test.run();
