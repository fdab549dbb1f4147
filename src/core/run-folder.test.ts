import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRunFolder, listRuns, markRun, newRunId, readMark, runState } from './run-folder';

test('run ids hold UTC time, experiment and four hex digits', () => {
  assert.is(
    newRunId('quick-start', new Date('2026-01-02T03:04:05.678Z'), 'beef'),
    '20260102-030405-quick-start-beef',
  );
});

test('runs are listed newest first, by experiment, and marks exclude each other', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'trm-runs-'));
  assert.equal(await listRuns(join(runs, 'absent')), []);
  const a = await createRunFolder(runs, 'tiny');
  assert.is(runState(a), 'unfinished');
  await markRun(a, 'failed', 'cell 3');
  assert.equal([runState(a), await readMark(a)], ['failed', 'cell 3']);
  await markRun(a, 'done', 'in 3 s');
  assert.equal([runState(a), await readMark(a)], ['done', 'in 3 s']);
  await createRunFolder(runs, 'tiny-b');
  assert.equal(
    (await listRuns(runs, 'tiny')).map((run) => basename(run)),
    [basename(a)],
  );
  assert.is((await listRuns(runs)).length, 2);
  await rm(runs, { recursive: true });
});

test.run();
