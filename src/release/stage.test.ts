import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { z } from 'zod';
import { silentProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { collectConfigSchema } from '../collection/config';
import { collect } from '../collection/stage';
import { evaluate, evaluateConfigSchema } from '../evaluation/stage';
import { reportSchema } from '../evaluation/report';
import { generateConfigSchema } from '../generation/config';
import { generate } from '../generation/stage';
import { processConfigSchema } from '../processing/config';
import { process as processSamples } from '../processing/stage';
import type { StageName } from '../records/run';
import { RELEASE_FILES } from '../repair/model-folder';
import { loadRepairer } from '../repair/repairer';
import { withReader } from '../shards/reader';
import { verifyDataset } from '../shards/verify';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import type { Stage } from '../stages/context';
import { localFolders } from '../stages/context';
import { trainConfigSchema } from '../training/config';
import { train } from '../training/stage';
import { release, releaseConfigSchema } from './stage';
import { testMachine } from '../stages/testing';

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-release-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

const storeOf = (stage: StageName): ObjectStore => createFolderStore(join(folder, stage));

/** Runs one stage in its folder, as the pipeline does. */
async function runStage<S extends z.ZodType>(
  name: StageName,
  stage: Stage<z.output<S>>,
  schema: S,
  config: z.input<S>,
  inputs: readonly StageName[],
): Promise<void> {
  await stage(schema.parse(config), {
    signal: new AbortController().signal,
    progress: silentProgress,
    machine: testMachine,
    store: storeOf(name),
    ...localFolders(`${storeOf(name).location}-local`),
    inputs: Object.fromEntries(inputs.map((input) => [input, storeOf(input)])),
    seed: 7,
    rng: seedStream(7, name),
  });
}

test('from the standard library to a release that loads: every file hashed, every test sample in the predictions', async () => {
  const sources = [{ kind: 'folder' as const, path: 'python:stdlib', maxFunctions: 150 }];
  await runStage('collect', collect, collectConfigSchema, { sources }, []);
  await runStage('generate', generate, generateConfigSchema, { mutantsPerFunction: 1 }, ['collect']);
  const fractions = { val: 0.25, test: 0.25 };
  const processed = { vocabularySize: 600, fractions };
  await runStage('process', processSamples, processConfigSchema, processed, ['collect', 'generate']);
  const model = { width: 64, layers: 1, embeddingWidth: 16 };
  await runStage('train', train, trainConfigSchema, { model, maxSteps: 3, batchTokens: 256 }, ['process']);
  const measured = { supervisionSteps: [1, 2], maxSamples: 30, latencySamples: 3 };
  await runStage('evaluate', evaluate, evaluateConfigSchema, measured, ['process', 'train']);
  const storage = { storage: 'float16', smaller: 'int8' } as const;
  const settings = { notes: ['A test.'], ...storage };
  await runStage('release', release, releaseConfigSchema, settings, ['process', 'train', 'evaluate']);

  const text = async (key: string): Promise<string> =>
    Buffer.from(await storeOf('release').get(key)).toString();
  const report = reportSchema.parse(JSON.parse(await text(RELEASE_FILES.report)));
  assert.equal(
    report.steps.map(({ supervisionSteps }) => supervisionSteps),
    [1, 2],
  );
  assert.is(report.overall.joint.total, report.test.buggy);
  assert.is(report.cleanKept.total, report.test.clean);
  assert.is(report.latency.n, 3);
  const predictions = join(storeOf('evaluate').location, 'predictions.parquet');
  assert.is(
    await withReader((reader) => reader.countRows(predictions)),
    report.test.buggy + report.test.clean,
  );

  assert.equal((await verifyDataset(storeOf('release'))).problems, []);
  const card = await text(RELEASE_FILES.card);
  assert.match(card, /^---\nlicense: apache-2\.0\n/);
  assert.ok(card.includes(`of ${report.test.buggy} |`), 'measured table with n');
  assert.ok(card.includes('| PSF-2.0 |') && card.includes('- A test.'));
  assert.ok(card.includes('stored as float16'), 'the card says how the weights are stored');
  const sizes = await Promise.all(
    [
      storeOf('train').get('model/model.safetensors'),
      storeOf('release').get(RELEASE_FILES.weights),
      storeOf('release').get(RELEASE_FILES.smallWeights),
    ].map(async (bytes) => (await bytes).length),
  );
  assert.ok(sizes[1] < 0.7 * sizes[0] && sizes[2] < 0.7 * sizes[1], `${sizes.join(', ')} bytes`);

  await rm(join(folder, 'release', RELEASE_FILES.weights));
  const repairer = await loadRepairer(join(folder, 'release'));
  try {
    assert.equal(repairer.calibration, report.calibration);
    const fix = await repairer.repair('def f(a):\n    return a\n');
    assert.is(fix.findings.filter(({ tier }) => tier === 'speculative').length, 0);
  } finally {
    await repairer.close();
  }
});

test('a missing input is named with the stage that makes it', async () => {
  let message = '';
  await runStage('release', release, releaseConfigSchema, {}, ['process']).catch(
    (error: Error) => (message = error.message),
  );
  assert.match(message, 'expected the output of the train stage');
});

test.run();
