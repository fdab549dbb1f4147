import { basename, join, relative } from 'node:path';
import { ConfigError, UserError } from '../../core/errors';
import { writeFileAtomic, writeJsonAtomic } from '../../core/files';
import { canonicalJson } from '../../core/hash';
import { runsDir } from '../../core/paths';
import { newRunId } from '../../core/run-folder';
import { SWEEP_VERSION, type SweepJournal } from '../../records/sweep';
import {
  createOwnEngine,
  gridSize,
  trialSettings,
  type SearchEngine,
  type SearchPlan,
} from '../../training/search/engine';
import { createOptunaEngine } from '../../training/search/optuna';
import { rungBudgets } from '../../training/search/rungs';
import { bestExperiment, trialRows, type TrialRow } from '../../training/search/summary';
import { loadSweepFile, type SweepFile } from '../../training/search/sweep-file';
import { experimentPath, loadExperiment, type ExperimentSource } from '../runs/experiment';
import {
  findSweep,
  journalPath,
  listSweeps,
  SWEEP_PREFIX,
  sweepPath,
  type SweepFolder,
} from './sweep-folder';

/** How to begin or go on with a sweep. */
export interface OpenSweepOptions {
  /** Sweep file: a path, or a name from `experiments/sweeps/`. May be left out with `resume`. */
  file?: string;
  /** Sweep to go on with: id, part of one, folder or `latest`. */
  resume?: string;
  /** Default `own`. A resumed sweep keeps its engine. */
  engine?: 'own' | 'optuna';
  /** Trials in all; default `run_cap`, or every cell of a grid. */
  trials?: number;
  /** Folder of the runs. Default `TRM_RUNS_DIR`. */
  runs?: string;
}

/**
 * Begins a sweep (its folder and journal are made) or reads one to go on with.
 * @throws ConfigError when the file is wrong, names an unknown key or draws a value that the experiment refuses
 * @throws UserError when what is asked for does not fit the sweep to resume
 */
export async function openSweep(options: OpenSweepOptions): Promise<SweepFolder> {
  const { file, resume, runs = runsDir() } = options;
  if (resume === undefined && file === undefined)
    throw new UserError('expected a sweep file, got none', 'for example: trm sweep learning-rate');
  if (resume !== undefined) return resumeSweep(resume, options, runs);
  const { name, sweep } = loadSweepFile(sweepPath(file ?? ''));
  const engine = options.engine ?? 'own';
  const trials = trialCount(sweep, options.trials);
  const { rungs, configHash } = await settle(sweep);
  // Optuna draws as it goes: there, one draw of ours shows at least that all names are right.
  if (engine === 'own') await tryAll(sweep, trials, rungs);
  else await tryAll({ ...sweep, method: 'random' }, 1, rungs);
  const id = `${SWEEP_PREFIX}${newRunId(sweep.name ?? name)}`;
  const journal: SweepJournal = {
    version: SWEEP_VERSION,
    id,
    createdAt: new Date().toISOString(),
    finishedAt: null,
    sweep,
    experiment: sweep.experiment,
    experimentPath: experimentPath(sweep.experiment),
    configHash,
    engine,
    engineVersion: null,
    trials,
    rungs,
    results: [],
  };
  const folder = join(runs, id);
  return { id, folder, journal, sweep };
}

/** Writes the journal of a sweep that begins, when its engine could be started. */
export async function beginSweep(opened: SweepFolder, engine: SearchEngine): Promise<SweepFolder> {
  const { journal } = opened;
  if (
    journal.engineVersion !== null &&
    journal.engineVersion !== engine.version &&
    journal.results.length > 0
  )
    throw new UserError(
      `sweep ${opened.id} was begun with Optuna ${journal.engineVersion}, found ${engine.version}`,
      `install that version, or start a new sweep`,
    );
  const begun = { ...journal, engineVersion: engine.version };
  await writeJsonAtomic(journalPath(opened), begun);
  return { ...opened, journal: begun };
}

/** The engine of a sweep. @throws ConfigError when Optuna is needed and missing, or the method does not fit */
export function createEngine({ journal, sweep }: SweepFolder): Promise<SearchEngine> {
  const plan = planOf(sweep, journal);
  return journal.engine === 'optuna' ? createOptunaEngine(plan) : Promise.resolve(createOwnEngine(plan));
}

function planOf(sweep: SweepFile, { trials, rungs }: Pick<SweepJournal, 'trials' | 'rungs'>): SearchPlan {
  return {
    method: sweep.method,
    parameters: sweep.parameters,
    seed: sweep.trm.seed,
    goal: sweep.metric.goal,
    eta: sweep.early_terminate?.eta ?? 3,
    rungs: rungs.length,
    trials,
  };
}

async function resumeSweep(resume: string, options: OpenSweepOptions, runs: string): Promise<SweepFolder> {
  const opened = await findSweep(resume, runs);
  const { journal, sweep, id } = opened;
  const refuse = (what: string, expected: string, got: string): never => {
    throw new UserError(
      `sweep ${id}: expected ${what} ${expected}, got ${got}`,
      'leave it out, or start a new sweep',
    );
  };
  if (options.engine !== undefined && options.engine !== journal.engine)
    refuse('--engine', journal.engine, options.engine);
  if (options.trials !== undefined && options.trials !== journal.trials)
    refuse('--trials', String(journal.trials), String(options.trials));
  if (options.file !== undefined) {
    const given = loadSweepFile(sweepPath(options.file)).sweep;
    if (canonicalJson(given) !== canonicalJson(sweep))
      refuse('the file that it was begun with', canonicalJson(sweep), canonicalJson(given));
  }
  const { configHash } = await settle(sweep);
  if (configHash !== journal.configHash)
    refuse(`experiment ${sweep.experiment} with config`, journal.configHash, configHash);
  return opened;
}

/** Rungs and the hash of the experiment as it is without parameters. @throws ConfigError */
async function settle(sweep: SweepFile): Promise<{ rungs: (number | null)[]; configHash: string }> {
  for (const name of Object.keys(sweep.parameters)) checkName(name, sweep);
  const { config, hash } = await loadExperiment({ experiment: sweep.experiment });
  const { maxSteps, maxSeconds } = config.train;
  return {
    rungs: rungBudgets(sweep.early_terminate, sweep.trm.budget === 'steps' ? maxSteps : maxSeconds),
    configHash: hash,
  };
}

function checkName(name: string, { early_terminate }: SweepFile): void {
  if (!name.startsWith('train.'))
    throw new ConfigError(
      `parameters: expected keys of the train stage, got "${name}"`,
      'trials share the data of the experiment; make an experiment of its own for other data',
    );
  if (early_terminate && (name === 'train.maxSteps' || name === 'train.maxSeconds'))
    throw new ConfigError(`parameters: "${name}" is set by early_terminate`, 'leave out one of the two');
}

/** Draws every trial once, so that a bad one is known before the first is trained. @throws ConfigError */
async function tryAll(sweep: SweepFile, trials: number, rungs: SweepJournal['rungs']): Promise<void> {
  const settings = trialSettings({ ...sweep, seed: sweep.trm.seed });
  for (let trial = 0; trial < trials; trial++) {
    try {
      // The first rung's budget: a warm-up that does not end within it is refused here.
      await loadExperiment(trialSource(sweep, settings(trial), rungs[0]));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`trial ${trial}: ${error.message}`, error.hint, { cause: error });
    }
  }
}

/**
 * A trial at a rung as an experiment with overrides.
 * @param budget of the rung; null: the experiment's own
 */
export function trialSource(
  { experiment, trm }: Pick<SweepFile, 'experiment' | 'trm'>,
  parameters: Readonly<Record<string, unknown>>,
  budget: number | null,
): ExperimentSource {
  const steps = trm.budget === 'steps';
  const limits = { 'train.maxSteps': steps ? budget : null, 'train.maxSeconds': steps ? null : budget };
  return { experiment, overrides: { ...parameters, ...(budget === null ? {} : limits) } };
}

function trialCount(sweep: SweepFile, wanted: number | undefined): number {
  const cells = gridSize({ ...sweep, seed: sweep.trm.seed });
  const asked = wanted ?? sweep.run_cap ?? cells;
  if (asked === null)
    throw new ConfigError(
      `method ${sweep.method} has no end of its own: expected run_cap or --trials, got neither`,
      'for example: run_cap: 9',
    );
  return cells === null ? asked : Math.min(asked, cells);
}

/** Trials as rows, the best first. */
export function sweepRows({ journal, sweep }: Pick<SweepFolder, 'journal' | 'sweep'>): TrialRow[] {
  return trialRows(journal, sweep.metric.goal);
}

/** Ids of the sweeps, newest first. */
export function sweepIds(runs = runsDir()): string[] {
  return listSweeps(runs).map((folder) => basename(folder));
}

/**
 * The trials of a sweep as flat rows for a table or a plot, the best first: numbers, metric with interval, parameters.
 * @param id sweep id, part of one, folder, or `latest` (default)
 */
export async function sweepTable(id = 'latest', runs = runsDir()): Promise<Record<string, unknown>[]> {
  const opened = await findSweep(id, runs);
  return sweepRows(opened).map(
    ({ trial, rung, budget, state, value, interval, steps, seconds, parameters }) => ({
      trial,
      rung,
      budget,
      state,
      [opened.sweep.metric.name]: value,
      low: interval?.[0] ?? null,
      high: interval?.[1] ?? null,
      steps,
      seconds,
      ...parameters,
    }),
  );
}

/** Writes `best.yaml`, an experiment with the best trial's parameters. @returns its path; undefined when no trial ended well */
export async function writeBest(opened: SweepFolder): Promise<string | undefined> {
  const { folder, journal, sweep } = opened;
  const best = sweepRows(opened).find(({ value }) => value !== null);
  if (!best) return undefined;
  const path = join(folder, 'best.yaml');
  const extended = relative(folder, journal.experimentPath);
  await writeFileAtomic(path, bestExperiment(journal, best, extended, sweep.metric.name));
  return path;
}
