/**
 * Optimizer steps of a preset on made-up windows of 20..60 tokens: time a step, samples a second, GFLOP/s of the core
 * beside the matmul peak of this machine measured in the same run, and where the time goes.
 *
 *   node dist/bench/train-step.js [--preset trm-smoke] [--steps 30] [--batch-tokens 2048]
 *
 * The last line is JSON: gflops (median), peak (4096-wide matrix product), share (gflops / peak), msPerStep,
 * samplesPerSecond, rssMiB, tensors (those alive, unchanged over the run or the bench fails).
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { requireNativeEngine } from '../src/core/engine';
import { seedStream } from '../src/core/rng';
import { percentile } from '../src/metrics/percentile';
import { trainConfigSchema } from '../src/training/config';
import { createEditTrainer } from '../src/training/testing';
import { describeParameters, resolveModelConfig } from '../src/trm/config';
import { createModelData } from '../src/trm/model';
import { syntheticExamples, syntheticTables } from '../src/trm/testing';

/** GFLOP/s of a square matrix product, the best of three. */
function matmulPeak(size = 4096): number {
  const a = tf.randomNormal([size, size]);
  const seconds = Array.from({ length: 4 }, () => {
    const started = performance.now();
    tf.matMul(a, a).dispose();
    return (performance.now() - started) / 1000;
  });
  a.dispose();
  return (2 * size ** 3) / Math.min(...seconds) / 1e9;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      preset: { type: 'string', default: 'trm-smoke' },
      steps: { type: 'string', default: '30' },
      'batch-tokens': { type: 'string', default: '2048' },
    },
  });
  const engine = await requireNativeEngine();
  const model = resolveModelConfig(values.preset);
  const rng = seedStream(1, 'bench-train-step');
  const config = trainConfigSchema.parse({ batchTokens: Number(values['batch-tokens']) });
  const { trainer, dispose } = createEditTrainer({
    config,
    model: createModelData(model, syntheticTables(model), rng),
    examples: syntheticExamples({ config: model, count: 3000, lengths: [20, 60] }, rng),
    rng,
  });
  for (let i = 0; i < 5; i++) await trainer.next(0);
  const alive = tf.memory().numTensors;
  const steps: { seconds: number; flops: number; newRows: number; tokens: number; paddedTokens: number }[] =
    [];
  for (let i = 0; i < Number(values.steps); i++) {
    const started = performance.now();
    const { flops, newRows, tokens, paddedTokens } = await trainer.next(0);
    steps.push({ seconds: (performance.now() - started) / 1000, flops, newRows, tokens, paddedTokens });
  }
  if (supervised(model.supervisionSteps) && tf.memory().numTensors !== alive)
    throw new Error(`expected ${alive} tensors alive, got ${tf.memory().numTensors}`);
  const sum = (of: (step: (typeof steps)[number]) => number): number => steps.reduce((n, s) => n + of(s), 0);
  const gflops = percentile(
    steps.map(({ flops, seconds }) => flops / seconds / 1e9),
    50,
  );
  const peak = matmulPeak();
  const result = {
    bench: 'train-step',
    preset: values.preset,
    gflops: round(gflops),
    peak: round(peak),
    share: round(gflops / peak),
    msPerStep: round(
      percentile(
        steps.map(({ seconds }) => 1000 * seconds),
        50,
      ),
    ),
    samplesPerSecond: round(sum(({ newRows }) => newRows) / sum(({ seconds }) => seconds)),
    realTokens: round(sum(({ tokens }) => tokens) / sum(({ paddedTokens }) => paddedTokens)),
    rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    tensors: tf.memory().numTensors,
  };
  const { core, total } = describeParameters(model);
  console.log(
    `${values.preset}: ${core} weights in the core, ${total} in all; TensorFlow ${engine.tensorflow}`,
  );
  console.log(
    `${result.msPerStep} ms a step of ${values['batch-tokens']} tokens, ${result.samplesPerSecond} samples/s`,
  );
  console.log(`${result.gflops} GFLOP/s of ${result.peak} (matmul peak), ${result.rssMiB} MiB`);
  console.log(JSON.stringify(result));
  dispose();
}

/** With carries the number of tensors grows until every bucket has its pool. */
const supervised = (supervisionSteps: number): boolean => supervisionSteps === 1;

const round = (value: number): number => Math.round(value * 100) / 100;

void main();
