/** What a training releases when it was killed between any two of its writes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { sha256File } from '../core/hash';
import type { ObjectStore } from '../storage/stage';
import { rejection, withTemporaryFolder } from '../storage/testing';
import type { RunSummary } from './run';
import { trainIn } from './testing-run';

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
  const config = JSON.parse(await readFile(join(folder, 'model/config.json'), 'utf8')) as { step: number };
  return { summary, step: config.step, weights: await sha256File(join(folder, 'model/model.safetensors')) };
}

test('killed between any two writes, a training releases the weights that its manifest names', async () => {
  const long = { maxSteps: 20, checkpointEvery: 10, evaluateEvery: 10 };
  // The budget that is left may end before the evaluation that the kill followed: here, a budget in steps does.
  const short = { ...long, maxSteps: 10 };
  const keys: string[] = [];
  const want = await withTemporaryFolder(async (folder) =>
    released(
      folder,
      await trainIn(folder, { overrides: long, through: dyingAt(Infinity, (key) => keys.push(key)) }),
    ),
  );
  assert.is(want.summary.best?.step, 20, 'the second evaluation must be the better one for this test');
  assert.is(want.step, 20);
  for (let n = 1; n <= keys.length; n++)
    await withTemporaryFolder(async (folder) => {
      const killed = await rejection(() => trainIn(folder, { overrides: long, through: dyingAt(n) }));
      assert.match(killed.message, /killed/);
      const cut = await released(folder, await trainIn(folder, { overrides: short }));
      assert.is(cut.step, cut.summary.best?.step, `killed before change ${n}, ${keys[n - 1]}`);
    });
  // And with the whole budget it is as if nothing had happened.
  for (const n of keys.flatMap((key, i) => (/best|model|checkpoint\.json/.test(key) ? [i + 1] : [])))
    await withTemporaryFolder(async (folder) => {
      await rejection(() => trainIn(folder, { overrides: long, through: dyingAt(n) }));
      const whole = await released(folder, await trainIn(folder, { overrides: long }));
      assert.equal([whole.step, whole.weights], [want.step, want.weights], `killed before change ${n}`);
    });
});

test.run();
