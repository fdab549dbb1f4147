import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../../core/engine';
import { seedStream } from '../../core/rng';
import { createFolderStore } from '../../storage/folder-store';
import { createModelData } from '../../trm/model';
import { syntheticTables, TINY_CONFIG } from '../../trm/testing';
import { trainConfigSchema } from '../config';
import { EditTask } from '../edit-task';
import { MADE_UP_HASHES } from '../testing';
import { Trainer, type TrainerSnapshot } from '../trainer';
import type { Example } from '../../records/example';
import { makeExamples, openTestFeed, TEST_BUCKETS, writeTrainSplit } from './testing';

const rng = seedStream(6, 'resume-test');
const model = { ...TINY_CONFIG, supervisionSteps: 3 };
const config = trainConfigSchema.parse({
  batchTokens: 64,
  bucketLengths: TEST_BUCKETS,
  optimizer: { warmupSteps: 5 },
  phases: [
    { name: 'easy', untilStep: 30, mixture: { cleanShare: 0.2, types: { 'added-not': 0.5 } } },
    { name: 'all' },
  ],
});

/** Losses of steps on the shards of a folder, from a snapshot on; `at` asks for snapshots before these steps. */
async function train(
  folder: string,
  steps: number,
  from?: Uint8Array,
  at: readonly number[] = [],
): Promise<{ losses: number[]; snapshots: Uint8Array[] }> {
  const feed = await openTestFeed(createFolderStore(folder));
  const data = createModelData(model, syntheticTables(model), rng.fork('model'));
  const task = new EditTask({ model: data, hashes: MADE_UP_HASHES, config });
  const trainer = new Trainer<Example>({
    config,
    task,
    feed,
    mixture: { cleanShare: 0.5 },
    rng: rng.fork('trainer'),
  });
  const losses: number[] = [];
  const snapshots: Uint8Array[] = [];
  try {
    if (from) await trainer.restore(deserialize(from) as TrainerSnapshot<Example>);
    while (trainer.step < steps) {
      // As in checkpoints, whose rows go through the same serializer.
      if (at.includes(trainer.step)) snapshots.push(serialize(trainer.snapshot()));
      losses.push((await trainer.next(0.5)).loss);
    }
  } finally {
    trainer.dispose();
    task.dispose();
    await feed.close();
  }
  return { losses, snapshots };
}

test('training on a stream goes on with the very same losses, through phases, blocks and epochs', async () => {
  await requireNativeEngine();
  const folder = await mkdtemp(join(tmpdir(), 'trm-resume-'));
  try {
    await writeTrainSplit(createFolderStore(folder), makeExamples(200));
    const whole = await train(folder, 80, undefined, [0, 17, 30, 31]);
    for (const [i, step] of [0, 17, 30, 31].entries()) {
      const { losses } = await train(folder, 80, whole.snapshots[i]);
      assert.is(losses.length, 80 - step);
      losses.forEach((loss, k) =>
        assert.ok(
          Math.abs(loss - whole.losses[step + k]) < 1e-6,
          `step ${step + k}: ${loss}, ${whole.losses[step + k]}`,
        ),
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
