import { tmpdir } from 'node:os';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { createFolderStore } from '../storage/folder-store';
import { requireInput } from './require-input';

test('a present input is handed out, a missing one is named with its reader', () => {
  const collect = createFolderStore(tmpdir());
  assert.is(requireInput({ inputs: { collect } }, 'generate', 'collect'), collect);
  assert.throws(
    () => requireInput({ inputs: { collect } }, 'train', 'process'),
    (error: unknown) =>
      error instanceof DataError &&
      error.message === 'train: expected the output of the process stage, got none' &&
      error.hint === 'run the process stage first',
  );
});

test.run();
