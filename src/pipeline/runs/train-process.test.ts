/** A small program stands in for `trm train` here; the real one is followed by notebook 04 on experiments/tiny.yaml. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError, type TrmError } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import { emptyManifest } from '../../records/testing';
import type { Metric } from '../../records/run';
import { lockHolder } from '../stages/lock';
import { openStage, type OpenedStage } from '../stages/open-stage';
import { startStageTraining, trainCommand, type StageTraining } from './train-process';
import { testMachine } from '../../stages/testing';

let root: string;
test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'trm-train-'));
  process.env.TRM_WORK_DIR = root;
});
test.after(() => rm(root, { recursive: true, force: true }));

/** A stage without inputs stands for the train stage; each test has its own folder by its own seed. */
const stageOf = (seed: number): Promise<OpenedStage<unknown>> =>
  openStage('collect', { machine: testMachine, experiment: 'tiny', overrides: { seed } });

/** Takes the stage's lock, writes a line every 20 ms, keeps its count on SIGINT, ends after `lines` lines. */
const trainer = (stage: OpenedStage<unknown>, lines: number, end = 'manifest'): string[] => [
  process.execPath,
  '-e',
  `const fs = require('node:fs');
   const { lockFolder } = require(${JSON.stringify(join(__dirname, '..', 'stages', 'lock.js'))});
   const log = ${JSON.stringify(join(stage.folder.live, 'metrics.jsonl'))};
   lockFolder(${JSON.stringify(stage.folder.path)}, 'training').then(async (unlock) => {
     for (const folder of ${JSON.stringify([stage.outDir, stage.folder.live])}) fs.mkdirSync(folder, { recursive: true });
     let step = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trim().split('\\n').length : 0;
     let stop = false;
     process.on('SIGINT', () => { stop = true; });
     while (!stop && step < ${lines}) {
       fs.appendFileSync(log, JSON.stringify({ step: ++step, time: 0 }) + '\\n');
       await new Promise((wake) => setTimeout(wake, 20));
     }
     if (!stop && ${JSON.stringify(end)} === 'fail') console.error('the loss is no number');
     if (!stop && ${JSON.stringify(end)} === 'manifest')
       fs.writeFileSync(${JSON.stringify(join(stage.outDir, 'manifest.json'))}, ${JSON.stringify(JSON.stringify(MANIFEST))});
     await unlock();
     process.exit(stop ? 130 : ${end === 'fail' ? 1 : 0});
   });`,
];

const MANIFEST = emptyManifest('train');

async function collect(training: StageTraining, onMetric?: (metric: Metric) => void): Promise<number[]> {
  const steps: number[] = [];
  for await (const metric of training.follow()) {
    steps.push(metric.step);
    onMetric?.(metric);
  }
  return steps;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test('every line is told once; a stopped training goes on where it was; a finished one is only read', async () => {
  const stage = await stageOf(1);
  const stop = new AbortController();
  const first = await startStageTraining(stage, {
    command: trainer(stage, 500),
    signal: stop.signal,
    intervalMs: 10,
  });
  const seen = await collect(first, ({ step }) => step === 10 && stop.abort());
  const error = await first.done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, InterruptedError);
  assert.equal(seen, upTo(seen.length));
  assert.ok(seen.length >= 10 && seen.length < 500);

  const second = await startStageTraining(stage, {
    command: trainer(stage, seen.length + 20),
    intervalMs: 10,
  });
  assert.equal(await collect(second), upTo(seen.length + 20));
  assert.is((await second.done).name, 'train');

  const third = await startStageTraining(stage, { command: ['/nonexistent'], intervalMs: 10 });
  assert.is(third.pid, null);
  assert.equal(await collect(third), upTo(seen.length + 20));
});

test('a training that goes on after its starter is followed, not started twice', async () => {
  const stage = await stageOf(2);
  const first = await startStageTraining(stage, { command: trainer(stage, 100), intervalMs: 10 });
  while (!(await lockHolder(stage.folder.path))) await new Promise((wake) => setTimeout(wake, 20));
  const second = await startStageTraining(stage, { command: ['/nonexistent'], intervalMs: 10 });
  assert.is(second.pid, first.pid);
  assert.equal(await collect(second), upTo(100));
  assert.is((await second.done).name, 'train');
  await first.done;
});

test('a training that was followed and is stopped by somebody else goes on in a process of the follower', async () => {
  const stage = await stageOf(4);
  const first = await startStageTraining(stage, { command: trainer(stage, 100_000), intervalMs: 10 });
  while (!(await lockHolder(stage.folder.path))) await new Promise((wake) => setTimeout(wake, 20));
  const seen = 30;
  const second = await startStageTraining(stage, { command: trainer(stage, 60), intervalMs: 10 });
  const followed = second.pid;
  const steps = await collect(second, ({ step }) => {
    if (step === seen && second.pid === followed) process.kill(followed ?? 0, 'SIGINT');
  });
  assert.is((await second.done).name, 'train');
  assert.not.equal(second.pid, followed);
  assert.equal(steps, upTo(steps.length));
  assert.ok(steps.length >= 60);
  assert.instance(await first.done.catch((error: unknown) => error), InterruptedError);
});

test('a failed training says the end of its log', async () => {
  const stage = await stageOf(3);
  const training = await startStageTraining(stage, { command: trainer(stage, 2, 'fail'), intervalMs: 10 });
  const error = await training.done.catch((thrown: Error) => thrown);
  assert.match((error as Error).message, /ended without a model:\nthe loss is no number/);
  assert.match((error as TrmError).hint ?? '', /training\.log/);
});

test('the command names the same stage: a run, or experiment and overrides', () => {
  const inRun = trainCommand({ experiment: 'tiny', run: '/runs/x' });
  assert.equal(inRun.slice(2), ['train', 'tiny', '--resume', '/runs/x']);
  const alone = trainCommand({ experiment: 'tiny', set: ['seed=1'], overrides: { 'train.maxSteps': 5 } });
  assert.equal(alone.slice(2), ['train', 'tiny', '--set', 'seed=1', '--set', 'train.maxSteps=5']);
  const file = join(projectRoot(), 'experiments', 'tiny.yaml');
  assert.is(
    trainCommand({ experiment: relative(process.cwd(), file) })[3],
    file,
    'a path holds in any folder',
  );
});

test.run();
