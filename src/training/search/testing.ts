/** A small real search for tests, as functions and as a program: `node testing.js <folder> <own|optuna> <ms a job>`. */
import { existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, exitCodeOf } from '../../core/errors';
import { readJson, writeJsonAtomic } from '../../core/files';
import { SWEEP_VERSION, sweepJournalSchema, type SweepJournal, type TrialResult } from '../../records/sweep';
import { createOwnEngine, type Job, type SearchPlan } from './engine';
import { createOptunaEngine } from './optuna';
import { runSweep, type JobOutcome } from './sweep';

/** Gradient descent with momentum: rates above about 0.04 diverge. */
export const DESCENT: SearchPlan = {
  method: 'random',
  parameters: {
    rate: { distribution: 'log_uniform_values', min: 1e-4, max: 1 },
    momentum: { distribution: 'categorical', values: [0, 0.5, 0.9] },
    norm: { distribution: 'constant', value: 'two' },
  },
  seed: 5,
  goal: 'minimize',
  eta: 3,
  rungs: 3,
  trials: 12,
};

/** Steps of the rungs of {@link DESCENT}. */
export const DESCENT_RUNGS = [10, 30, 90];

/** Minimises x1^2 / 2 + 50 x2^2 / 2 from (1, 1); what is left of it after the rung's steps. */
export function descend({ parameters, rung }: Job): JobOutcome {
  const { rate, momentum } = parameters as { rate: number; momentum: number };
  const curvature = [1, 50];
  const x = [1, 1];
  const velocity = [0, 0];
  const steps = DESCENT_RUNGS[rung];
  for (let step = 0; step < steps; step++)
    curvature.forEach((c, i) => {
      velocity[i] = momentum * velocity[i] - rate * c * x[i];
      x[i] += velocity[i];
    });
  const value = curvature.reduce((sum, c, i) => sum + (c * x[i] ** 2) / 2, 0);
  const lost = { interval: null, steps, seconds: 0, stage: null };
  return value < 1e3
    ? { ...lost, state: 'done', value, reason: null }
    : { ...lost, state: 'diverged', value: null, reason: `loss ${value}` };
}

/** A journal without results. */
export function emptyJournal(plan: SearchPlan, engine: 'own' | 'optuna' = 'own'): SweepJournal {
  return {
    version: SWEEP_VERSION,
    id: 'sweep-test',
    createdAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    sweep: {},
    experiment: 'none',
    experimentPath: '/none.yaml',
    configHash: '',
    engine,
    engineVersion: null,
    trials: plan.trials,
    rungs: DESCENT_RUNGS.slice(0, plan.rungs),
    results: [],
  };
}

/** A result of a trial, for tests that make up figures. */
export function trialResult(trial: number, rung: number, value: number | null, parameters = {}): TrialResult {
  return {
    trial,
    rung,
    parameters,
    state: value === null ? 'diverged' : 'done',
    value,
    interval: null,
    steps: 1,
    seconds: 1,
    stage: null,
    reason: value === null ? 'made up' : null,
  };
}

/** Runs the descent search in a folder, or goes on with the one there; each job leaves a line in `jobs.log`. */
export async function searchIn(
  folder: string,
  name: 'own' | 'optuna',
  options: { ms?: number; signal?: AbortSignal } = {},
): Promise<SweepJournal> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'sweep.json');
  if (!existsSync(path)) await writeJsonAtomic(path, emptyJournal(DESCENT, name));
  const engine =
    name === 'own' ? createOwnEngine(DESCENT) : await createOptunaEngine({ ...DESCENT, method: 'bayes' });
  try {
    return await runSweep({
      journal: await readJson(path, sweepJournalSchema),
      path,
      engine,
      signal: options.signal,
      run: async (job) => {
        await appendFile(join(folder, 'jobs.log'), `${job.trial} ${job.rung}\n`);
        if (options.ms) await sleep(options.ms);
        return descend(job);
      },
    });
  } finally {
    await engine.close();
  }
}

async function main([folder, name, ms]: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  process.on('SIGINT', () => interrupt.abort());
  try {
    await searchIn(folder, name as 'own' | 'optuna', { ms: Number(ms), signal: interrupt.signal });
    return 0;
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    return exitCodeOf(error);
  }
}

if (require.main === module)
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
