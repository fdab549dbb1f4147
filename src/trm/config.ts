import { z } from 'zod';
import { ConfigError, nearestName } from '../core/errors';
import { MAX_SPAN, MAX_WINDOW_TOKENS, SLOTS } from '../records/example';
import { NAME_TRAITS } from '../records/file-names';
import { TOKEN_FEATURE_NAMES, TOKEN_FEATURES, type TokenFeatureName } from '../records/token-features';

/** Width of one attention head. */
export const HEAD_WIDTH = 64;

/**
 * `recursive`: the core f is used again and again on z and y. `plain`: the baseline without recursion, its blocks run
 * once over x; with (n + 1) T times the layers it does the same number of operations.
 */
export const CORE_KINDS = ['recursive', 'plain'] as const;
/** One of {@link CORE_KINDS}. */
export type CoreKind = (typeof CORE_KINDS)[number];

/** What {@link refusePlainDepth} looks at. */
interface CoreDepth {
  core: CoreKind;
  recursions: number;
  latentUpdates: number;
  supervisionSteps: number;
}

/**
 * Refinement of a schema: a plain core does not recurse.
 * @param path of the key that chose the core. Default `core`
 */
export function refusePlainDepth(
  { core, recursions, latentUpdates, supervisionSteps }: CoreDepth,
  context: z.RefinementCtx,
  path: readonly string[] = ['core'],
): void {
  const depth = [recursions, latentUpdates, supervisionSteps];
  if (core === 'recursive' || depth.every((each) => each === 1)) return;
  const message = `expected recursions, latentUpdates and supervisionSteps of 1 for a plain core, which does not recurse; they are ${depth.join(', ')}`;
  context.addIssue({ code: 'custom', path: [...path], message });
}

/** Shape of a model; everything else (heads, inner width, parameter count) is derived. docs/MODEL.md. */
export const modelConfigSchema = z
  .strictObject({
    core: z.enum(CORE_KINDS).default('recursive'),
    /** D: width of the core, a multiple of 64. */
    width: z.int().positive().multipleOf(HEAD_WIDTH),
    /** Blocks of the core network f. The paper's 2. */
    layers: z.int().positive().default(2),
    /** E: width of the factorised piece embedding, projected to D. */
    embeddingWidth: z.int().positive(),
    /** BPE pieces, padding included. The train stage replaces a preset's number by the tokenizer's. */
    tokenizerSize: z.int().min(2).max(65536),
    /** Entries of the closed vocabulary, EMPTY included. Replaced likewise. */
    vocabularySize: z.int().min(2).default(1024),
    /** Classes of the bug-type head: room for taxonomy codes 0..bugTypes-1. */
    bugTypes: z.int().min(2).default(256),
    /** P: learned register positions before the tokens. */
    registers: z.int().positive().default(8),
    /** Most program tokens of a window, END included. Replaced likewise: the data's windows are the model's. */
    maxTokens: z.int().min(2).max(MAX_WINDOW_TOKENS).default(MAX_WINDOW_TOKENS),
    /** T: recursions a supervision step, the last with gradient. */
    recursions: z.int().positive().default(1),
    /** n: updates of z a recursion. */
    latentUpdates: z.int().positive().default(1),
    /** N_sup: supervision steps, in training and by default at inference. */
    supervisionSteps: z.int().positive().default(1),
    /** Token features that the model is not told, in training or later; for ablations. Default: it is told all. */
    omitFeatures: z.array(z.enum(TOKEN_FEATURE_NAMES)).optional(),
  })
  .superRefine((config, context) => refusePlainDepth(config, context));
/** A value of {@link modelConfigSchema}. */
export type ModelConfig = z.infer<typeof modelConfigSchema>;

/** Names of {@link PRESETS}. */
export const PRESET_NAMES = ['trm-smoke', 'trm-cpu', 'trm-7m-total', 'trm-7m'] as const;
/** One of {@link PRESET_NAMES}. */
export type PresetName = (typeof PRESET_NAMES)[number];

const preset = (value: z.input<typeof modelConfigSchema>): ModelConfig => modelConfigSchema.parse(value);

/**
 * The presets (docs/MODEL.md). `recursions` and `latentUpdates` are those of the *end* of the depth
 * curriculum, except in `trm-smoke`, which stays shallow.
 */
export const PRESETS: Readonly<Record<PresetName, ModelConfig>> = {
  'trm-smoke': preset({ width: 128, embeddingWidth: 64, tokenizerSize: 8192, maxTokens: 128 }),
  'trm-cpu': preset({
    width: 256,
    embeddingWidth: 128,
    tokenizerSize: 32768,
    recursions: 2,
    latentUpdates: 2,
    supervisionSteps: 2,
  }),
  'trm-7m-total': preset({
    width: 384,
    embeddingWidth: 80,
    tokenizerSize: 32768,
    recursions: 2,
    latentUpdates: 2,
    supervisionSteps: 4,
  }),
  'trm-7m': preset({
    width: 512,
    embeddingWidth: 128,
    tokenizerSize: 32768,
    recursions: 3,
    latentUpdates: 6,
    supervisionSteps: 16,
  }),
};

/**
 * A preset with some of its fields replaced.
 * @throws ConfigError for an unknown preset, with the nearest name
 */
export function resolveModelConfig(name: string, overrides: Partial<ModelConfig> = {}): ModelConfig {
  if (!Object.hasOwn(PRESETS, name)) {
    const near = nearestName(name, PRESET_NAMES);
    throw new ConfigError(
      `unknown model preset "${name}"${near ? `, did you mean "${near}"?` : ''}`,
      `presets: ${PRESET_NAMES.join(', ')}`,
    );
  }
  const parsed = modelConfigSchema.safeParse({ ...PRESETS[name as PresetName], ...overrides });
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new ConfigError(`model of preset "${name}", ${path.join('.')}: ${message}`, 'look at train.model');
}

/** I: inner width of SwiGLU, 8D/3 rounded up to a multiple of 256 (of 128 below D = 256). */
export function innerWidth(width: number): number {
  const step = width < 256 ? 128 : 256;
  return Math.ceil(Math.round((8 * width) / 3) / step) * step;
}

/** One-hot group of the feature table: rows `offset`..`offset + size - 1`. */
export interface FeatureGroup {
  /** Array of an Example. */
  name: TokenFeatureName;
  size: number;
  offset: number;
}

/** One-hot groups in the order of the batch's feature matrix (src/trm/batch.ts); a group of size 1 is a flag. */
export const FEATURE_GROUPS: readonly FeatureGroup[] = TOKEN_FEATURE_NAMES.map((name, i) => ({
  name,
  size: TOKEN_FEATURES[name].size,
  offset: TOKEN_FEATURE_NAMES.slice(0, i).reduce((sum, before) => sum + TOKEN_FEATURES[before].size, 0),
}));

/** Rows of the feature table in all. */
export const FEATURES = FEATURE_GROUPS.reduce((sum, group) => sum + group.size, 0);

/** How a tensor of weights starts: truncated normal of this std (cut at 2 sigma, rescaled), or one value. */
export type Initializer = { kind: 'normal'; std: number } | { kind: 'constant'; value: number };

/** Parts a parameter is counted under. */
export type ParameterPart = 'embedding' | 'core' | 'heads';

/** One weight tensor. */
export interface ParameterSpec {
  name: string;
  shape: number[];
  part: ParameterPart;
  initializer: Initializer;
}

/** All trained weights of a model in their fixed order (that of checkpoints and of the flat optimizer state). */
export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  return [...embeddingSpecs(config), ...coreSpecs(config), ...headSpecs(config)];
}

const linear = (name: string, part: ParameterPart, fanIn: number, fanOut: number): ParameterSpec => ({
  name,
  shape: [fanIn, fanOut],
  part,
  initializer: { kind: 'normal', std: 1 / Math.sqrt(fanIn) },
});

const table = (name: string, part: ParameterPart, shape: number[], std: number): ParameterSpec => ({
  name,
  shape,
  part,
  initializer: std === 0 ? { kind: 'constant', value: 0 } : { kind: 'normal', std },
});

function embeddingSpecs({ width, embeddingWidth, tokenizerSize, registers }: ModelConfig): ParameterSpec[] {
  // std 0.1 before the normalised sum: docs/MODEL.md.
  return [
    table('embedding.pieces', 'embedding', [tokenizerSize, embeddingWidth], 0.1),
    linear('embedding.up', 'embedding', embeddingWidth, width),
    table('embedding.features', 'embedding', [FEATURES, width], 0.1),
    table('embedding.registers', 'embedding', [registers, width], 0.1),
  ];
}

function coreSpecs({ width, layers }: ModelConfig): ParameterSpec[] {
  const inner = innerWidth(width);
  return Array.from({ length: layers }, (_, layer) => [
    linear(`core.${layer}.qkv`, 'core', width, 3 * width),
    linear(`core.${layer}.o`, 'core', width, width),
    linear(`core.${layer}.gateUp`, 'core', width, 2 * inner),
    linear(`core.${layer}.down`, 'core', inner, width),
  ]).flat();
}

function headSpecs({ width, vocabularySize, bugTypes }: ModelConfig): ParameterSpec[] {
  return [
    linear('heads.location', 'heads', width, 1),
    linear('heads.noBug', 'heads', width, 1),
    table('heads.noBugBias', 'heads', [1], 0),
    linear('heads.spanQuery', 'heads', width, width),
    linear('heads.spanLength', 'heads', width, MAX_SPAN + 1),
    table('heads.spanBias', 'heads', [MAX_SPAN + 1], 0),
    table('heads.slots', 'heads', [SLOTS, width], 1),
    linear('heads.copyQuery', 'heads', width, width),
    linear('heads.vocabularyQuery', 'heads', width, width),
    table('heads.vocabularyBias', 'heads', [vocabularySize], 0),
    table('heads.pieceBias', 'heads', [1], 0),
    linear('heads.previous', 'heads', width, width),
    table('heads.nameTraits', 'heads', [NAME_TRAITS.length, width], 0.1),
    linear('heads.nameNear', 'heads', width, 1),
    table('heads.nameBias', 'heads', [1], 0),
    linear('heads.bugType', 'heads', width, bugTypes),
    table('heads.bugTypeBias', 'heads', [bugTypes], 0),
    table('heads.halt', 'heads', [width, 1], 0),
    { name: 'heads.haltBias', shape: [1], part: 'heads', initializer: { kind: 'constant', value: -5 } },
  ];
}

/** Exact counts of trained weights. */
export interface ParameterCounts {
  embedding: number;
  core: number;
  heads: number;
  total: number;
  /** Each tensor: name, shape, weights. */
  tensors: { name: string; shape: number[]; count: number }[];
  /** Size of the weights in 32-bit floats, in bytes. */
  bytes: number;
}

/** Counts every weight of a model, by part and by tensor. */
export function describeParameters(config: ModelConfig): ParameterCounts {
  const counts = { embedding: 0, core: 0, heads: 0 };
  const tensors = parameterSpecs(config).map(({ name, shape, part }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    counts[part] += count;
    return { name, shape, count };
  });
  const total = counts.embedding + counts.core + counts.heads;
  return { ...counts, total, tensors, bytes: 4 * total };
}
