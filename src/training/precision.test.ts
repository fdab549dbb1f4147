import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadedKernels, requireNativeEngine } from '../core/engine';
import { createFolderStore } from '../storage/folder-store';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { newestRecord } from './checkpoint';
import { settlePrecision } from './precision';
import { runConfigShape } from './run-config';
import { losses, trainIn } from './testing-run';

test.before(async () => {
  await requireNativeEngine();
});

test('a run goes on in the precision that it began with, to the bit; another one is refused', async () => {
  await withTemporaryFolder(async (straight) => {
    await trainIn(straight, { overrides: { precision: 'bf16' } });
    await withTemporaryFolder(async (folder) => {
      await trainIn(folder, { stopAt: 17, overrides: { precision: 'bf16' } }).catch(() => undefined);
      const store = createFolderStore(folder);
      assert.is((await newestRecord(store))?.training.precision, 'bf16');
      assert.is(await settlePrecision('auto', store), 'bf16');
      const other = await rejection(() => trainIn(folder, { overrides: { precision: 'float32' } }));
      assert.match(other.message, /training differ from this run/);
      await trainIn(folder, { overrides: { precision: 'auto' } });
      assert.equal([...(await losses(folder))], [...(await losses(straight))]);
    });
    await withTemporaryFolder(async (plain) => {
      await trainIn(plain);
      const want = await losses(straight);
      const differ = [...(await losses(plain))].filter(([step, loss]) => want.get(step) !== loss);
      assert.ok(differ.length > 20, 'bf16 is another computation');
    });
  });
});

test('a new run takes bf16 where the processor has units for it, and what it is told elsewhere', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = createFolderStore(folder);
    assert.is(await settlePrecision('auto', store), loadedKernels()?.bf16 ? 'bf16' : 'float32');
    assert.is(await settlePrecision('bf16', store), 'bf16');
    assert.is(await settlePrecision('float32', store), 'float32');
  });
});

test('a training in int16 is refused in one sentence that says what it is for', () => {
  const { error } = runConfigShape.precision.safeParse('int16');
  assert.equal(
    error?.issues.map(({ message }) => message),
    [
      'expected auto, float32 or bf16, because int16 is for models that only answer (trm fix --precision int16)',
    ],
  );
  assert.match(runConfigShape.precision.safeParse('half').error?.message ?? '', /expected one of/);
});

test.run();
