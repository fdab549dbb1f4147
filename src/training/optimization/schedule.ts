import type { z } from 'zod';
import type { EarlyDecay } from '../../records/early-decay';
import type { OptimizerConfig, RunConfig } from '../run-config';

/** How far a run is. */
export interface Progress {
  /** Optimizer steps done. */
  step: number;
  /** Wall seconds of training so far, those before a resume included. */
  seconds: number;
}

/** The limits of a run. */
export type Budget = Pick<RunConfig, 'maxSteps' | 'maxSeconds'>;

/** Share of the budget used, 0..1: the larger of the shares of steps and of seconds. */
export function budgetUsed({ step, seconds }: Progress, { maxSteps, maxSeconds }: Budget): number {
  const bySteps = maxSteps === null ? 0 : step / maxSteps;
  const bySeconds = maxSeconds === null ? 0 : seconds / maxSeconds;
  return Math.min(1, Math.max(bySteps, bySeconds));
}

/**
 * Warm-up, stable, decay (arXiv 2404.06395): linear from 0 over the first `warmupShare` of the budget (or over
 * `warmupSteps`, where they are given), constant, then linear down to `finalShare` over the last `decayShare`.
 * @param step optimizer steps done before this one
 * @param used share of the budget used, 0..1
 * @param early a decay that ends the run before its budget does: linear from its own rate down to the same end. Default none
 */
export function learningRate(
  step: number,
  used: number,
  { maxSteps, optimizer }: { maxSteps: number | null; optimizer: OptimizerConfig },
  early: EarlyDecay | null = null,
): number {
  const { learningRate: peak, decayShare, finalShare } = optimizer;
  if (early !== null && step >= early.from) {
    // Asked for at the very beginning of a warm-up, the rate is below that of the end.
    const end = Math.min(early.rate, peak * finalShare);
    return end + (early.rate - end) * Math.max(0, 1 - (step - early.from) / early.steps);
  }
  const left = decayShare === 0 ? 1 : Math.min(1, (1 - used) / decayShare);
  return peak * Math.min(warmth(step, used, maxSteps, optimizer), finalShare + (1 - finalShare) * left);
}

/** How far the warm-up is, 0..1. Steps count the one that is about to be made, so that the first moves the weights too. */
function warmth(
  step: number,
  used: number,
  maxSteps: number | null,
  { warmupShare, warmupSteps }: OptimizerConfig,
): number {
  if (warmupSteps !== null) return warmupSteps === 0 ? 1 : Math.min(1, (step + 1) / warmupSteps);
  if (warmupShare === 0) return 1;
  const after = maxSteps === null ? used : Math.max(used, (step + 1) / maxSteps);
  return Math.min(1, after / warmupShare);
}

/**
 * Share of the budget from which on the rate falls. Below it, a run with {@link OptimizerConfig.warmupSteps} does not
 * look at the budget.
 */
export function decayBegin({ decayShare }: Pick<OptimizerConfig, 'decayShare'>): number {
  return 1 - decayShare;
}

/** Decay of the averaged weights at optimizer step t (0-based): min(most, (1 + t) / (10 + t)). */
export function emaDecay(t: number, most: number): number {
  return Math.min(most, (1 + t) / (10 + t));
}

/**
 * True when a step ends where an evaluation is due: every `evaluateEvery` steps, or each time another `evaluateShare` of
 * the budget is used, so that a slow machine evaluates as often as a fast one.
 * @param from share of the budget used before the step
 * @param to share used after it
 */
export function evaluationDue(
  step: number,
  { from, to }: { from: number; to: number },
  { evaluateEvery, evaluateShare }: Pick<RunConfig, 'evaluateEvery' | 'evaluateShare'>,
): boolean {
  if (evaluateShare === null) return step % evaluateEvery === 0;
  // 0.3 / 0.1 is a little below 3.
  const count = (used: number): number => Math.floor(used / evaluateShare + 1e-9);
  return count(to) > count(from);
}

/** What {@link refuseMachineBound} reads. */
export type Schedule = Budget & Pick<RunConfig, 'optimizer' | 'phases'>;

/**
 * Refinement of a schema: refuses a warm-up that does not end before the rate falls, and counts of steps beside a budget
 * of seconds. How many steps fit into seconds is the machine's doing: on a slow one the rate would fall before it has
 * risen, and the last phases of a curriculum would never begin.
 */
export function refuseMachineBound(
  { maxSteps, maxSeconds, optimizer, phases }: Schedule,
  context: z.RefinementCtx,
): void {
  const { warmupShare, warmupSteps, decayShare } = optimizer;
  const refuse = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const inSeconds =
    'with a budget in seconds (maxSeconds): how many steps fit into it depends on the machine';
  if (warmupSteps === null) {
    // 0.7 + 0.3 is 1 for people.
    if (warmupShare + decayShare > 1 + 1e-9)
      refuse(
        ['optimizer', 'warmupShare'],
        `expected at most ${1 - decayShare}, what decayShare leaves: the rate would fall before it has risen`,
      );
  } else if (maxSeconds !== null)
    refuse(['optimizer', 'warmupSteps'], `expected null and a warmupShare ${inSeconds}`);
  else if (maxSteps !== null && warmupSteps > maxSteps * decayBegin(optimizer) + 1e-9)
    refuse(
      ['optimizer', 'warmupSteps'],
      `expected at most ${Math.floor(maxSteps * decayBegin(optimizer))}, the steps of ${maxSteps} before the rate falls`,
    );
  const counted = phases.findIndex(({ untilStep }) => untilStep !== null);
  if (counted >= 0 && maxSeconds !== null)
    refuse(['phases', counted, 'untilStep'], `expected untilShare instead ${inSeconds}`);
}
