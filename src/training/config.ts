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
import { refuseDeepPhases, type CurriculumPhase } from './optimization/curriculum';
import { feedConfigSchema, type FeedConfig } from './feed/config';
import { leavesBugs } from './feed/mixture';
import { BUDGET_EXPECTED, hasBudget, runConfigShape } from './run-config';
import { refuseMachineBound } from './optimization/schedule';

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
