import type { OptimizerConfig, TrainConfig } from './config';

/** How far a run is. */
export interface Progress {
  /** Optimizer steps done. */
  step: number;
  /** Wall seconds of training so far, those before a resume included. */
  seconds: number;
}

/** Share of the budget used, 0..1: the larger of the shares of steps and of seconds. */
export function budgetUsed(
  { step, seconds }: Progress,
  { maxSteps, maxSeconds }: Pick<TrainConfig, 'maxSteps' | 'maxSeconds'>,
): number {
  const bySteps = maxSteps === null ? 0 : step / maxSteps;
  const bySeconds = maxSeconds === null ? 0 : seconds / maxSeconds;
  return Math.min(1, Math.max(bySteps, bySeconds));
}

/**
 * Warm-up, stable, decay (arXiv 2404.06395): linear from 0 over `warmupSteps`, constant, then linear down to
 * `finalShare` over the last `decayShare` of the budget.
 * @param step optimizer steps done before this one
 * @param used share of the budget used, 0..1
 */
export function learningRate(step: number, used: number, config: OptimizerConfig): number {
  const { learningRate: peak, warmupSteps, decayShare, finalShare } = config;
  const warm = warmupSteps === 0 ? 1 : Math.min(1, (step + 1) / warmupSteps);
  const left = decayShare === 0 ? 1 : Math.min(1, (1 - used) / decayShare);
  return peak * Math.min(warm, finalShare + (1 - finalShare) * left);
}

/** Share of the budget from which on the rate falls; below it, {@link learningRate} does not look at the budget. */
export function decayBegin({ decayShare }: Pick<OptimizerConfig, 'decayShare'>): number {
  return 1 - decayShare;
}

/** Decay of the averaged weights at optimizer step t (0-based): min(most, (1 + t) / (10 + t)). */
export function emaDecay(t: number, most: number): number {
  return Math.min(most, (1 + t) / (10 + t));
}
