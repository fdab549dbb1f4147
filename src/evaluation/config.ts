import { z } from 'zod';
import { MAX_ROWS_PER_GROUP } from '../metrics/cap-per-group';

/** Version of the evaluate stage's code; part of its key. */
export const EVALUATE_VERSION = 3;

/** Config of the evaluate stage. */
export const evaluateConfigSchema = z.strictObject({
  /** Supervision steps to measure at; the first one is the model's own when the list is empty. */
  supervisionSteps: z.array(z.int().positive()).default([1, 2, 4, 8]),
  /** Steps that the calibration, the tables by family and repair use; null = the model's own. */
  mainSteps: z.int().positive().nullable().default(null),
  /** Edits kept for each function. */
  topK: z.int().positive().max(64).default(5),
  /** Most test samples, most validation samples for the calibration, and most samples of a benchmark; null = all. Taken by id, not by order. */
  maxSamples: z.int().positive().nullable().default(null),
  /** Most samples of a group (package, module, repository) in test and validation; null = all. Frozen benchmarks are taken whole. */
  maxRowsPerGroup: z.int().positive().nullable().default(MAX_ROWS_PER_GROUP),
  /** Share of clean functions that the threshold must leave alone. */
  targetCleanKept: z.number().min(0).max(1).default(0.95),
  /** Findings in 1,000 lines of clean code that the threshold allows. */
  targetFindingsPer1000Lines: z.number().nonnegative().default(2),
  /** Share of functions with a bug that confidences are stated for. */
  baseRate: z.number().gt(0).lt(1).default(0.05),
  /** The threshold is never below this. */
  leastThreshold: z.number().min(0).max(1).default(0.1),
  /**
   * Frozen sets to measure as well: benchmarks of the project, `real-dev` or `real-dev2` (`loadSet`), `real-files` (its reserved
   * repositories); see also `trm evaluate`.
   */
  benchmarks: z.array(z.string().min(1)).default(['synthetic-9']),
  /** Functions whose latency is measured one by one. */
  latencySamples: z.int().nonnegative().default(100),
  /** Program tokens of a batch, padding included. */
  batchTokens: z.int().positive().default(4096),
});
/** A value of {@link evaluateConfigSchema}. */
export type EvaluateConfig = z.output<typeof evaluateConfigSchema>;
