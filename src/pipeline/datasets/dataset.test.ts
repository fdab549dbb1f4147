import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collectConfigSchema } from '../../collection/config';
import { InterruptedError, UserError } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import { createProgress, silentProgress } from '../../core/progress';
import { generateConfigSchema } from '../../generation/config';
import { Contexts } from '../../shards/context-shard';
import { readSamples } from '../../shards/sample-shard';
import { verifyDataset } from '../../shards/verify';
import { collectAll, rejection, withTemporaryFolder } from '../../storage/testing';
import { DATASET_KEY, generateDataset, type DatasetOptions, type DatasetRequest } from './dataset';
import { testMachine } from '../../stages/testing';

const DEMO = join(projectRoot(), 'fixtures', 'demo-project', 'files');

function request(out: string, more: Partial<DatasetRequest> = {}): DatasetRequest {
  return {
    from: [DEMO],
    out,
    count: null,
    seed: 42,
    generate: generateConfigSchema.parse({}),
    mutants: null,
    collect: collectConfigSchema.parse({}),
    includeTests: false,
    licence: null,
    ...more,
  };
}

const options = (more: Partial<DatasetOptions> = {}): DatasetOptions => ({
  signal: new AbortController().signal,
  progress: silentProgress,
  machine: testMachine,
  ...more,
});

/** A second project of a few functions, licensed otherwise. */
async function writeProject(folder: string, length = 30): Promise<string> {
  const path = join(folder, 'second');
  await mkdir(path, { recursive: true });
  const functions = Array.from(
    { length },
    (_, i) =>
      `def total_${i}(items, limit):\n    if len(items) > limit + ${i}:\n        return sum(items)\n    return ${i}\n`,
  );
  await writeFile(join(path, 'totals.py'), functions.slice(0, 15).join('\n\n'));
  await writeFile(join(path, 'more.py'), functions.slice(15).join('\n\n'));
  return path;
}

test('folders become a dataset that verifies, with their names, licences and nothing left over', async () => {
  await withTemporaryFolder(async (folder) => {
    const second = await writeProject(folder);
    const out = join(folder, 'new', 'dataset');
    const made = await generateDataset(request(out, { from: [DEMO, second], licence: 'MIT' }), options());
    assert.equal((await verifyDataset(made.store)).problems, []);
    const files = ['contexts', DATASET_KEY, 'drops.jsonl', 'manifest.json', 'samples'];
    assert.equal((await readdir(out)).sort(), files);
    const samples = await collectAll(readSamples(made.store));
    const contexts = await Contexts.read(made.store);
    for (const sample of samples) contexts.around(sample);
    assert.ok(samples.length > 100, `${samples.length}`);
    assert.equal([...new Set(samples.map(({ licence }) => licence))], ['MIT']);
    const groups = [...new Set(samples.map(({ group }) => group))].sort();
    assert.equal(groups, ['files/ledgerkit', 'second/more', 'second/totals']);
    assert.ok(samples.every(({ edits, parentId }) => edits.length > 0 && parentId !== null));
    assert.not.match(
      await readFile(join(out, DATASET_KEY), 'utf8'),
      new RegExp(folder),
      'no path of this machine',
    );
    // The files of the sources alternate.
    assert.is(new Set(samples.slice(0, 100).map(({ group }) => group.split('/')[0])).size, 2);
  });
});

test('a count is kept exactly, with as many mutants a function as it needs', async () => {
  await withTemporaryFolder(async (folder) => {
    const from = [await writeProject(folder)];
    const made = await generateDataset(request(join(folder, 'out'), { from, count: 333 }), options());
    assert.is(made.functions, 30);
    const samples = await collectAll(readSamples(made.store));
    assert.is(samples.length, 333);
    assert.is(new Set(samples.map(({ id }) => id)).size, 333);
  });
});

test('interrupted, the same request goes on and ends with the same files; asked again, it is done', async () => {
  await withTemporaryFolder(async (folder) => {
    const from = [DEMO, await writeProject(folder, 60)];
    const mutants = 400;
    const whole = await generateDataset(request(join(folder, 'whole'), { from, mutants }), options());
    const controller = new AbortController();
    const progress = createProgress({
      sink: ({ task, done }) => task.startsWith('mutating') && done >= 55 && controller.abort(),
      intervalMs: 0,
    });
    const out = join(folder, 'cut');
    const cut = request(out, { from, mutants });
    assert.instance(
      await rejection(() => generateDataset(cut, options({ signal: controller.signal, progress }))),
      InterruptedError,
    );
    assert.not.ok(existsSync(join(out, 'manifest.json')));
    assert.ok(existsSync(join(out, 'samples', 'shard_00000.parquet')), 'a finished shard is kept');
    const other = await rejection(() => generateDataset({ ...cut, seed: 43 }, options()));
    assert.instance(other, UserError);
    assert.match(other.message, /unfinished dataset that was asked for otherwise/);
    const starts: number[] = [];
    const watched = createProgress({
      sink: ({ task, done }) => {
        if (task.startsWith('mutating')) starts.push(done);
      },
    });
    const resumed = await generateDataset(cut, options({ progress: watched }));
    assert.ok(starts[0] >= 50, `starts at ${starts[0]}`);
    const hashes = ({ manifest }: typeof whole): string[][] =>
      manifest.resources.filter(({ path }) => path !== DATASET_KEY).map(({ path, hash }) => [path, hash]);
    assert.equal(hashes(resumed), hashes(whole));
    assert.ok(hashes(whole).length > 2);
    const again = await generateDataset(cut, options());
    assert.ok(again.complete && !resumed.complete);
    assert.match(
      (await rejection(() => generateDataset({ ...cut, count: 5 }, options()))).message,
      /holds a dataset that was asked for otherwise/,
    );
  });
});

test('a folder that holds something else is left alone, and what is missing is one clear error', async () => {
  await withTemporaryFolder(async (folder) => {
    const out = join(folder, 'mine');
    await mkdir(out);
    await writeFile(join(out, 'notes.txt'), 'mine');
    const taken = await rejection(() => generateDataset(request(out), options()));
    assert.instance(taken, UserError);
    assert.match(taken.message, /holds something else: notes\.txt/);
    assert.equal(await readdir(out), ['notes.txt']);
    assert.is(await readFile(join(out, 'notes.txt'), 'utf8'), 'mine');
    const fresh = join(folder, 'fresh');
    for (const [from, message] of [
      [['./nowhere'], /expected a folder, python:stdlib or the name of a package, got "\.\/nowhere"/],
      [[join(out, 'notes.txt')], /is a file/],
      [[DEMO, DEMO], /two sources have the name "files"/],
    ] as const) {
      const error = await rejection(() => generateDataset(request(fresh, { from }), options()));
      assert.instance(error, UserError);
      assert.match(error.message, message);
      assert.not.ok(existsSync(fresh), 'nothing is left behind');
    }
    const empty = await rejection(() => generateDataset(request(fresh, { from: [out] }), options()));
    assert.match(empty.message, /expected Python functions in .*, found none/);
    assert.not.ok(existsSync(fresh), 'the folder is free for another request');
  });
});

test('an allow-list of the config holds', async () => {
  await withTemporaryFolder(async (folder) => {
    const generate = generateConfigSchema.parse({ allowedGroups: ['second/*'] });
    const from = [DEMO, await writeProject(folder)];
    const { store, manifest } = await generateDataset(
      request(join(folder, 'out'), { from, generate }),
      options(),
    );
    const groups = new Set((await collectAll(readSamples(store))).map(({ group }) => group));
    assert.equal([...groups].sort(), ['second/more', 'second/totals']);
    assert.ok(manifest['trm:lineage'].counts.dropped.group_not_allowed > 5);
  });
});

test.run();
