import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { appendMetric, followMetrics, readMetrics, restoreMetrics } from './metrics-log';

test('a follower sees lines as they come, half lines when they are whole, and a replaced log from its start', async () => {
  await withTemporaryFolder(async (folder) => {
    const log = join(folder, 'metrics.jsonl');
    let finished = false;
    const seen: number[] = [];
    const following = (async () => {
      for await (const { step } of followMetrics(log, { finished: () => finished, intervalMs: 5 }))
        seen.push(step);
    })();
    const wait = async (count: number): Promise<void> => {
      for (let waited = 0; seen.length < count && waited < 5000; waited += 5) await sleep(5);
    };
    for (const step of [1, 2, 3]) await appendMetric(log, step, { kind: 'train', loss: 1 });
    await appendFile(log, '{"step":4,');
    await wait(3);
    await sleep(30);
    assert.equal(seen, [1, 2, 3]);
    await appendFile(log, '"time":1}\n');
    await wait(4);
    // Cut back, and longer than before when it is looked at again.
    await restoreMetrics(log, await readFile(log, 'utf8'), 2);
    for (const step of [3, 4, 5, 6]) await appendMetric(log, step, { kind: 'train', loss: 2 });
    await wait(10);
    finished = true;
    await following;
    assert.equal(seen, [1, 2, 3, 4, 1, 2, 3, 4, 5, 6]);
  });
});

test('what is no number is null in the log, and appending gives back the line', async () => {
  await withTemporaryFolder(async (folder) => {
    const log = join(folder, 'a/metrics.jsonl');
    const line = await appendMetric(log, 3, { kind: 'train', loss: NaN, joint: Infinity, gflops: 5 });
    assert.equal([line.loss, line.joint, line.gflops], [null, null, 5]);
    assert.equal(await readMetrics(log), [line]);
  });
});

test('a full disk is said in words', async () => {
  const error = await rejection(() => appendMetric('/dev/full', 1, { kind: 'train', loss: 1 }));
  assert.instance(error, DataError);
  assert.match(error.message, /no room to write \/dev\/full/);
});

test.run();
