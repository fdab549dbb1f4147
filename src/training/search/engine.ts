import { ConfigError } from '../../core/errors';
import { seedStream } from '../../core/rng';
import type { TrialResult } from '../../records/sweep';
import { gridValues, sampleParameter, type Parameter, type Setting } from './distribution';
import { nextRungJob, type RungPlan } from './rungs';

/** Values of a trial's parameters by experiment key. */
export type Settings = Record<string, Setting>;

/** A piece of work: train a trial to a rung. */
export interface Job {
  trial: number;
  rung: number;
  parameters: Settings;
}

/**
 * What decides which trial is trained next. It is asked with all results so far and must answer the same when asked
 * again, in this process or in a later one: that is what makes a sweep resumable.
 */
export interface SearchEngine {
  name: 'own' | 'optuna';
  /** Version of a foreign engine. */
  version: string | null;
  /** The next job, or null when the search is at its end. */
  next(results: readonly TrialResult[]): Promise<Job | null>;
  close(): Promise<void>;
}

/** Settings of an engine. */
export interface SearchPlan extends RungPlan {
  method: 'random' | 'grid' | 'bayes';
  parameters: Readonly<Record<string, Parameter>>;
  seed: number;
}

/**
 * Random or grid search with successive halving. Trial i's parameters depend on (seed, i, name) alone: neither other
 * trials nor other parameters change them.
 * @throws ConfigError for `bayes`, and for a grid over a distribution without steps
 */
export function createOwnEngine(plan: SearchPlan): SearchEngine {
  const draw = trialSettings(plan);
  return {
    name: 'own',
    version: null,
    next(results) {
      const job = nextRungJob(results, plan);
      return Promise.resolve(job && { ...job, parameters: draw(job.trial) });
    },
    close: () => Promise.resolve(),
  };
}

/** What {@link trialSettings} and {@link gridSize} read. */
export type SpacePlan = Pick<SearchPlan, 'method' | 'parameters' | 'seed'>;

/** The parameters of a trial by its number. @throws ConfigError as {@link createOwnEngine} */
export function trialSettings({ method, parameters, seed }: SpacePlan): (trial: number) => Settings {
  if (method === 'bayes')
    throw new ConfigError(
      'method bayes: the own engine draws at random or walks a grid',
      'use --engine optuna, or method: random',
    );
  if (method === 'grid') return gridCell(parameters);
  return (trial) =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, parameter]) => [
        name,
        sampleParameter(parameter, seedStream(seed, 'sweep', trial, name)),
      ]),
    );
}

/** Cells of a grid; null for other methods. @throws ConfigError when a parameter has no end of values */
export function gridSize({ method, parameters }: SpacePlan): number | null {
  if (method !== 'grid') return null;
  return axes(parameters).reduce((product, { values }) => product * values.length, 1);
}

/** Cell i of the grid; the last parameter changes fastest. */
function gridCell(parameters: SearchPlan['parameters']): (trial: number) => Settings {
  const all = axes(parameters);
  return (trial) => {
    let left = trial;
    const cell = all.toReversed().map(({ name, values }): [string, Setting] => {
      const value = values[left % values.length];
      left = Math.floor(left / values.length);
      return [name, value];
    });
    return Object.fromEntries(cell.reverse());
  };
}

function axes(parameters: SearchPlan['parameters']): { name: string; values: Setting[] }[] {
  return Object.entries(parameters).map(([name, parameter]) => {
    const values = gridValues(parameter);
    if (values) return { name, values };
    throw new ConfigError(
      `method grid: ${name} has the distribution ${parameter.distribution}, which has no steps`,
      'give values, int_uniform or q_uniform, or use method: random',
    );
  });
}
