import { z } from 'zod';

/** Version of the journal's layout; a foreign one is refused. */
export const SWEEP_VERSION = 1;

const settings = z.record(z.string(), z.unknown());

/** What came of training one trial to one rung. */
export const trialResultSchema = z.strictObject({
  /** Number of the trial, from 0. */
  trial: z.int().nonnegative(),
  /** Number of the rung, from 0. */
  rung: z.int().nonnegative(),
  /** Experiment keys and their values. */
  parameters: settings,
  /** `diverged`: the loss went to nowhere; `failed`: the training ended for another reason. */
  state: z.enum(['done', 'diverged', 'failed']),
  /** The metric at the end; null unless done. */
  value: z.number().nullable(),
  /** 95 % interval of the metric; null where its distribution is not known. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** Optimizer steps trained. */
  steps: z.int().nonnegative(),
  /** Seconds of training that the rung's model stands for, those of earlier rungs included. */
  seconds: z.number().nonnegative(),
  /** Folder of the training below `TRM_WORK_DIR/stages`; null when it did not get that far. */
  stage: z.string().nullable(),
  /** Why it is not done; null when it is. */
  reason: z.string().nullable(),
});
/** A value of {@link trialResultSchema}. */
export type TrialResult = z.infer<typeof trialResultSchema>;

/** `sweep.json` in a sweep's folder: the plan, and all results so far in the order they came. */
export const sweepJournalSchema = z.strictObject({
  version: z.literal(SWEEP_VERSION),
  id: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  /** The validated sweep file. */
  sweep: settings,
  experiment: z.string(),
  /** Path of the experiment's file. */
  experimentPath: z.string(),
  /** Hash of the experiment's resolved config, without the parameters: another one is another sweep. */
  configHash: z.string(),
  engine: z.enum(['own', 'optuna']),
  /** Version of Optuna; null with the own engine. Another version may draw other parameters. */
  engineVersion: z.string().nullable(),
  /** Trials in all. */
  trials: z.int().positive(),
  /** Budget of each rung; null: the experiment's own. */
  rungs: z.array(z.number().positive().nullable()).min(1),
  results: z.array(trialResultSchema),
});
/** A value of {@link sweepJournalSchema}. */
export type SweepJournal = z.infer<typeof sweepJournalSchema>;
