/** A training that goes on in another place: the data is one, made by hand; the model is tiny. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../../core/engine';
import { DataError, InterruptedError, UserError } from '../../core/errors';
import { sha256File } from '../../core/hash';
import { emptyManifest } from '../../records/testing';
import { testMachine } from '../../stages/testing';
import { readArchive, writeArchive } from '../../storage/archive';
import { createFolderStore } from '../../storage/folder-store';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { readEarlyDecay, requestDecay } from '../../training/long-run/early-decay';
import { losses, trainIn } from '../../training/testing-run';
import { datasetDigest, readManifest } from '../../shards/manifest';
import { openStage, type OpenedStage } from '../stages/open-stage';
import { packTraining, unpackTraining } from './pack';
import { recordedKey } from './run-record';
import { refuseOtherTraining } from './unpacked';

test.before(async () => {
  await requireNativeEngine();
});

/** A machine of its own: what it makes lies in these folders. */
function moveTo(folder: string): void {
  process.env.TRM_WORK_DIR = join(folder, 'data');
  process.env.TRM_RUNS_DIR = join(folder, 'runs');
}

/** Outputs of the stages before training, as far as their manifests go. */
async function pretendData(rows = 1): Promise<void> {
  for (const name of ['collect', 'generate', 'process'] as const) {
    const stage = await openStage(name, { machine: testMachine, experiment: 'tiny' });
    await mkdir(stage.outDir, { recursive: true });
    const out = name === 'process' ? rows : 0;
    const manifest = emptyManifest(name, { counts: { in: 0, out, dropped: {} } });
    await writeFile(join(stage.outDir, 'manifest.json'), JSON.stringify(manifest));
  }
}

/** The train stage, worked on until its training is stopped after that step. */
async function trainUntil(stopAt: number): Promise<OpenedStage<unknown>> {
  const stage = await openStage('train', { machine: testMachine, experiment: 'tiny' });
  const stopped = await rejection(() =>
    stage.run(async () => {
      await trainIn(stage.outDir, { stopAt });
      return assert.unreachable('it was stopped') as never;
    }),
  );
  assert.instance(stopped, InterruptedError);
  return stage;
}

const weightsOf = (folder: string): Promise<string> => sha256File(join(folder, 'model/model.safetensors'));

/** The file, and the machine it was packed on, in a folder of their own. */
async function withPack(use: (pack: string, root: string, stage: OpenedStage<unknown>) => Promise<void>) {
  await withTemporaryFolder(async (root) => {
    moveTo(join(root, 'first'));
    await pretendData();
    const stage = await trainUntil(17);
    const path = join(root, 'training.tar.gz');
    const header = await packTraining(stage, path);
    assert.equal([header.step, header.key, header.precision], [17, stage.key, 'float32']);
    await use(path, root, stage);
  });
}

test('a training that is packed, unpacked and gone on with makes the steps of one that was never moved', async () => {
  await withPack(async (path, root, stage) => {
    const straight = join(root, 'straight');
    await trainIn(straight);
    moveTo(join(root, 'second'));
    const { run, data, pack } = await unpackTraining(path);
    assert.is(data, 'missing');
    assert.is(await recordedKey(run, 'train'), stage.key);
    await cp(join(root, 'first/data/stages', pack.dataKey), join(root, 'second/data/stages', pack.dataKey), {
      recursive: true,
    });
    // Only the data is there, not what it was made of; the run knows its folders.
    const resumed = await openStage('train', { machine: testMachine, experiment: pack.experiment, run });
    assert.is(resumed.key, stage.key);
    assert.ok(resumed.outDir.startsWith(join(root, 'second')));
    await trainIn(resumed.outDir);
    assert.equal(await losses(resumed.outDir), await losses(straight));
    assert.is(await weightsOf(resumed.outDir), await weightsOf(straight));
    const again = await rejection(() => unpackTraining(path));
    assert.match(again.message, /expected no training in .*, found one at step 30/);
  });
});

test('a decay goes along, and of a training that it ended the state before it is packed', async () => {
  await withPack(async (_, root, stage) => {
    await requestDecay(stage.store, 4);
    const moved = join(root, 'moved.tar.gz');
    await packTraining(stage, moved);
    const summary = await trainIn(stage.outDir);
    assert.equal([summary.ended, summary.steps], ['early_decay', 21]);
    moveTo(join(root, 'second'));
    const { pack } = await unpackTraining(moved);
    const place = join(root, 'second/data/stages', pack.key, 'output');
    assert.is((await trainIn(place)).steps, 21);
    assert.is(await weightsOf(place), await weightsOf(stage.outDir));

    const manifest = { ...emptyManifest('train'), 'trm:metrics': { ...summary } };
    await writeFile(join(stage.outDir, 'manifest.json'), JSON.stringify(manifest));
    const before = join(root, 'before.tar.gz');
    assert.is((await packTraining(stage, before)).step, 17);
    moveTo(join(root, 'third'));
    await unpackTraining(before);
    const third = join(root, 'third/data/stages', pack.key, 'output');
    assert.is(await readEarlyDecay(createFolderStore(third)), null);
    assert.is((await trainIn(third)).steps, 30, 'it goes on as if nobody had asked');
    await writeFile(
      join(stage.outDir, 'manifest.json'),
      JSON.stringify({ ...manifest, 'trm:metrics': { ...summary, ended: 'budget' } }),
    );
    assert.instance(await rejection(() => packTraining(stage, before)), UserError);
  });
});

test('a damaged pack, or one with other files than it lists, leaves nothing and says why', async () => {
  await withPack(async (path, root, stage) => {
    moveTo(join(root, 'second'));
    const files = await readArchive(path);
    const weights = [...files.keys()].find((name) => name.endsWith('weights.safetensors'))!;
    const changed = Buffer.from(files.get(weights)!);
    changed[changed.length - 3] ^= 1;
    const broken = join(root, 'broken.tar.gz');
    const without = new Map(files);
    without.delete(weights);
    for (const [content, why] of [
      [new Map(files).set(weights, changed), /the hash of .*weights\.safetensors is not the recorded one/],
      [without, /weights\.safetensors is missing/],
      [new Map(files).set('output/../../x', changed), /it holds output\/\.\.\/\.\.\/x, which is not listed/],
      [new Map([['a', changed]]), /it has no pack\.json/],
    ] as const) {
      await writeArchive(broken, content);
      const error = await rejection(() => unpackTraining(broken));
      assert.instance(error, DataError);
      assert.match(error.message, why);
    }
    await writeFile(broken, await readFile(path));
    await truncate(broken, (await readFile(path)).length - 1000);
    const error = await rejection(() => unpackTraining(broken));
    assert.match(error.message, /damaged or shortened/);
    assert.not.ok(existsSync(join(root, 'second/data/stages', stage.key)));
    assert.not.ok(existsSync(join(root, 'second/runs')));
  });
});

test('other data than the training learned from is refused when it is unpacked and when it goes on', async () => {
  await withPack(async (path, root, stage) => {
    moveTo(join(root, 'second'));
    await pretendData(2);
    const folder = basename(join(stage.inputs.process!.location, '..'));
    assert.ok(existsSync(join(root, 'second/data/stages', folder)), 'the same job, other rows');
    const error = await rejection(() => unpackTraining(path));
    assert.instance(error, DataError);
    assert.match(error.message, /learns from the data process-\w+ with digest \w+; here the digest is \w+/);
    await rm(join(root, 'second/data/stages', folder), { recursive: true });
    const { run, pack } = await unpackTraining(path);
    await pretendData(2);
    const data = datasetDigest(
      await readManifest(createFolderStore(join(root, 'second/data/stages', folder, 'output'))),
    );
    const late = await rejection(() => refuseOtherTraining(run, { key: pack.key, data }));
    assert.match(late.message, /here the digest is/);
    const other = await rejection(() =>
      refuseOtherTraining(run, { key: 'train-0', data: pack.job.inputs.process }),
    );
    assert.match(other.message, /unpacked at step 17; code, config, sources or Python here make it train-0/);
    await refuseOtherTraining(run, { key: pack.key, data: pack.job.inputs.process });
    await refuseOtherTraining(join(root, 'first'), { key: 'train-0', data: 'x' });
  });
});

test.run();
