import { stringify } from 'yaml';
import type { SweepJournal, TrialResult } from '../../records/sweep';
import { rankResults, type RungPlan } from './rungs';

/** One trial of a sweep, as tables show it: its last rung. */
export interface TrialRow extends TrialResult {
  /** Budget of that rung; null: the experiment's own. */
  budget: number | null;
}

/**
 * Trials, the best first: those that got further stand before those that were stopped earlier, since figures of different
 * rungs do not compare; then by the metric; then those that failed.
 */
export function trialRows({ results, rungs }: SweepJournal, goal: RungPlan['goal']): TrialRow[] {
  const last = new Map<number, TrialResult>();
  for (const result of results) {
    const before = last.get(result.trial);
    if (!before || result.rung > before.rung) last.set(result.trial, result);
  }
  const rows = [...last.values()];
  const ranked = rungs
    .map((_budget, rung) =>
      rankResults(
        rows.filter((row) => row.rung === rung),
        goal,
      ),
    )
    .reverse()
    .flat();
  const failed = rows.filter(({ value }) => value === null).sort((a, b) => a.trial - b.trial);
  return [...ranked, ...failed].map((row) => ({ ...row, budget: rungs[row.rung] }));
}

/** How much a parameter has to do with the metric, over the first rung, to which every trial was trained. */
export interface ParameterImportance {
  name: string;
  /** Trials behind the figure. */
  trials: number;
  /**
   * Share of the variance of the metric's ranks that goes with the parameter, 0..1: the squared rank correlation (Spearman) of numbers, the
   * correlation ratio of other values. One parameter at a time: it sees no interaction, and few trials make it large by chance.
   */
  share: number;
  /** Sign of the rank correlation: 1, more is better; -1, less is better; null for values without an order. */
  direction: 1 | -1 | 0 | null;
}

/** Importance of every parameter that varied, the largest first; empty with fewer than four trials. */
export function parameterImportance(
  { results }: SweepJournal,
  goal: RungPlan['goal'],
): ParameterImportance[] {
  const first = results.filter(({ rung, value }) => rung === 0 && value !== null);
  if (first.length < 4) return [];
  const sign = goal === 'maximize' ? 1 : -1;
  const scores = ranks(first.map(({ value }) => sign * (value ?? 0)));
  const names = [...new Set(first.flatMap(({ parameters }) => Object.keys(parameters)))];
  return names
    .flatMap((name): ParameterImportance[] => {
      const values = first.map(({ parameters }) => parameters[name]);
      const kinds = new Set(values.map((value) => JSON.stringify(value)));
      if (kinds.size < 2) return [];
      const trials = first.length;
      if (!values.every((value) => typeof value === 'number'))
        return [{ name, trials, share: correlationRatio(values, scores), direction: null }];
      const r = correlation(ranks(values), scores);
      return [{ name, trials, share: r * r, direction: Math.sign(r) as 1 | -1 | 0 }];
    })
    .sort((a, b) => b.share - a.share);
}

/** Ranks from 1, ties share their mean rank. */
function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const scatter = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
};

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const together = a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0);
  const apart = Math.sqrt(scatter(a) * scatter(b));
  return apart === 0 ? 0 : together / apart;
}

function correlationRatio(groups: readonly unknown[], scores: readonly number[]): number {
  const by = new Map<string, number[]>();
  groups.forEach((group, i) => {
    const key = JSON.stringify(group);
    by.set(key, [...(by.get(key) ?? []), scores[i]]);
  });
  const all = scatter(scores);
  const within = [...by.values()].reduce((sum, members) => sum + scatter(members), 0);
  return all === 0 ? 0 : 1 - within / all;
}

/** Parameters as `--set` flags, ready for a shell. */
export function settingFlags(parameters: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(parameters).map(([name, value]) => {
    const text = `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
    return `--set ${/^[\w.=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`}`;
  });
}

/**
 * An experiment file with a trial's parameters.
 * @param extended the experiment's path as seen from the file
 */
export function bestExperiment(
  { id, results, rungs }: SweepJournal,
  best: TrialResult,
  extended: string,
  metric: string,
): string {
  const tree: Record<string, unknown> = { extends: extended };
  for (const [name, value] of Object.entries(best.parameters)) {
    const keys = name.split('.');
    const leaf = keys.slice(0, -1).reduce((at, key) => (at[key] ??= {}) as Record<string, unknown>, tree);
    leaf[keys[keys.length - 1]] = value;
  }
  const trials = new Set(results.map(({ trial }) => trial)).size;
  const budget = rungs[best.rung];
  return [
    `# Trial ${best.trial} of sweep ${id}, the best of ${trials}: ${metric} ${best.value}`,
    `# ${budget === null ? "with the experiment's own budget" : `at a budget of ${budget}`} (${best.steps} steps); the budget here is the experiment's.`,
    stringify(tree),
  ].join('\n');
}
