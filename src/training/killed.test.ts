/** What a training releases when it was killed between any two of its writes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { sha256File } from '../core/hash';
import type { ObjectStore } from '../storage/object-store';
import { rejection, withTemporaryFolder } from '../storage/testing';
import type { RunSummary } from './run';
import { config, trainIn } from './testing-run';

test.before(async () => {
  await requireNativeEngine();
});

/** A store whose process is gone before its `n`th change: writes are whole or not there, as the folder store's are. */
function dyingAt(n: number, onChange: (key: string) => void = () => {}): (store: ObjectStore) => ObjectStore {
  let changes = 0;
  const alive = (key: string): void => {
    if (++changes >= n) throw new Error('killed');
    onChange(key);
  };
  return (store) => ({
    ...store,
    put: async (key, data) => (alive(key), store.put(key, data)),
    delete: async (key) => (alive(key), store.delete(key)),
  });
}

interface Released {
  summary: RunSummary;
  /** Step of the weights in `model/`, as their config says. */
  step: number;
  weights: string;
}

async function released(folder: string, summary: RunSummary): Promise<Released> {
  const { step } = JSON.parse(await readFile(join(folder, 'model/config.json'), 'utf8')) as { step: number };
  return { summary, step, weights: await sha256File(join(folder, 'model/model.safetensors')) };
}

test('killed around any write of weights or checkpoints, a training releases the weights that its manifest names', async () => {
  const optimizer = { ...config.optimizer, learningRate: 0.003 };
  const rhythm = { checkpointEvery: 20, evaluateEvery: 20, logEvery: 20, batchTokens: 256 };
  const long = { ...rhythm, optimizer, maxSteps: 60 };
  // The budget that is left may end before the evaluation that the kill followed: here, a budget in steps does.
  const short = { ...long, maxSteps: 20 };
  const keys: string[] = [];
  const want = await withTemporaryFolder(async (folder) =>
    released(
      folder,
      await trainIn(folder, { overrides: long, through: dyingAt(Infinity, (key) => keys.push(key)) }),
    ),
  );
  assert.is(want.step, want.summary.best?.step);
  assert.ok(want.step > 20, 'a later evaluation must be the better one for this test');
  const first = keys.findIndex((key) => key.endsWith('checkpoint.json')) + 1;
  const points = keys.flatMap((key, i) =>
    i >= first && /model|best|checkpoint\.json/.test(key) ? [i + 1] : [],
  );
  assert.ok(points.length >= 6, keys.join(' '));
  // Around the second evaluation and its checkpoint, and at the end.
  for (const n of [...points.slice(0, 3), ...points.slice(-2)])
    await withTemporaryFolder(async (folder) => {
      const killed = await rejection(() => trainIn(folder, { overrides: long, through: dyingAt(n) }));
      assert.match(killed.message, /killed/);
      const cut = await released(folder, await trainIn(folder, { overrides: short }));
      assert.is(cut.step, cut.summary.best?.step, `killed before change ${n}, ${keys[n - 1]}`);
    });
  // And with the whole budget it is as if nothing had happened.
  const n = points[2];
  await withTemporaryFolder(async (folder) => {
    await rejection(() => trainIn(folder, { overrides: long, through: dyingAt(n) }));
    const whole = await released(folder, await trainIn(folder, { overrides: long }));
    assert.equal([whole.step, whole.weights], [want.step, want.weights], `killed before change ${n}`);
  });
});

test.run();
