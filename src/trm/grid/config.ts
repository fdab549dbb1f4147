import { z } from 'zod';
import { CORE_KINDS, HEAD_WIDTH, innerWidth, refusePlainDepth, type ParameterSpec } from '../config';

/**
 * The reference's own form of the model ("Less is More", arXiv 2510.04871): a grid of tokens in, the same grid of
 * tokens out, one embedding, an untied output head and a halting head. The core, its recursion and its training are
 * those of TRM-Edit.
 */
export const gridModelSchema = z.strictObject({
  /** `recursive`, or `plain`: the blocks run once, the baseline without recursion. */
  core: z.enum(CORE_KINDS).default('recursive'),
  /** D: width of the core, a multiple of 64. The paper's 512. */
  width: z.int().positive().multipleOf(HEAD_WIDTH).default(128),
  /** Blocks of the core network f. The paper's 2. */
  layers: z.int().positive().default(2),
  /** What mixes positions: `attention` with rotary positions, or `mlp`, a SwiGLU over them (the paper's best on Sudoku). */
  mixing: z.enum(['attention', 'mlp']).default('attention'),
  /** P: learned positions before the grid; position 0 feeds the halting head. The paper's 16. */
  prefix: z.int().positive().default(1),
  /** T: recursions a supervision step, the last with gradient. The paper's 3. */
  recursions: z.int().positive().default(1),
  /** n: updates of z a recursion. The paper's 6. */
  latentUpdates: z.int().positive().default(2),
  /** N_sup: supervision steps, in training and by default at inference. The paper's 16. */
  supervisionSteps: z.int().positive().default(8),
});
/** A value of {@link gridModelSchema}. */
export type GridModelOptions = z.output<typeof gridModelSchema>;

/** {@link gridModelSchema} for a model that is to be trained: with a plain core it has no depth. Folders may hold older ones. */
export const newGridModelSchema = gridModelSchema.superRefine((config, context) =>
  refusePlainDepth(config, context),
);

/** A grid model in full: options, and the sizes that its task decides. */
export const gridModelConfigSchema = z.strictObject({
  ...gridModelSchema.shape,
  /** V: tokens, the same in and out. */
  vocabularySize: z.int().min(2),
  /** S: cells of a grid. */
  cells: z.int().positive(),
});
/** A value of {@link gridModelConfigSchema}. */
export type GridModelConfig = z.output<typeof gridModelConfigSchema>;

/** Inner width of the SwiGLU over N positions: 8N/3 rounded up to a multiple of 64 (the reference: of 256, so 512 instead of 320 at N = 97). */
export function mixingWidth(positions: number): number {
  return Math.ceil(Math.round((8 * positions) / 3) / 64) * 64;
}

/**
 * All trained weights in their fixed order. They start as the reference's: linear layers with std 1/sqrt(fan in), the
 * embedding with 1/sqrt(D) (its rows are used times sqrt(D)), prefix and halting weight 0, halting bias -5.
 */
export function gridParameterSpecs(config: GridModelConfig): ParameterSpec[] {
  const { width, prefix, vocabularySize } = config;
  return [
    {
      name: 'embedding.tokens',
      shape: [vocabularySize, width],
      part: 'embedding',
      initializer: normal(width),
    },
    { name: 'embedding.prefix', shape: [prefix, width], part: 'embedding', initializer: constant(0) },
    ...coreSpecs(config),
    { name: 'heads.output', shape: [width, vocabularySize], part: 'heads', initializer: normal(width) },
    { name: 'heads.halt', shape: [width, 1], part: 'heads', initializer: constant(0) },
    { name: 'heads.haltBias', shape: [1], part: 'heads', initializer: constant(-5) },
  ];
}

const normal = (fanIn: number): ParameterSpec['initializer'] => ({
  kind: 'normal',
  std: 1 / Math.sqrt(fanIn),
});
const constant = (value: number): ParameterSpec['initializer'] => ({ kind: 'constant', value });

function coreSpecs({ width, layers, mixing, prefix, cells }: GridModelConfig): ParameterSpec[] {
  const positions = prefix + cells;
  const across = mixingWidth(positions);
  const inner = innerWidth(width);
  const mix: [string, number, number][] =
    mixing === 'mlp'
      ? [
          ['mix.gateUp', positions, 2 * across],
          ['mix.down', across, positions],
        ]
      : [
          ['qkv', width, 3 * width],
          ['o', width, width],
        ];
  const swiglu: [string, number, number][] = [
    ['gateUp', width, 2 * inner],
    ['down', inner, width],
  ];
  return Array.from({ length: layers }, (_, layer) =>
    [...mix, ...swiglu].map(([name, from, to]): ParameterSpec => ({
      name: `core.${layer}.${name}`,
      shape: [from, to],
      part: 'core',
      initializer: normal(from),
    })),
  ).flat();
}

/** Number of trained weights. */
export function countGridWeights(config: GridModelConfig): number {
  return gridParameterSpecs(config).reduce(
    (sum, { shape }) => sum + shape.reduce((n, size) => n * size, 1),
    0,
  );
}

/**
 * Floating-point operations of the core for one supervision step, multiply and add counted apart; a pass with gradient
 * counts three times (as `supervisionStepFlops`).
 * @param rows B
 */
export function gridStepFlops(config: GridModelConfig, rows: number, training: boolean): number {
  const { core, width, layers, mixing, prefix, cells, recursions, latentUpdates } = config;
  const positions = prefix + cells;
  const mix = mixing === 'mlp' ? 6 * width * mixingWidth(positions) : 8 * width ** 2 + 4 * positions * width;
  const uses = core === 'plain' ? 1 : latentUpdates + 1;
  const once = rows * positions * layers * (mix + 6 * width * innerWidth(width)) * uses;
  return once * (recursions - 1 + (training ? 3 : 1));
}
