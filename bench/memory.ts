/**
 * What training takes of the machine's memory, and whether it keeps it. First many steps of a small model with carries:
 * the number of tensors alive must not change once every length has its pool. Then steps of a preset at its own depth with
 * the default batch and all lengths, as `trm train` makes them: the largest resident memory of the process.
 *
 *   make bench BENCH=memory ARGS='--preset trm-cpu --steps 60 --leak-steps 1000'
 *
 * The last line is JSON: rssMiB (the largest), tensors and leakSteps (flat, or the bench fails), growthMiB (resident memory
 * at the end of those steps less that after the first fifth).
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { requireNativeEngine } from '../src/core/engine';
import { TrmError } from '../src/core/errors';
import { seedStream } from '../src/core/rng';
import { percentile } from '../src/metrics/percentile';
import { trainConfigSchema } from '../src/training/config';
import { createEditTrainer } from '../src/training/testing';
import { resolveModelConfig, type ModelConfig } from '../src/trm/config';
import { createModelData } from '../src/trm/model';
import { syntheticExamples, syntheticTables } from '../src/trm/testing';

/** Resident memory now, in MiB. */
const residentMiB = (): number => process.memoryUsage.rss() / 2 ** 20;

/** Steps on windows of 12..128 tokens. @param onStep is told the number of every step, from 1 */
async function trainSteps(
  model: ModelConfig,
  { steps, ...training }: { steps: number; batchTokens?: number; bucketLengths?: number[] },
  onStep: (step: number, seconds: number) => void,
): Promise<void> {
  const rng = seedStream(1, 'bench-memory');
  const { trainer, dispose } = createEditTrainer({
    config: trainConfigSchema.parse(training),
    model: createModelData(model, syntheticTables(model), rng),
    examples: syntheticExamples({ config: model, count: 3000, lengths: [12, 128] }, rng),
    rng,
  });
  for (let step = 1; step <= steps; step++) {
    const started = performance.now();
    await trainer.next(0);
    onStep(step, (performance.now() - started) / 1000);
  }
  dispose();
}

/** @throws TrmError when the number of tensors changes after the first fifth of the steps */
async function watchTensors(steps: number): Promise<{ tensors: number; growthMiB: number }> {
  const model = resolveModelConfig('trm-smoke', { recursions: 2, latentUpdates: 1, supervisionSteps: 2 });
  const warm = Math.floor(steps / 5);
  let [tensors, resident] = [0, 0];
  // Few buckets: each has its pool early.
  await trainSteps(model, { steps, batchTokens: 256, bucketLengths: [64, 128] }, (step) => {
    const alive = tf.memory().numTensors;
    if (step === warm) [tensors, resident] = [alive, residentMiB()];
    if (step > warm && alive !== tensors)
      throw new TrmError(`step ${step}: expected ${tensors} tensors alive as at step ${warm}, got ${alive}`);
  });
  return { tensors, growthMiB: residentMiB() - resident };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      preset: { type: 'string', default: 'trm-cpu' },
      steps: { type: 'string', default: '60' },
      'leak-steps': { type: 'string', default: '1000' },
      // Default: that of the train stage.
      'batch-tokens': { type: 'string' },
    },
  });
  await requireNativeEngine();
  const leakSteps = Number(values['leak-steps']);
  const { tensors, growthMiB } = await watchTensors(leakSteps);
  console.log(
    `${leakSteps} steps: ${tensors} tensors alive all the time, ${growthMiB.toFixed(0)} MiB more resident`,
  );
  const model = resolveModelConfig(values.preset);
  const batchTokens = values['batch-tokens'] === undefined ? undefined : Number(values['batch-tokens']);
  const seconds: number[] = [];
  await trainSteps(model, { steps: Number(values.steps), batchTokens }, (_, each) => seconds.push(each));
  const rssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${values.preset}, ${values.steps} steps of the default batch: at most ${rssMiB} MiB resident`);
  console.log(
    JSON.stringify({
      bench: 'memory',
      preset: values.preset,
      rssMiB,
      rssGiB: Number((rssMiB / 1024).toFixed(2)),
      msPerStep: Math.round(1000 * percentile(seconds, 50)),
      leakSteps,
      tensors,
      flat: true,
      growthMiB: Math.round(growthMiB),
    }),
  );
}

void main();
