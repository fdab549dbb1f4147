import { basename, join } from 'node:path';
import { existsSync } from 'node:fs';
import { DataError } from '../core/errors';
import { formatDuration } from '../core/progress';
import type { TrialResult } from '../records/sweep';
import { findSweep, listSweeps, type SweepFolder } from '../pipeline/sweeps/sweep-folder';
import { sweepRows } from '../pipeline/sweeps/sweep';
import type { Job } from '../training/search/engine';
import {
  parameterImportance,
  settingFlags,
  type ParameterImportance,
  type TrialRow,
} from '../training/search/summary';
import { columns } from './cli/command';

/** One line of `trm sweep list`. */
export interface SweepSummary {
  id: string;
  folder: string;
  state: 'done' | 'unfinished' | 'damaged';
  /** Why its journal cannot be read; null when it can. */
  problem: string | null;
  /** Trials with a result, of all. */
  trials: string;
  /** Best value so far; empty when there is none. */
  best: string;
}

/** A sweep as `--json` prints it. */
export interface SweepResult {
  id: string;
  folder: string;
  finished: boolean;
  engine: string;
  metric: { name: string; goal: string };
  /** The best trial; null when none ended well. */
  best: TrialRow | null;
  /** Its parameters as flags of `trm train` and `trm run`. */
  flags: string[];
  /** `best.yaml`; null before the end. */
  bestFile: string | null;
  trials: TrialRow[];
  importance: ParameterImportance[];
}

/** Summaries of all sweeps, newest first; one whose journal is damaged is among them, with the problem. */
export function summarizeSweeps(runs?: string): Promise<SweepSummary[]> {
  return Promise.all(listSweeps(runs).map(summarizeSweep));
}

async function summarizeSweep(folder: string): Promise<SweepSummary> {
  let opened: SweepFolder;
  try {
    opened = await findSweep(folder);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const empty = { trials: '', best: '' };
    return { id: basename(folder), folder, state: 'damaged', problem: error.message, ...empty };
  }
  const { best, id, trials } = sweepResult(opened);
  return {
    id,
    folder,
    state: opened.journal.finishedAt === null ? 'unfinished' : 'done',
    problem: null,
    trials: `${trials.length}/${opened.journal.trials}`,
    best: best === null ? '' : formatValue(best.value),
  };
}

/** Everything there is to say about a sweep. */
export function sweepResult(opened: SweepFolder): SweepResult {
  const { id, folder, journal, sweep } = opened;
  const trials = sweepRows(opened);
  const best = trials.find(({ value }) => value !== null) ?? null;
  const file = join(folder, 'best.yaml');
  return {
    id,
    folder,
    finished: journal.finishedAt !== null,
    engine: journal.engine + (journal.engineVersion === null ? '' : ` ${journal.engineVersion}`),
    metric: sweep.metric,
    best,
    flags: best === null ? [] : settingFlags(best.parameters),
    bestFile: existsSync(file) ? file : null,
    trials,
    importance: parameterImportance(journal, sweep.metric.goal),
  };
}

/** A sweep for people: trials, importance, the best one's flags. */
export function formatSweep(opened: SweepFolder): string {
  const { sweep, journal } = opened;
  const { id, finished, metric, trials, flags, bestFile, importance, engine } = sweepResult(opened);
  const names = Object.keys(sweep.parameters);
  const lines = [
    `${id}  ${finished ? 'done' : `${trials.length} of ${journal.trials} trials begun`}, engine ${engine}, ${metric.goal} ${metric.name}`,
    columns([
      ['TRIAL', 'RUNG', 'BUDGET', metric.name.toUpperCase(), '95 %', 'STEPS', 'TIME', ...names],
      ...trials.map((row) => trialCells(row, names, journal.rungs.length)),
    ]),
  ];
  if (importance.length > 0)
    lines.push(
      `share of the variance of ${metric.name} at the first rung that goes with a parameter, alone (n ${importance[0].trials}):`,
      columns(
        importance.map(({ name, share, direction }) => [
          `  ${name}`,
          `${(100 * share).toFixed(0)} %`,
          direction === null || direction === 0 ? '' : direction > 0 ? 'more is better' : 'less is better',
        ]),
      ),
    );
  if (flags.length > 0) lines.push('best:', `  ${flags.join(' ')}`);
  if (bestFile !== null) lines.push(`  ${bestFile}`);
  if (!finished) lines.push(`go on: bin/trm sweep --resume ${id}`);
  return lines.join('\n');
}

function trialCells(row: TrialRow, names: readonly string[], rungs: number): string[] {
  const interval = row.interval?.map((end) => formatValue(end)).join(' to ') ?? '';
  return [
    String(row.trial),
    `${row.rung + 1}/${rungs}`,
    row.budget === null ? '' : String(row.budget),
    row.value === null ? row.state : formatValue(row.value),
    interval,
    String(row.steps),
    formatDuration(row.seconds),
    ...names.map((name) => text(row.parameters[name])),
  ];
}

const formatValue = (value: number | null): string => (value === null ? '' : value.toFixed(4));
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A job before it begins, one line. */
export function formatJob({ trial, rung, parameters }: Job, { journal }: SweepFolder): string {
  const settings = Object.entries(parameters).map(([name, value]) => `${name}=${text(value)}`);
  return `trial ${trial} of ${journal.trials}, rung ${rung + 1} of ${journal.rungs.length}: ${settings.join(' ')}`;
}

/** A result, one line. */
export function formatResult(
  { state, value, reason, steps, seconds }: TrialResult,
  { sweep }: SweepFolder,
): string {
  const what = state === 'done' ? `${sweep.metric.name} ${formatValue(value)}` : `${state}: ${reason}`;
  return `  ${what} after ${steps} steps, ${formatDuration(seconds)}`;
}
