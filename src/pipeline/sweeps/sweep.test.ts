/** Sweeps of real trainings, on an experiment that is smaller than tiny. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, readdir, readFile, realpath, rm, mkdtemp, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, UserError } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import { runProcess, type ProcessResult } from '../../core/processes/subprocess';
import { rejection } from '../../storage/testing';
import { readMetrics } from '../../training/metrics-log';
import { loadExperiment } from '../runs/experiment';
import { openSweep } from './sweep';
import { describeFailure } from './sweep-trial';
import { findSweep, type SweepFolder } from './sweep-folder';

let root: string;
test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'trm-sweep-'));
  await writeFile(join(root, 'small.yaml'), SMALL);
});
test.after(() => rm(root, { recursive: true, force: true }));

const SMALL = `
extends: ${join(projectRoot(), 'experiments/tiny.yaml')}
collect:
  sources: [{ kind: folder, path: 'python:stdlib', maxFunctions: 120 }]
train:
  evaluateExamples: 20
  evaluateEvery: 6
  checkpointEvery: 2
  logEvery: 1
  optimizer: { warmupSteps: 2, decayShare: 0.34 }
`;

/** Writes a sweep over {@link SMALL}; keys given replace these. */
async function sweepFile(name: string, change: Record<string, unknown> = {}): Promise<string> {
  const path = join(root, `${name}.yaml`);
  const sweep = {
    experiment: join(root, 'small.yaml'),
    method: 'random',
    metric: { name: 'val_loss', goal: 'minimize' },
    parameters: {
      'train.optimizer.learningRate': { distribution: 'log_uniform_values', min: 0.001, max: 0.01 },
      train: { parameters: { batchTokens: { values: [128, 256] } } },
    },
    early_terminate: { type: 'hyperband', min_iter: 6, max_iter: 18, eta: 3 },
    run_cap: 3,
    ...change,
  };
  await writeFile(path, JSON.stringify(sweep));
  return path;
}

test('every sweep of the project can be begun', async () => {
  for (const name of readdirSync(join(projectRoot(), 'experiments/sweeps'))) {
    const { journal } = await openSweep({ file: name.replace('.yaml', ''), runs: root });
    assert.ok(journal.trials >= 4 && journal.rungs.length >= 2, name);
    assert.is(existsSync(join(root, journal.id)), false, 'nothing is written');
  }
});

test('a wrong sweep is refused before anything is written, and says what was expected', async () => {
  const parameters = (name: string, parameter: unknown): Record<string, unknown> => ({
    parameters: { [name]: parameter },
  });
  for (const [change, message] of [
    [
      parameters('train.optimizer.lerningRate', { value: 1 }),
      /trial 0.*did you mean "train\.optimizer\.learningRate"/,
    ],
    [parameters('train.model.width', { values: [65] }), /trial 0.*train\.model\.width.*65/],
    [parameters('process.vocabularySize', { values: [600] }), /keys of the train stage, got "process/],
    [parameters('train.maxSteps', { values: [600] }), /"train\.maxSteps" is set by early_terminate/],
    [parameters('train.seed', {}), /train\.seed.*expected value, values or a distribution/],
    [{ parameters: {} }, /at least one parameter/],
    [{ method: 'bayes' }, /own engine draws at random or walks a grid/],
    [{ method: 'anneal' }, /method: Invalid option/],
    [{ method: 'grid' }, /which has no steps/],
    [{ run_cap: undefined }, /expected run_cap or --trials, got neither/],
    [{ program: 'tiny' }, /expected experiment or program \(not both\)/],
    [{ experiment: 'tinny' }, /did you mean "tiny"/],
    [{ early_terminate: { type: 'hyperband', max_iter: 9 } }, /min_iter .* or max_iter and s/],
    [
      { early_terminate: { type: 'hyperband', min_iter: 3 } },
      /trial 0.*train\.optimizer\.warmupSteps: expected at most 1, the steps of 3 before the rate falls, got 2/,
    ],
    [{ early_stop: 1 }, /unknown key "early_stop"/],
    [
      { trm: { budget: 'seconds' }, early_terminate: { type: 'hyperband', min_iter: 3 } },
      /no budget in that unit/,
    ],
  ] as const) {
    const file = await sweepFile('wrong', change);
    const error = await rejection(() => openSweep({ file, runs: root }));
    assert.instance(error, ConfigError);
    assert.match(error.message, message);
  }
  await writeFile(join(root, 'bad.yaml'), 'method: [');
  assert.instance(await rejection(() => openSweep({ file: join(root, 'bad.yaml') })), ConfigError);
  assert.match(
    (await rejection(() => openSweep({ file: 'learnig-rate' }))).message,
    /did you mean "learning-rate"/,
  );
  assert.instance(await rejection(() => openSweep({ resume: 'latest', runs: root })), UserError);
  assert.is(
    readdirSync(root).some((name) => name.startsWith('sweep-')),
    false,
  );
});

test('the end of a log says whether a trial diverged', () => {
  const log = (line: string): string =>
    `the training ended without a model:\nstep 3 loss 7\n${line}\n  fix: lower it`;
  assert.equal(describeFailure(log('DivergedError: loss NaN')), {
    state: 'diverged',
    reason: 'DivergedError: loss NaN',
  });
  assert.is(describeFailure(log('EngineError: out of memory')).state, 'failed');
  assert.equal(describeFailure('Killed'), { state: 'failed', reason: 'Killed' });
});

const MAIN = join(projectRoot(), 'dist/src/serving/cli/main.js');
const placeOf = (name: string): Record<string, string> => ({
  TRM_WORK_DIR: join(root, name, 'data'),
  TRM_RUNS_DIR: join(root, name, 'runs'),
});

function trm(name: string, args: readonly string[]): Promise<ProcessResult> {
  return runProcess(process.execPath, [MAIN, ...args], { okCodes: [0, 1, 2, 130], env: placeOf(name) });
}

/** Starts a sweep and kills it, and the training under way if wanted, once a rung of a trial has made some steps. */
async function killAt(
  name: string,
  args: readonly string[],
  at: { rung: string; beyond: number },
  training: boolean,
): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...placeOf(name) },
    stdio: 'ignore',
  });
  const stage = await untilTraining(name, at, child);
  const { pid } = JSON.parse(await readFile(join(stage, 'lock.json'), 'utf8')) as { pid: number };
  // The training first: behind its sweep's back it would be asked to stop, and write a checkpoint.
  if (training) process.kill(pid, 'SIGKILL');
  child.kill('SIGKILL');
  await new Promise((resolve) => (child.signalCode === null ? child.once('exit', resolve) : resolve(null)));
}

/** The stage that a rung links to, when its training has gone beyond a step. */
async function untilTraining(
  name: string,
  { rung, beyond }: { rung: string; beyond: number },
  child: ChildProcess,
): Promise<string> {
  const { TRM_RUNS_DIR: runs } = placeOf(name);
  while (child.exitCode === null) {
    const sweeps = existsSync(runs) ? await readdir(runs) : [];
    const link = join(runs, sweeps[0] ?? '', rung);
    const metrics = await readMetrics(join(link, 'live/metrics.jsonl'));
    if (metrics.some(({ step }) => step > beyond)) return realpath(link);
    await sleep(10);
  }
  throw new Error(`the sweep ended with ${child.exitCode} before ${rung} was beyond step ${beyond}`);
}

const latest = (name: string): Promise<SweepFolder> => findSweep('latest', placeOf(name).TRM_RUNS_DIR);

test('real trainings: killed sweeps come to the same end, the best one is ready to use', async () => {
  const file = await sweepFile('real');
  const straight = await trm('straight', ['sweep', file, '--json']);
  assert.is(straight.exitCode, 0, straight.stderr);
  const result = JSON.parse(straight.stdout) as { flags: string[]; trials: unknown[]; bestFile: string };
  assert.is(result.trials.length, 3);
  assert.is(result.flags.length, 2);
  const want = (await latest('straight')).journal;
  assert.equal(want.rungs, [6, 18]);
  assert.equal(
    want.results.map(({ rung, steps, state }) => [rung, steps, state]),
    [...Array<unknown>(3).fill([0, 6, 'done']), [1, 18, 'done']],
  );
  // The last rung went on from the state before the first one's decay.
  const trained = join(placeOf('straight').TRM_WORK_DIR, 'stages', want.results[3].stage ?? '');
  const early = (await readMetrics(join(trained, 'output/metrics.jsonl'))).filter(
    ({ kind, step }) => kind === 'train' && step <= 4,
  );
  assert.equal(
    early.map(({ step, budgetUsed }) => [step, budgetUsed]),
    [1, 2, 3, 4].map((step) => [step, step / 6]),
  );
  const best = await loadExperiment({ experiment: result.bestFile });
  const parameters = want.results[3].parameters;
  assert.is(best.config.train.optimizer.learningRate, parameters['train.optimizer.learningRate']);
  assert.is(best.config.train.batchTokens, parameters['train.batchTokens']);

  // The data is the same; only trainings are done again.
  await mkdir(join(root, 'cut'), { recursive: true });
  await cp(join(root, 'straight/data'), join(root, 'cut/data'), {
    recursive: true,
    filter: (path) => !/stages\/train-/.test(path),
  });
  await killAt('cut', ['sweep', file], { rung: 'trial-000/rung-0', beyond: 0 }, false);
  const last = { rung: `trial-00${want.results[3].trial}/rung-1`, beyond: 5 };
  await killAt('cut', ['sweep', '--resume', 'latest'], last, true);
  const resumed = await trm('cut', ['sweep', file, '--resume', 'latest']);
  assert.is(resumed.exitCode, 0, resumed.stderr);
  assert.match(resumed.stdout, /^best:\n {2}--set train\.optimizer\.learningRate=/m);
  const got = (await latest('cut')).journal;
  assert.is(got.results.length, want.results.length);
  got.results.forEach(({ value, ...rest }, i) => {
    const { value: expected, ...other } = want.results[i];
    assert.equal({ ...rest, seconds: 0 }, { ...other, seconds: 0 });
    assert.ok(Math.abs((value ?? 0) - (expected ?? 1)) <= 1e-6, `${value} instead of ${expected}`);
  });
});

test('a resumed sweep keeps its plan; a metric that is not there is told at the first evaluation', async () => {
  const file = await sweepFile('real', { run_cap: 4 });
  for (const [args, message] of [
    [['--engine', 'optuna'], /expected --engine own, got optuna/],
    [['--trials', '5'], /expected --trials 3, got 5/],
    [[file], /expected the file that it was begun with/],
  ] as const) {
    const refused = await trm('straight', ['sweep', '--resume', 'latest', ...args]);
    assert.is(refused.exitCode, 2);
    assert.match(refused.stderr, message);
  }
  const typo = await sweepFile('typo', { metric: { name: 'val_los' } });
  const told = await trm('straight', ['sweep', typo]);
  assert.is(told.exitCode, 2);
  assert.match(told.stderr, /evaluations have no "val_los", did you mean "val_loss"/);
  const list = await trm('straight', ['sweep', 'list']);
  assert.match(list.stdout, /^SWEEP .*\n.*typo.* unfinished +0\/3\n.*real.* done +3\/3 /m);
  const runs = await trm('straight', ['runs', 'list']);
  assert.match(runs.stdout, /no runs yet/);
});

test.run();
