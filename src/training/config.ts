import { z } from 'zod';
import { MAX_ROWS_PER_GROUP } from '../metrics/cap-per-group';
import { TOKEN_FEATURE_NAMES } from '../records/token-features';
import {
  CORE_KINDS,
  PRESET_NAMES,
  PRESETS,
  refusePlainDepth,
  resolveModelConfig,
  type ModelConfig,
} from '../trm/config';
import { curriculumSchema, refuseDeepPhases, type CurriculumPhase } from './curriculum';
import { feedConfigSchema, type FeedConfig } from './feed/config';
import { leavesBugs } from './feed/mixture';
import { guardSchema } from './guard';
import { refuseMachineBound } from './schedule';
import { trackingConfigSchema } from './tracking/config';

/** Version of the train stage's code; part of its key. */
export const TRAIN_VERSION = 3;

/** Fields of a preset that an experiment may replace; the vocabularies' sizes come from the data. */
const modelOverridesSchema = z.strictObject({
  core: z.enum(CORE_KINDS).optional(),
  width: z.int().positive().multipleOf(64).optional(),
  layers: z.int().positive().optional(),
  embeddingWidth: z.int().positive().optional(),
  registers: z.int().positive().optional(),
  recursions: z.int().positive().optional(),
  latentUpdates: z.int().positive().optional(),
  supervisionSteps: z.int().positive().optional(),
  omitFeatures: z.array(z.enum(TOKEN_FEATURE_NAMES)).optional(),
});

/** The overrides that are given: a key may be there without a value. */
const overridesOf = (model: z.output<typeof modelOverridesSchema>): Partial<ModelConfig> =>
  Object.fromEntries(Object.entries(model).filter(([, value]) => value !== undefined));

const optimizerSchema = z.strictObject({
  /** AdamW, or the reference's Adam-atan2: no epsilon, steps of bounded size. */
  kind: z.enum(['adamw', 'adam-atan2']).default('adamw'),
  /** Learning rate between warm-up and decay. 2e-3 at the start collapses to "no bug" (DESIGN.md section 7). */
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
  /** Optimizer steps between two lines of metrics.jsonl. */
  logEvery: z.int().positive().default(20),
  /** Where else those lines are shown; changes nothing of what is trained. */
  tracking: trackingConfigSchema.prefault({}),
};
/** The part of a training config that the trainer and its run read. */
export type RunConfig = z.output<z.ZodObject<typeof runConfigShape>>;

/** A training config without `tracking`, which changes nothing of the result: what a stage's key is made of. */
export function withoutTracking(config: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => name !== 'tracking'));
}

/** Refuses a run without an end; for schemas made of {@link runConfigShape}. */
export const hasBudget = (config: Pick<RunConfig, 'maxSteps' | 'maxSeconds'>): boolean =>
  config.maxSteps !== null || config.maxSeconds !== null;
/** What {@link hasBudget} asks for, as zod wants it. */
export const BUDGET_EXPECTED = {
  message: 'expected a budget: maxSteps, maxSeconds or both',
  path: ['maxSteps'],
};

/** Refuses to deal rows with bugs where no bug has a weight: training would see clean functions alone, or fail late. */
function refuseEmptyMixtures(
  { feed, phases, cleanShare }: { feed: FeedConfig; phases: readonly CurriculumPhase[]; cleanShare: number },
  context: z.RefinementCtx,
): void {
  const planted = feed.source === 'mutations' ? feed.mutations : undefined;
  const mixtures = phases.length > 0 ? phases.map(({ mixture }) => mixture) : [{ cleanShare }];
  const at = mixtures.findIndex(
    (mixture) => (mixture.cleanShare ?? cleanShare) < 1 && !leavesBugs(mixture, planted),
  );
  if (at < 0) return;
  const path = leavesBugs({}, planted) ? ['phases', at, 'mixture'] : ['feed', 'mutations'];
  const which = planted ? 'some bug that feed.mutations plants' : 'some bug';
  const message = `expected a weight above 0 for ${which}, or a cleanShare of 1: no bug is left`;
  context.addIssue({ code: 'custom', path, message });
}

/** Config of the train stage; `{}` is valid. */
export const trainConfigSchema = z
  .strictObject({
    /** Seed of the weights and of the order of the rows; null = the experiment's. Another one trains anew on the same data. */
    seed: z.int().nonnegative().nullable().default(null),
    preset: z.enum(PRESET_NAMES).default('trm-smoke'),
    /** Fields of the preset to replace. */
    model: modelOverridesSchema.prefault({}),
    ...runConfigShape,
    /** Windows are batched with others of their bucket: at most this many tokens. Ascending. */
    bucketLengths: z.array(z.int().min(2)).min(1).default([16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128]),
    /** Share of rows without a bug. */
    cleanShare: z.number().min(0).max(1).default(0.5),
    /** Where the rows come from, and how many wait in memory. */
    feed: feedConfigSchema.prefault({}),
    /** Weight of the bug type's loss; location, span and slots have 1. */
    bugTypeWeight: z.number().nonnegative().default(0.2),
    /** Most val examples of a group (package, module, repository) among `evaluateExamples`; null = all. */
    evaluateRowsPerGroup: z.int().positive().nullable().default(MAX_ROWS_PER_GROUP),
  })
  .refine(hasBudget, BUDGET_EXPECTED)
  .refine((config) => config.bucketLengths.every((n, i, all) => i === 0 || n > all[i - 1]), {
    message: 'expected ascending lengths',
    path: ['bucketLengths'],
  })
  .superRefine(({ preset, model, phases }, context) => {
    refusePlainDepth({ ...PRESETS[preset], ...overridesOf(model) }, context, ['model', 'core']);
    refuseDeepPhases({ core: model.core, phases }, context);
  })
  .superRefine(refuseEmptyMixtures)
  .superRefine((config, context) => refuseMachineBound(config, context));
/** A value of {@link trainConfigSchema}. */
export type TrainConfig = z.output<typeof trainConfigSchema>;

/** The model of a training config, for vocabularies of these sizes. */
export function modelConfigOf(
  config: TrainConfig,
  sizes: { tokenizer: number; vocabulary: number },
): ModelConfig {
  return resolveModelConfig(config.preset, {
    ...overridesOf(config.model),
    tokenizerSize: sizes.tokenizer,
    vocabularySize: sizes.vocabulary,
    maxTokens: config.bucketLengths[config.bucketLengths.length - 1],
  });
}
