/** `trm runs` over two small run folders, through the real command. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import { projectRoot } from '../core/paths';
import { runProcess, type ProcessResult } from '../core/processes/subprocess';
import { sha256 } from '../core/hash';
import { STAGES } from '../records/run';
import { emptyManifest } from '../records/testing';
import { withTemporaryFolder } from '../storage/testing';
import { appendMetric } from '../training/metrics-log';
import { WandbServer } from '../training/tracking/wandb-testing';
import type { RunsDiff } from './runs-diff';

const [A, B] = ['20260101-000000-tiny-00aa', '20260102-000000-tiny-00bb'];

/** Writes a run and its train stage: what `trm run` leaves, without the notebooks. */
async function plantRun(
  root: string,
  id: string,
  change: { width: number; joint: number; data: string },
): Promise<void> {
  const folder = join(root, 'runs', id);
  await mkdir(folder, { recursive: true });
  const stages = STAGES.map((stage) => ({
    stage,
    key: '',
    state: 'waiting',
    seconds: null as number | null,
  }));
  const [processed, trained] = [`process-${change.data}`, `train-${id.slice(-4)}`];
  stages[2] = { stage: 'process', key: processed, state: 'done', seconds: 3 };
  stages[3] = { stage: 'train', key: trained, state: 'done', seconds: 60 };
  const record = {
    id,
    experiment: 'tiny',
    configHash: id,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: null,
    stages,
  };
  await writeFile(join(folder, 'run.json'), JSON.stringify(record));
  const config = { seed: 42, train: { model: { width: change.width }, bucketLengths: [8, 16] } };
  await writeFile(join(folder, 'config.yaml'), stringify(config));
  await writeFile(
    join(folder, 'environment.json'),
    JSON.stringify({ capturedAt: id, cpu: { count: 2 }, git: { commit: id } }),
  );
  for (const [key, name] of [
    [processed, 'manifest.json'],
    [trained, 'manifest.json'],
  ]) {
    const output = join(root, 'data/stages', key, 'output');
    await mkdir(output, { recursive: true });
    const stage = key === trained ? 'train' : 'process';
    await writeFile(join(output, name), JSON.stringify(emptyManifest(stage, { configHash: sha256(key) })));
  }
  await writeFile(
    join(root, 'data/stages', trained, 'job.json'),
    JSON.stringify({
      stage: 'train',
      version: 1,
      config: config.train,
      seed: 42,
      python: null,
      sources: {},
      inputs: { process: change.data },
    }),
  );
  for (const log of [
    join(folder, 'metrics.jsonl'),
    join(root, 'data/stages', trained, 'output/metrics.jsonl'),
  ]) {
    await appendMetric(log, 20, { kind: 'train', loss: 2.5, samplesPerSecond: 100 });
    await appendMetric(log, 20, { kind: 'evaluation', val_joint: 0.9, val_score: 0.9 });
    await appendMetric(log, 40, { kind: 'train', loss: 1.25, samplesPerSecond: 110 });
    await appendMetric(log, 40, { kind: 'evaluation', val_joint: change.joint, val_score: 0.5 });
  }
}

async function withRuns(
  use: (trm: (...args: string[]) => Promise<ProcessResult>, stages: string) => Promise<void>,
  env = {},
): Promise<void> {
  await withTemporaryFolder(async (root) => {
    await plantRun(root, A, { width: 128, joint: 0.25, data: 'one' });
    await plantRun(root, B, { width: 256, joint: 0.75, data: 'one' });
    const main = join(projectRoot(), 'dist/src/serving/cli/main.js');
    await use(
      (...args) =>
        runProcess(process.execPath, [main, 'runs', ...args], {
          okCodes: [0, 1, 2],
          env: { TRM_RUNS_DIR: join(root, 'runs'), TRM_WORK_DIR: join(root, 'data'), ...env },
        }),
      join(root, 'data/stages'),
    );
  });
}

test('diff shows what differs and nothing else, as a table and as JSON', async () => {
  await withRuns(async (trm) => {
    const { stdout, exitCode } = await trm('diff', '00aa', 'latest', '--json');
    assert.is(exitCode, 0);
    const diff = JSON.parse(stdout) as RunsDiff;
    assert.equal([diff.a, diff.b], [A, B]);
    assert.equal(diff.config, [{ key: 'train.model.width', a: 128, b: 256 }]);
    assert.equal(diff.environment, [{ key: 'git.commit', a: A, b: B }]);
    assert.equal(
      diff.data.map(({ key }) => key),
      ['train'],
    );
    const metrics = Object.fromEntries(diff.metrics.map(({ name, ...rest }) => [name, rest]));
    assert.equal(metrics.val_joint, { a: 0.25, b: 0.75, difference: 0.5 });
    assert.equal(metrics.loss, { a: 1.25, b: 1.25, difference: 0 });
    assert.equal([metrics.best_score.a, metrics.best_step.a], [0.9, 20]);
    const table = (await trm('diff', A, B)).stdout;
    assert.match(table, /^ {2}train\.model\.width +128 +256$/m);
    assert.match(table, /^ {2}val_joint +0\.25 +0\.75 +\+0\.5$/m);
    assert.match((await trm('diff', A, A)).stdout, /^CONFIG +equal\n\nENVIRONMENT +equal\n\nDATA +equal$/m);
  });
});

test('trainings that belong to no run compare by the folder that `trm train` prints', async () => {
  await withRuns(async (trm, stages) => {
    const [a, b] = ['00aa', '00bb'].map((end) => join(stages, `train-${end}`, 'output'));
    const diff = JSON.parse((await trm('diff', a, b, '--json')).stdout) as RunsDiff;
    assert.equal([diff.a, diff.b], ['train-00aa', 'train-00bb']);
    assert.equal(diff.config, [{ key: 'train.model.width', a: 128, b: 256 }]);
    assert.equal([diff.data, diff.environment], [[], []]);
    assert.is(diff.metrics.find(({ name }) => name === 'val_joint')?.difference, 0.5);
  });
});

test('a run that does not exist is exit code 2 and the nearest name', async () => {
  await withRuns(async (trm) => {
    const { stdout, stderr, exitCode } = await trm('diff', A, `${B.slice(0, -1)}x`);
    assert.is(exitCode, 2);
    assert.is(stdout, '');
    assert.match(stderr, new RegExp(`did you mean ${B}\\?`));
    assert.is((await trm('show', 'nothing-like-it')).exitCode, 2);
  });
});

test('show has the final metrics; list has both runs', async () => {
  await withRuns(async (trm) => {
    assert.match((await trm('show', A)).stdout, /metrics {2}.*loss 1\.25/);
    const shown = JSON.parse((await trm('show', A, '--json')).stdout) as { metrics: Record<string, number> };
    assert.is(shown.metrics.val_joint, 0.25);
    assert.is((JSON.parse((await trm('list', '--json')).stdout) as unknown[]).length, 2);
  });
});

test('sync sends a run that was never mirrored; without a key it says which variable', async () => {
  const server = new WandbServer();
  await server.start();
  try {
    await withRuns(
      async (trm) => {
        const { stdout, stderr, exitCode } = await trm(
          'sync',
          A,
          '--base-url',
          server.url,
          '--project',
          'mine',
        );
        assert.is(exitCode, 0, stderr);
        assert.match(stdout, /^2 rows: http:.*\/tester\/mine\/runs\/train-00aa-/);
        assert.equal(
          server.rows().map((row) => [row._step, row['train/loss'], row['validation/joint']]),
          [
            [20, 2.5, 0.9],
            [40, 1.25, 0.25],
          ],
        );
      },
      { WANDB_API_KEY: server.key },
    );
    await withRuns(
      async (trm) => {
        const { stderr, exitCode } = await trm('sync', A, '--base-url', server.url);
        assert.is(exitCode, 2);
        assert.match(stderr, /WANDB_API_KEY in the environment or in \.env, found none/);
      },
      { WANDB_API_KEY: undefined },
    );
  } finally {
    await server.stop();
  }
});

test.run();
