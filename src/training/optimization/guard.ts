import { z } from 'zod';

/** When a run counts as diverging though its loss is still a number. */
export const guardSchema = z.strictObject({
  /** A loss above this multiple of its running mean is a spike. */
  factor: z.number().gt(1).default(5),
  /** Spikes in a row that stop the run. */
  patience: z.int().positive().default(20),
  /** Steps of a curriculum phase before the guard watches. */
  afterSteps: z.int().nonnegative().default(200),
});
/** A value of {@link guardSchema}. */
export type GuardConfig = z.output<typeof guardSchema>;

/** What the guard remembers. */
export interface GuardState {
  /** Running mean of the loss. */
  mean: number;
  /** Steps seen in this phase. */
  steps: number;
  /** Spikes in a row. */
  spikes: number;
}

/** The guard at the beginning of a run or phase. */
export const freshGuard = (): GuardState => ({ mean: 0, steps: 0, spikes: 0 });

/** Share of the old mean that stays at each step. */
const MEMORY = 0.98;

/** The guard after one more loss; spikes are left out of the mean. The run stops when `spikes` reaches `patience`. */
export function watchLoss(
  { mean, steps, spikes }: GuardState,
  loss: number,
  config: GuardConfig,
): GuardState {
  if (steps >= config.afterSteps && loss > config.factor * mean)
    return { mean, steps: steps + 1, spikes: spikes + 1 };
  // The first steps weigh more, so that the mean does not start from 0.
  const keep = Math.min(MEMORY, steps / (steps + 1));
  return { mean: keep * mean + (1 - keep) * loss, steps: steps + 1, spikes: 0 };
}
