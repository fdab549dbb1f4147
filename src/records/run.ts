import { z } from 'zod';

/** The pipeline's stages in order; each is a notebook `notebooks/<nn>-<stage>.ipynb`. */
export const STAGES = ['collect', 'generate', 'process', 'train', 'evaluate', 'release'] as const;
/** One of {@link STAGES}. */
export type StageName = (typeof STAGES)[number];

/** `run.json` in a run folder: which stages it used and how it stands. */
export const runSchema = z.strictObject({
  id: z.string(),
  experiment: z.string(),
  /** Hash of the resolved config: `trm run` resumes the newest unfinished run with the same one. */
  configHash: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  stages: z.array(
    z.strictObject({
      stage: z.enum(STAGES),
      /** Stage key; output is `TRM_WORK_DIR/stages/<key>`. */
      key: z.string(),
      state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed']),
      /** Wall seconds; null before the end. */
      seconds: z.number().nullable(),
    }),
  ),
});
/** A value of {@link runSchema}. */
export type RunRecord = z.infer<typeof runSchema>;

/** One line of `metrics.jsonl`: flat numbers of one training step or evaluation. */
export const metricSchema = z.looseObject({
  /** Optimizer step. */
  step: z.int().nonnegative(),
  /** Seconds since the epoch. */
  time: z.number(),
});
/** A value of {@link metricSchema}. */
export type Metric = z.infer<typeof metricSchema>;
