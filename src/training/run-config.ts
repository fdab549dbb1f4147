import { z } from 'zod';
import { curriculumSchema } from './optimization/curriculum';
import { guardSchema } from './optimization/guard';
import { PRECISION_CHOICES } from '../trm/precision';
import { trackingConfigSchema } from './tracking/config';

const optimizerSchema = z.strictObject({
  /** AdamW, or the reference's Adam-atan2: no epsilon, steps of bounded size. */
  kind: z.enum(['adamw', 'adam-atan2']).default('adamw'),
  /** Learning rate between warm-up and decay. 2e-3 at the start collapses to "no bug" (docs/MODEL.md). */
  learningRate: z.number().positive().default(1e-3),
  /** Share of the budget, at its beginning, in which the rate rises linearly: of steps or of seconds, as the budget is. */
  warmupShare: z.number().min(0).max(1).default(0.2),
  /**
   * Optimizer steps of that rise instead, for budgets of steps alone; null = `warmupShare` holds. Until its rate falls, such a
   * run is the same whatever its budget: the next rung of a sweep goes on from there.
   */
  warmupSteps: z.int().nonnegative().nullable().default(null),
  /** Share of the budget, at its end, in which the rate falls linearly. */
  decayShare: z.number().min(0).max(1).default(0.3),
  /** The rate at the very end, as a share of `learningRate`. */
  finalShare: z.number().min(0).max(1).default(0.02),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.95),
  epsilon: z.number().positive().default(1e-8),
  /** Decoupled weight decay (AdamW). */
  weightDecay: z.number().nonnegative().default(0.1),
  /**
   * Longest gradient; longer ones are scaled to it. No gradient of a training of edits was ever shorter than 1 (norms of 5 to 47 are logged), so
   * at 1 this is normalisation: each batch says where to go, and its loss not how far. LOG.md has the comparison.
   */
  clipNorm: z.number().positive().default(1),
});
/** A value of {@link optimizerSchema}. */
export type OptimizerConfig = z.infer<typeof optimizerSchema>;

/** Stops a run whose evaluations no longer improve. */
const earlyStoppingSchema = z.strictObject({
  /** Evaluations without a better score after which the run ends. */
  patience: z.int().positive(),
  /** By how much a score must be better to count. */
  leastGain: z.number().nonnegative().default(0),
});

/** When a run keeps the model that it has, besides checkpoints; both null = never. */
const keepEverySchema = z
  .strictObject({
    /** Hours of training, of all starts together. */
    hours: z.number().positive().nullable().default(null),
    /** Optimizer steps. */
    steps: z.int().positive().nullable().default(null),
  })
  .refine(({ hours, steps }) => hours === null || steps === null, 'expected hours or steps, got both');

/** What every training run has, whatever its task. */
export const runConfigShape = {
  /** Optimizer steps at most; null = no limit. */
  maxSteps: z.int().positive().nullable().default(3000),
  /**
   * Wall seconds at most, evaluation included, of all starts together; null = no limit. The number of steps, the decay
   * and phases that end at a share then follow the clock: the same seed does not give the same weights.
   */
  maxSeconds: z.number().positive().nullable().default(null),
  /** Program tokens of a batch, padding included. */
  batchTokens: z.int().positive().default(2048),
  /** Tokens that are on the engine at once: larger batches add up gradients of several parts. Null = no limit. */
  microTokens: z.int().positive().nullable().default(null),
  /**
   * Precision of matrix products (weights, optimizer, norms, softmax and losses are float32 always). `auto`: bf16 where the
   * processor has units for it. A run goes on in the precision that it began with.
   */
  precision: z
    .enum(PRECISION_CHOICES, {
      error: ({ input }) =>
        input === 'int16'
          ? 'expected auto, float32 or bf16, because int16 is for models that only answer (trm fix --precision int16)'
          : undefined,
    })
    .default('auto'),
  /** Phases of the curriculum in data, depth and batch size, in order; none = one phase with the values here. */
  phases: curriculumSchema.default([]),
  optimizer: optimizerSchema.prefault({}),
  /** Averaged weights: decay min(this, (1 + t) / (10 + t)). They are evaluated and released. */
  emaDecay: z.number().min(0).max(1).default(0.999),
  /** Weight of the halting head's loss. */
  haltWeight: z.number().nonnegative().default(0.5),
  /** Probability that a row must go on for a random number of supervision steps. */
  exploration: z.number().min(0).max(1).default(0.1),
  /** Stops a run that diverges. */
  guard: guardSchema.prefault({}),
  /** Stops a run that no longer improves; null = never. */
  earlyStopping: earlyStoppingSchema.nullable().default(null),
  /** Optimizer steps between two evaluations on the val split. */
  evaluateEvery: z.int().positive().default(500),
  /** Share of the budget between two evaluations instead: as many on a slow machine as on a fast one. Null = `evaluateEvery` holds. */
  evaluateShare: z.number().positive().max(1).nullable().default(null),
  /** Most val examples of one evaluation, taken from the start of the split. */
  evaluateExamples: z.int().positive().default(1000),
  /** Optimizer steps between two checkpoints. */
  checkpointEvery: z.int().positive().default(500),
  /** Wall seconds after which a checkpoint is written though fewer steps are done; null = never. */
  checkpointSeconds: z.number().positive().nullable().default(120),
  /** Checkpoints kept. */
  keepCheckpoints: z.int().positive().default(2),
  /** Keeps averaged weights as model folders `snapshots/<step>/` in the output, for a curve of quality against hours. */
  keepEvery: keepEverySchema.prefault({}),
  /** Optimizer steps between two lines of metrics.jsonl. */
  logEvery: z.int().positive().default(20),
  /** Where else those lines are shown; changes nothing of what is trained. */
  tracking: trackingConfigSchema.prefault({}),
};
/** The part of a training config that the trainer and its run read. */
export type RunConfig = z.output<z.ZodObject<typeof runConfigShape>>;

/** Refuses a run without an end; for schemas made of {@link runConfigShape}. */
export const hasBudget = (config: Pick<RunConfig, 'maxSteps' | 'maxSeconds'>): boolean =>
  config.maxSteps !== null || config.maxSeconds !== null;
/** What {@link hasBudget} asks for, as zod wants it. */
export const BUDGET_EXPECTED = {
  message: 'expected a budget: maxSteps, maxSeconds or both',
  path: ['maxSteps'],
};
