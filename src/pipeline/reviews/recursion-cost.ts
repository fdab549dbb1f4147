import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../core/files';
import { projectRoot } from '../../core/paths';

/** What recursion costs, as `bench/recursion-cost.ts` measured it: one factor at a time around a default. */
export const recursionCostSchema = z.strictObject({
  /** UTC day. */
  measuredOn: z.string(),
  processor: z.string(),
  threads: z.int().positive(),
  engine: z.string(),
  /** Processes that wanted to run, besides the bench, when it began (load average): well above 0, the times say little. */
  load: z.number().nonnegative(),
  /** The point that all factors share: a preset's name and numbers. */
  around: z.record(z.string(), z.union([z.string(), z.number()])),
  factors: z.array(
    z.strictObject({
      /** What is varied: `recursions` (T), `latentUpdates` (n), `supervisionSteps` (N_sup), `length`, `rows`, `preset`. */
      factor: z.string(),
      points: z.array(
        z.strictObject({
          value: z.union([z.string(), z.number()]),
          /** Median milliseconds to train on a batch from start to end (N_sup optimizer steps), and to answer it. */
          trainMilliseconds: z.number().positive(),
          inferMilliseconds: z.number().positive(),
          /** Operations of the core for both, in 10^9. */
          trainGflop: z.number().positive(),
          inferGflop: z.number().positive(),
        }),
      ),
    }),
  ),
});
/** A value of {@link recursionCostSchema}. */
export type RecursionCost = z.infer<typeof recursionCostSchema>;

/** The committed measurement. @throws DataError when it is missing or damaged */
export function readRecursionCost(): Promise<RecursionCost> {
  return readJson(join(projectRoot(), 'experiments', 'recursion-cost.json'), recursionCostSchema);
}
