import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../../core/engine';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { readMetrics } from '../metrics-log';
import { trainIn } from '../testing-run';
import { describeStart, earlierStarts, startLine } from './start-line';

test.before(async () => {
  await requireNativeEngine();
});

test('what was done so far is read off the log, speeds weighed by their seconds', () => {
  const line = { time: 0 };
  const earlier = earlierStarts([
    { ...line, step: 0, kind: 'start' },
    { ...line, step: 10, kind: 'train', gflops: 10, stepSeconds: 3 },
    { ...line, step: 10, kind: 'evaluation', val_score: 0.25 },
    { ...line, step: 20, kind: 'train', gflops: 30, stepSeconds: 1 },
  ]);
  assert.equal(earlier, { starts: 1, gflops: 15, lastScore: 0.25, lastScoreStep: 10 });
  const state = { step: 20, samplesSeen: 12345, seconds: 9, precision: 'bf16' };
  assert.is(
    describeStart(earlier, state),
    'start 2 at step 20, bf16; 12,345 samples seen; 15.0 GFLOP/s so far; score 0.250 at step 10',
  );
  const first = startLine(earlierStarts([]), { ...state, step: 0, samplesSeen: 0, seconds: 0 });
  assert.equal([first.start, first.gflops, first.lastScore], [1, null, null]);
});

test('each start leaves a line in the log of the run, across restarts', async () => {
  await withTemporaryFolder(async (folder) => {
    await rejection(() => trainIn(folder, { stopAt: 12 }));
    await trainIn(folder);
    const lines = await readMetrics(join(folder, 'live/metrics.jsonl'));
    const starts = lines.filter(({ kind }) => kind === 'start');
    assert.equal(
      starts.map(({ step, start, precision }) => [step, start, precision]),
      [
        [0, 1, 'float32'],
        [12, 2, 'float32'],
      ],
    );
    assert.is(
      starts[1].samplesSeen,
      lines.find(({ kind, step }) => kind === 'train' && step === 12)?.samplesSeen,
    );
    assert.ok(Number(starts[1].gflops) > 0 && Number(starts[1].seconds) > 0);
    assert.is(starts[1].lastScoreStep, 10);
  });
});

test.run();
