import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../../core/engine';
import { createFolderStore } from '../../storage/folder-store';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { loadModel } from '../../trm/model';
import { trainConfigSchema } from '../config';
import { readMetrics } from '../metrics-log';
import { trainIn } from '../testing-run';
import { keepSnapshot, snapshotDue } from './snapshots';

test.before(async () => {
  await requireNativeEngine();
});

test('a model is due at each multiple of the hours or of the steps', () => {
  const at = (step: number, seconds = 0) => ({ step, seconds });
  const [hours, steps] = [
    { hours: 0.5, steps: null },
    { hours: null, steps: 10 },
  ];
  assert.not.ok(snapshotDue(at(1, 1790), at(2, 1799), hours));
  assert.ok(snapshotDue(at(2, 1799), at(3, 1801), hours));
  assert.ok(snapshotDue(at(9), at(10), steps));
  assert.not.ok(snapshotDue(at(10), at(11), steps));
  assert.not.ok(snapshotDue(at(0), at(9000, 90000), { hours: null, steps: null }));
  assert.throws(
    () => trainConfigSchema.parse({ keepEvery: { hours: 1, steps: 2 } }),
    /expected hours or steps, got both/,
  );
});

test('a run keeps models that load by themselves; one that is resumed has each once', async () => {
  await withTemporaryFolder(async (folder) => {
    const overrides = { maxSteps: 20, keepEvery: { hours: null, steps: 8 }, checkpointEvery: 5 };
    await rejection(() => trainIn(folder, { overrides, stopAt: 9 }));
    // What a killed process has kept and its checkpoint does not know of.
    await keepSnapshot(createFolderStore(folder), 13, { 'config.json': '{}', 'model.safetensors': 'x' });
    await trainIn(folder, { overrides });
    assert.equal((await readdir(join(folder, 'snapshots'))).sort(), ['00000008', '00000016']);
    for (const name of ['00000008', '00000016']) {
      const model = await loadModel(join(folder, 'snapshots', name));
      assert.is(model.file?.step, Number(name));
      model.dispose();
    }
    const kept = (await readMetrics(join(folder, 'live/metrics.jsonl'))).filter(
      ({ kind }) => kind === 'kept',
    );
    assert.equal(
      kept.map(({ step, folder: place }) => [step, place]),
      [
        [8, 'snapshots/00000008/'],
        [16, 'snapshots/00000016/'],
      ],
    );
    assert.ok(kept.every(({ seconds }) => typeof seconds === 'number'));
  });
});

test.run();
