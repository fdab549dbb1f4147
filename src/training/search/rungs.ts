import { ConfigError } from '../../core/errors';
import type { TrialResult } from '../../records/sweep';
import type { EarlyTerminate } from './sweep-file';

/**
 * Budgets of the rungs, ascending: `min_iter * eta^k` as long as they are below the last one, or `max_iter / eta^k` for
 * k = s..0, rounded down.
 * @param full budget of an experiment that says when to end; null when it does not in this unit
 * @returns `[null]` without early termination: one rung with the experiment's own budget
 * @throws ConfigError when there is no last budget, or no room for a first one
 */
export function rungBudgets(early: EarlyTerminate | undefined, full: number | null): (number | null)[] {
  if (!early) return [null];
  const { min_iter: first, s, eta } = early;
  const last = early.max_iter ?? full;
  if (last === null)
    throw new ConfigError(
      'early_terminate has no max_iter, and the experiment has no budget in that unit',
      'add max_iter, or set trm.budget to the unit of the experiment (train.maxSteps or train.maxSeconds)',
    );
  const below: number[] = [];
  if (first !== undefined) for (let at = first; at < last; at *= eta) below.push(at);
  else for (let k = s ?? 0; k > 0; k--) below.push(Math.floor(last / eta ** k));
  if (below.length === 0 || below[0] < 1)
    throw new ConfigError(
      `early_terminate: expected a first rung between 1 and the last budget ${last}, got ${below[0] ?? first}`,
      'lower min_iter or s, or raise max_iter',
    );
  return [...below, last];
}

/** What {@link nextRungJob} reads. */
export interface RungPlan {
  /** Trials in all. */
  trials: number;
  /** Number of rungs. */
  rungs: number;
  /** One of `eta` goes on. */
  eta: number;
  goal: 'minimize' | 'maximize';
}

/**
 * Successive halving (Jamieson and Talwalkar 2016, arXiv 1502.07943): all trials are trained to the first rung, the best
 * `floor(n / eta)` of those `n` (at least one) go on to the next, and so on. Trials that failed are not among the best.
 * A function of the results alone, so that a search that was cut off anywhere goes on as if it had not been.
 * @returns trial and rung to train next, or null at the end
 */
export function nextRungJob(
  results: readonly TrialResult[],
  { trials, rungs, eta, goal }: RungPlan,
): { trial: number; rung: number } | null {
  let field = Array.from({ length: trials }, (_, trial) => trial);
  for (let rung = 0; rung < rungs && field.length > 0; rung++) {
    const done = new Map(
      results.filter((result) => result.rung === rung).map((result) => [result.trial, result]),
    );
    const missing = field.find((trial) => !done.has(trial));
    if (missing !== undefined) return { trial: missing, rung };
    const fit = field.flatMap((trial) => {
      const result = done.get(trial);
      return result && result.value !== null ? [result] : [];
    });
    const most = Math.max(1, Math.floor(field.length / eta));
    // In the order of trials, so that the journal reads well.
    field = rankResults(fit, goal)
      .slice(0, most)
      .map(({ trial }) => trial)
      .sort((a, b) => a - b);
  }
  return null;
}

/** Results with a value, the best first; ties go to the earlier trial. */
export function rankResults(results: readonly TrialResult[], goal: RungPlan['goal']): TrialResult[] {
  const sign = goal === 'maximize' ? -1 : 1;
  return results
    .filter(({ value }) => value !== null)
    .sort((a, b) => sign * ((a.value ?? 0) - (b.value ?? 0)) || a.trial - b.trial);
}
