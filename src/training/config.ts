import { z } from 'zod';
import { ConfigError } from '../core/errors';
import { canonicalJson } from '../core/hash';
import { MAX_ROWS_PER_GROUP } from '../metrics/cap-per-group';
import type { DatasetMetadata } from '../processing/metadata';
import { TOKEN_FEATURE_NAMES } from '../records/token-features';
import {
  CORE_KINDS,
  PRESET_NAMES,
  PRESETS,
  refusePlainDepth,
  resolveModelConfig,
  type ModelConfig,
} from '../trm/config';
import { refuseDeepPhases, tierWeightsSchema, type CurriculumPhase } from './optimization/curriculum';
import { feedConfigSchema, type FeedConfig } from './feed/config';
import { DEFAULT_TIER_WEIGHTS, type Mixture } from './feed/feed';
import { leavesBugs } from './feed/mixture';
import { BUDGET_EXPECTED, hasBudget, runConfigShape } from './run-config';
import { refuseMachineBound } from './optimization/schedule';

/** Version of the train stage's code; part of its key. */
export const TRAIN_VERSION = 4;

/** Fields of a preset that an experiment may replace; window and sizes of the vocabularies come from the data. */
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

/** The mixture that holds where no phase says otherwise. */
export function runMixture({
  cleanShare,
  realShare,
  tiers,
}: {
  cleanShare: number;
  realShare: number | null;
  tiers: z.output<typeof tierWeightsSchema>;
}): Mixture {
  const isDefault = canonicalJson(tiers) === canonicalJson(DEFAULT_TIER_WEIGHTS);
  return { cleanShare, ...(realShare !== null && { realShare }), ...(!isDefault && { tiers }) };
}

/** Refuses to deal rows with bugs where no bug has a weight: training would see clean functions alone, or fail late. */
function refuseEmptyMixtures(
  {
    feed,
    phases,
    ...run
  }: Parameters<typeof runMixture>[0] & { feed: FeedConfig; phases: readonly CurriculumPhase[] },
  context: z.RefinementCtx,
): void {
  const planted = feed.source === 'mutations' ? feed.mutations : undefined;
  const own = runMixture(run);
  const mixtures: Mixture[] =
    phases.length > 0
      ? phases.map(({ mixture }) => ({
          ...own,
          ...mixture,
          cleanShare: mixture.cleanShare ?? own.cleanShare,
        }))
      : [own];
  const real = planted ? mixtures.findIndex(({ realShare = 0 }) => realShare > 0) : -1;
  if (real >= 0) {
    const path =
      phases.at(real)?.mixture.realShare === undefined ? ['realShare'] : ['phases', real, 'mixture'];
    const message =
      'expected feed.source shards or memory for a realShare: mutations are planted, none is real';
    context.addIssue({ code: 'custom', path, message });
  }
  const at = mixtures.findIndex((mixture) => mixture.cleanShare < 1 && !leavesBugs(mixture, planted));
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
    /**
     * A model to start from: a folder with `config.json` and `model.safetensors`, or the name of one in
     * `TRM_WORK_DIR/models`. Its shape must be the same; vocabularies may differ, rows go by what they stand for. A
     * resume does not look at it. Null: weights are drawn.
     */
    initialWeights: z.string().min(1).nullable().default(null),
    /** Fields of the preset to replace. */
    model: modelOverridesSchema.prefault({}),
    ...runConfigShape,
    /** Windows are batched with others of their bucket: at most this many tokens. Ascending, to those of the data. */
    bucketLengths: z
      .array(z.int().min(2))
      .min(1)
      .default([16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256]),
    /** Share of rows without a bug. */
    cleanShare: z.number().min(0).max(1).default(0.5),
    /**
     * Share of mined fixes among the bugs, and of their mended forms among the clean rows; null: as many as there are. Rows are
     * repeated for it up to `feed.maxRepeats` times an epoch, beyond that the others are thinned.
     */
    realShare: z.number().min(0).max(1).nullable().default(null),
    /** How often mined fixes are dealt beside each other, by how sure it is that they are fixes and nothing else. */
    tiers: tierWeightsSchema.prefault({}),
    /** Where the rows come from, and how many wait in memory. */
    feed: feedConfigSchema.prefault({}),
    /** Weight of the bug type's loss; location, span and slots have 1. */
    bugTypeWeight: z.number().nonnegative().default(0.2),
    /** Weight of the loss of each hidden token that a row asks for, see `feed.mutations.fillsPerFunction`. */
    fillWeight: z.number().nonnegative().default(0.3),
    /** Weight of the loss of each token of such a row that is asked whether it was replaced. */
    replacedWeight: z.number().nonnegative().default(0.3),
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

/** Why buckets do not do for windows of `maxTokens`; undefined when they do. */
export function shortBuckets({ bucketLengths }: TrainConfig, maxTokens: number): string | undefined {
  const longest = bucketLengths[bucketLengths.length - 1];
  if (longest >= maxTokens) return undefined;
  return `expected a last bucket of at least ${maxTokens} tokens, as long as the data's windows (process.maxTokens), got ${longest}`;
}

/**
 * The model of a training config on a dataset: its vocabularies and its windows are the model's.
 * @throws ConfigError when the windows are longer than the last bucket, or the preset cannot be so
 */
export function modelConfigOf(
  config: TrainConfig,
  { sizes, maxTokens }: Pick<DatasetMetadata, 'sizes' | 'maxTokens'>,
): ModelConfig {
  const reason = shortBuckets(config, maxTokens);
  if (reason !== undefined)
    throw new ConfigError(`train.bucketLengths: ${reason}`, 'add a bucket, or process with shorter windows');
  return resolveModelConfig(config.preset, {
    ...overridesOf(config.model),
    tokenizerSize: sizes.tokenizer,
    vocabularySize: sizes.vocabulary,
    maxTokens,
  });
}
