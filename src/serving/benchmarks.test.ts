import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../core/errors';
import { silentProgress } from '../core/progress';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { testMachine } from '../stages/testing';
import { makeBenchmark } from './benchmarks';

test('rows that other versions of the stages drew are not made again: that is said before any work', async () => {
  await withTemporaryFolder(async (folder) => {
    process.env.TRM_WORK_DIR = folder;
    const { signal } = new AbortController();
    const options = {
      out: null,
      verify: true,
      workers: 1,
      signal,
      machine: testMachine,
      progress: silentProgress,
    };
    const error = await rejection(() => makeBenchmark('synthetic-9', options));
    assert.instance(error, UserError);
    assert.match(
      error.message,
      /synthetic-9-v1 was drawn by other code: collect of an older version, .*; this code has collect \d/,
    );
    assert.match((error as UserError).hint ?? '', 'check out commit 7b290763');
    assert.not.ok(existsSync(join(folder, 'benchmarks')));
  });
});

test.run();
