/** What a stage does with an output that a crash or a bad disk left in an odd state. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFileAtomic } from '../../core/files';
import { createProgress } from '../../core/progress';
import { buildManifest, writeManifest } from '../../shards/manifest';
import { listKeys } from '../../storage/objects';
import type { Stage } from '../../stages/context';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { notebookCodeHash, readNotebook } from '../notebooks/notebook';
import { openStage } from './open-stage';
import { projectRoot } from '../../core/paths';
import { isFinished, type StageFolder } from './stage-folder';
import { testMachine } from '../../stages/testing';

const NOTEBOOK = join(projectRoot(), 'notebooks', '01-collect.ipynb');

/** What a run leaves beside a stage's output. */
async function pretendExecuted({ notebook, notebookCode }: StageFolder): Promise<void> {
  await copyFile(NOTEBOOK, notebook);
  await writeFile(notebookCode, `${notebookCodeHash(await readNotebook(NOTEBOOK))}\n`);
}

const made: Stage<object> = async (config, context) => {
  const counts = { in: 0, out: 0, dropped: {} };
  const manifest = await buildManifest({
    stage: 'collect',
    stageVersion: 1,
    config,
    context,
    resources: [],
    counts,
  });
  await context.store.put('journal/part.json', '{}');
  await writeManifest(context.store, manifest);
  return manifest;
};

test('a stage whose manifest is empty or cut short is made again, and it is said', async () => {
  await withTemporaryFolder(async (work) => {
    process.env.TRM_WORK_DIR = work;
    for (const text of ['', '{"name": "coll', '[]']) {
      const tasks: string[] = [];
      const progress = createProgress({ sink: ({ task }) => tasks.push(task) });
      const stage = await openStage('collect', { machine: testMachine, experiment: 'tiny', progress });
      await mkdir(stage.outDir, { recursive: true });
      const path = join(stage.outDir, 'manifest.json');
      await writeFile(path, text);
      await pretendExecuted(stage.folder);
      assert.not.ok(await isFinished(stage.folder, NOTEBOOK));
      assert.is((await stage.run(made)).name, 'collect');
      assert.ok(await isFinished(stage.folder, NOTEBOOK));
      assert.ok(
        tasks.some((task) => task.startsWith('stage collect is made again: ') && task.includes(path)),
        tasks.join(),
      );
    }
  });
});

test('journal and scratch that a process left when it was killed right behind its manifest go when the stage is opened', async () => {
  await withTemporaryFolder(async (work) => {
    process.env.TRM_WORK_DIR = work;
    const stage = await openStage('collect', { machine: testMachine, experiment: 'tiny' });
    await stage.run(made);
    assert.equal(await listKeys(stage.store), ['manifest.json']);
    await stage.store.put('journal/part.json', '{}');
    await writeFileAtomic(join(stage.folder.scratch, 'rows'), 'x');
    await stage.run(() => assert.unreachable('it is finished') as never);
    assert.equal(await listKeys(stage.store), ['manifest.json']);
    assert.not.ok(existsSync(stage.folder.scratch));
  });
});

test('scratch outlives a failure and goes with the manifest, live files stay, a killed writer leaves nothing', async () => {
  await withTemporaryFolder(async (work) => {
    process.env.TRM_WORK_DIR = work;
    const stage = await openStage('collect', { machine: testMachine, experiment: 'tiny' });
    const failed = await rejection(() =>
      stage.run(async (_, { scratch, live, store }) => {
        await writeFileAtomic(join(scratch, 'rows'), 'sorted');
        await writeFileAtomic(join(live, 'log'), 'line');
        // As a process leaves it that is killed: neither committed nor aborted.
        await (await store.create('shard')).write('half');
        throw new Error('cut off');
      }),
    );
    assert.match(failed.message, /cut off/);
    await stage.run(async (config, context) => {
      assert.is(await readFile(join(context.scratch, 'rows'), 'utf8'), 'sorted');
      assert.equal(await readdir(stage.outDir), []);
      return made(config, context);
    });
    assert.equal((await readdir(stage.folder.path)).sort(), ['job.json', 'live', 'output']);
    assert.is(await readFile(join(stage.folder.live, 'log'), 'utf8'), 'line');
  });
});

test('a notebook with other code is executed again, one with other prose is not', async () => {
  await withTemporaryFolder(async (work) => {
    process.env.TRM_WORK_DIR = work;
    const stage = await openStage('collect', { machine: testMachine, experiment: 'tiny' });
    await stage.run(made);
    assert.not.ok(await isFinished(stage.folder, NOTEBOOK), 'no notebook was executed');
    const text = await readFile(NOTEBOOK, 'utf8');
    const edited = join(work, 'edited.ipynb');
    for (const [from, to, finished] of [
      ['# ', '# Prose: ', true],
      ['openStage(', 'openStage( ', false],
    ] as const) {
      assert.ok(text.includes(from));
      await writeFile(edited, text.replace(from, to));
      await pretendExecuted(stage.folder);
      assert.is(await isFinished(stage.folder, edited), finished, to);
    }
  });
});

test.run();
