import * as tf from '@tensorflow/tfjs-core';
import { loadedKernels } from '../core/engine';
import type { InferenceChoice, InferencePrecision, Precision } from './precision';

/** The precision that a choice means on this machine. The engine must be loaded. */
export function precisionHere<Choice extends InferenceChoice>(
  choice: Choice,
): Exclude<Choice, 'auto'> | Precision {
  if (choice !== 'auto') return choice as Exclude<Choice, 'auto'>;
  return loadedKernels()?.bf16 ? 'bf16' : 'float32';
}

/** Settings of {@link FusedKernels.matMul}. */
export interface MatMulOptions {
  /** Default false. */
  transposeA?: boolean;
  transposeB?: boolean;
  /** Default `float32`. */
  precision?: Precision;
  /** What the product is added to. Default: nothing. */
  onto?: tf.Tensor2D;
}

/**
 * The fused kernels of native/kernels, one call each where tfjs would make five to twenty. Raw calls without
 * gradients: layers, losses and optimizer build their own on them, and hold the plain composition beside it.
 * Shapes: R rows, D width, I inner width, B batch, N positions, H = D / 64 heads.
 */
export interface FusedKernels {
  /** Product of two matrices, either one transposed. The same bits with any number of threads. */
  matMul(a: tf.Tensor2D, b: tf.Tensor2D, options?: MatMulOptions): tf.Tensor2D;
  /** A second factor as {@link FusedKernels.packedMatMul} reads it, in this process only: for products that come often. */
  pack(b: tf.Tensor2D, options: PackOptions): PackedFactor;
  /** Product with a packed factor. @param a `[rows, depth]` @returns `[rows, columns]` */
  packedMatMul(a: tf.Tensor2D, b: PackedFactor): tf.Tensor2D;
  /**
   * The weights of a core's layers as {@link FusedKernels.core} reads them, in this process only.
   * @param weights qkv `[D, 3D]`, o `[D, D]`, gateUp `[D, 2I]`, down `[I, D]` of the first layer, then of the next
   */
  packCore(weights: readonly tf.Tensor2D[], precision: InferencePrecision): tf.Tensor1D;
  /** All recursions of a core in one call, without gradient; `[B * N, D]` each. See {@link CoreCall}. */
  core(
    x: tf.Tensor2D,
    state: { y: tf.Tensor2D; z: tf.Tensor2D },
    call: CoreCall,
  ): [y: tf.Tensor2D, z: tf.Tensor2D];
  /**
   * The same for training: packs the weights of {@link FusedKernels.packCore}, runs all recursions, and writes the last one
   * down for {@link FusedKernels.coreBackward}.
   */
  coreForward(
    x: tf.Tensor2D,
    state: { y: tf.Tensor2D; z: tf.Tensor2D },
    weights: readonly tf.Tensor2D[],
    call: CoreDepth,
  ): [y: tf.Tensor2D, z: tf.Tensor2D, tape: tf.Tensor1D];
  /**
   * Gradients of x and of the weights through the last recursion; the state before it counts as given, z's gradient as none.
   * @param dy of y `[B * N, D]`
   */
  coreBackward(
    dy: tf.Tensor2D,
    tape: tf.Tensor1D,
    weights: readonly tf.Tensor2D[],
    call: CoreDepth,
  ): [dx: tf.Tensor2D, ...dWeights: tf.Tensor2D[]];
  /** y = rms(h) or rms(h + d) `[R, D]`, and the inverse root `[R]`. */
  rms(h: tf.Tensor2D, d?: tf.Tensor2D): [y: tf.Tensor2D, inverse: tf.Tensor1D];
  /** Gradient of {@link FusedKernels.rms}, the same for h and d. */
  rmsGrad(dy: tf.Tensor2D, y: tf.Tensor2D, inverse: tf.Tensor1D): tf.Tensor2D;
  /** silu(g) u of `[R, 2I]` rows [g | u]: `[R, I]`. */
  gate(gateUp: tf.Tensor2D): tf.Tensor2D;
  /** Gradient `[R, 2I]` of {@link FusedKernels.gate}, and its value once more (cheaper than to keep it). */
  gateGrad(gateUp: tf.Tensor2D, dy: tf.Tensor2D): [dGateUp: tf.Tensor2D, value: tf.Tensor2D];
  /**
   * softmax(q k^T / 8) v of rows [q | k | v] `[B * N, 3D]`, q and k rotated: `[B * N, D]`, and the log of each
   * softmax's sum `[B * H * N]`.
   * @param angles `[N, 64]` cosines, then sines @param counts `[B]` int32: positions that may be attended to
   */
  attention(
    qkv: tf.Tensor2D,
    angles: tf.Tensor2D,
    counts: tf.Tensor1D,
  ): [out: tf.Tensor2D, logs: tf.Tensor1D];
  /** Gradient `[B * N, 3D]` of {@link FusedKernels.attention}; probabilities are made anew. */
  attentionGrad(
    inputs: { qkv: tf.Tensor2D; angles: tf.Tensor2D; counts: tf.Tensor1D },
    outputs: { out: tf.Tensor2D; logs: tf.Tensor1D },
    dy: tf.Tensor2D,
  ): tf.Tensor2D;
  /** New weights, ema, m, v from the old ones, a gradient (`[n]` each) and the 10 numbers of `Update` (numeric.h). */
  update(inputs: readonly tf.Tensor1D[], factors: readonly number[]): tf.Tensor1D[];
  /**
   * Copies tensors into one vector, zeros between them.
   * @param offsets where each part starts, and last the size of the vector
   */
  flatten(parts: readonly tf.Tensor[], offsets: readonly number[]): tf.Tensor1D;
  /** Euclidean length `[1]` of a vector. */
  norm(x: tf.Tensor1D): tf.Tensor1D;
  /** log(sum(exp(x))) of rows: `[R]`. */
  logSumExp(x: tf.Tensor2D): tf.Tensor1D;
  /**
   * The greatest values of rows and their places, greatest first and of equals the first (`[R, most]` each, places as
   * floats); and {@link FusedKernels.logSumExp}.
   */
  rowTops(x: tf.Tensor2D, most: number): [values: tf.Tensor2D, places: tf.Tensor2D, logs: tf.Tensor1D];
  /** exp(x - logs) dy, the gradient of {@link FusedKernels.logSumExp}. */
  softmaxGrad(x: tf.Tensor2D, logs: tf.Tensor1D, dy: tf.Tensor1D): tf.Tensor2D;
  /** Adds weights[e] * from[take[e]] to row put[e] of `[rows, E]`, for all entries e. */
  moveRows(from: tf.Tensor2D, moves: Moves): tf.Tensor2D;
}

/** Settings of {@link FusedKernels.pack}. */
export interface PackOptions {
  /** Default false. */
  transposeB?: boolean;
  /** Default `float32`. */
  precision?: InferencePrecision;
}

/** A factor `[depth, columns]` of products, packed for this processor. */
export interface PackedFactor {
  data: tf.Tensor1D;
  columns: number;
  precision: InferencePrecision;
}

/** How often the core runs, and over what. */
export interface CoreDepth<Allowed extends InferencePrecision = Precision> {
  precision: Allowed;
  /** As in {@link FusedKernels.attention}. */
  angles: tf.Tensor2D;
  counts: tf.Tensor1D;
  recursions: number;
  latentUpdates: number;
  /** True: y <- f(x), once. */
  plain: boolean;
}

/** What {@link FusedKernels.core} runs. */
export interface CoreCall extends CoreDepth<InferencePrecision> {
  /** Of {@link FusedKernels.packCore}, with the same precision. */
  packed: tf.Tensor1D;
  layers: number;
  /** I: inner width of SwiGLU. */
  inner: number;
}

/** A list of row moves: `[M]` each, weights `[M, 1]`. */
export interface Moves {
  take: tf.Tensor1D;
  put: tf.Tensor1D;
  weights: tf.Tensor2D;
  /** Rows of the result. */
  rows: number;
}

let wanted = true;

/** Switches the fused kernels off and on again, to compare both ways in one process. `TRM_KERNELS=off` keeps them out. */
export function useFusedKernels(on: boolean): void {
  wanted = on;
}

/** Whether own kernels may be used; see {@link useFusedKernels}. */
export const areKernelsWanted = (): boolean => wanted;

/** The fused kernels when they are loaded and the native backend computes on the processor; otherwise null. */
export function fusedKernels(): FusedKernels | null {
  if (!wanted || loadedKernels() === null || tf.getBackend() !== 'tensorflow') return null;
  return KERNELS;
}

/** The part of tfjs-node's backend that runs an op by name. */
interface Backend {
  binding: { TF_ATTR_BOOL: number; TF_ATTR_INT: number; TF_ATTR_STRING: number };
  executeMultipleOutputs(
    name: string,
    attributes: readonly { name: string; type: number; value: unknown }[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

const backend = (): Backend => tf.backend() as unknown as Backend;

/** Values of attributes, with the field of `binding` that says their type. */
type Attributes = readonly { name: string; type: keyof Backend['binding']; value: unknown }[];

const precisionAttribute = (value: InferencePrecision): Attributes[number] => ({
  name: 'precision',
  type: 'TF_ATTR_STRING',
  value,
});

function call<T extends tf.Tensor[]>(
  name: string,
  inputs: readonly tf.Tensor[],
  outputs: T['length'],
  attributes: Attributes = [],
): T {
  const engine = backend();
  const typed = attributes.map((attribute) => ({ ...attribute, type: engine.binding[attribute.type] }));
  return engine.executeMultipleOutputs(name, typed, inputs, outputs) as T;
}

/** Runs with whole numbers on the engine, for as long as the call takes. */
function withSizes<T>(numbers: readonly number[], run: (sizes: tf.Tensor1D) => T): T {
  const sizes = tf.tensor1d([...numbers], 'int32');
  try {
    return run(sizes);
  } finally {
    sizes.dispose();
  }
}

const depthSizes = ({ recursions, latentUpdates, plain }: CoreDepth<InferencePrecision>): number[] => [
  recursions,
  latentUpdates,
  Number(plain),
];

const coreAttributes = (weights: readonly tf.Tensor[], { precision }: CoreDepth): Attributes => [
  { name: 'N', type: 'TF_ATTR_INT', value: weights.length },
  precisionAttribute(precision),
];

const KERNELS: FusedKernels = {
  matMul: (a, b, { transposeA = false, transposeB = false, precision = 'float32', onto } = {}) =>
    call<[tf.Tensor2D]>('TrmMatMul', onto ? [a, b, onto] : [a, b], 1, [
      { name: 'N', type: 'TF_ATTR_INT', value: onto ? 1 : 0 },
      { name: 'transpose_a', type: 'TF_ATTR_BOOL', value: transposeA },
      { name: 'transpose_b', type: 'TF_ATTR_BOOL', value: transposeB },
      precisionAttribute(precision),
    ])[0],
  pack: (b, { transposeB = false, precision = 'float32' }) => ({
    data: call<[tf.Tensor1D]>('TrmPack', [b], 1, [
      { name: 'transpose_b', type: 'TF_ATTR_BOOL', value: transposeB },
      precisionAttribute(precision),
    ])[0],
    columns: b.shape[transposeB ? 0 : 1],
    precision,
  }),
  packedMatMul: (a, { data, columns, precision }) =>
    withSizes(
      [columns],
      (size) =>
        call<[tf.Tensor2D]>('TrmPackedMatMul', [a, data, size], 1, [precisionAttribute(precision)])[0],
    ),
  packCore: (weights, precision) =>
    call<[tf.Tensor1D]>('TrmPackCore', weights, 1, [
      { name: 'N', type: 'TF_ATTR_INT', value: weights.length },
      precisionAttribute(precision),
    ])[0],
  core(x, { y, z }, { packed, layers, inner, ...depth }) {
    const { angles, counts, precision } = depth;
    return withSizes([...depthSizes(depth), layers, inner], (sizes) =>
      call('TrmCore', [x, y, z, angles, counts, packed, sizes], 2, [precisionAttribute(precision)]),
    );
  },
  coreForward: (x, { y, z }, weights, depth) =>
    withSizes(depthSizes(depth), (sizes) =>
      call(
        'TrmCoreForward',
        [x, y, z, depth.angles, depth.counts, sizes, ...weights],
        3,
        coreAttributes(weights, depth),
      ),
    ),
  coreBackward: (dy, tape, weights, depth) =>
    withSizes(depthSizes(depth), (sizes) =>
      call<[tf.Tensor2D, ...tf.Tensor2D[]]>(
        'TrmCoreBackward',
        [dy, tape, depth.angles, depth.counts, sizes, ...weights],
        1 + weights.length,
        coreAttributes(weights, depth),
      ),
    ),
  rms: (h, d) => (d ? call('TrmAddRms', [h, d], 2) : call('TrmRms', [h], 2)),
  rmsGrad: (dy, y, inverse) => call<[tf.Tensor2D]>('TrmRmsGrad', [dy, y, inverse], 1)[0],
  gate: (gateUp) => call<[tf.Tensor2D]>('TrmGate', [gateUp], 1)[0],
  gateGrad: (gateUp, dy) => call('TrmGateGrad', [gateUp, dy], 2),
  attention: (qkv, angles, counts) => call('TrmAttention', [qkv, angles, counts], 2),
  attentionGrad: ({ qkv, angles, counts }, { out, logs }, dy) =>
    call<[tf.Tensor2D]>('TrmAttentionGrad', [qkv, angles, counts, out, logs, dy], 1)[0],
  update: (inputs, factors) => {
    const numbers = tf.tensor1d([...factors]);
    try {
      return call<tf.Tensor1D[]>('TrmUpdate', [...inputs, numbers], 4);
    } finally {
      numbers.dispose();
    }
  },
  flatten: (parts, offsets) =>
    withSizes(
      offsets,
      (places) =>
        call<[tf.Tensor1D]>('TrmFlatten', [...parts, places], 1, [
          { name: 'N', type: 'TF_ATTR_INT', value: parts.length },
        ])[0],
    ),
  norm: (x) => call<[tf.Tensor1D]>('TrmNorm', [x], 1)[0],
  logSumExp: (x) => call<[tf.Tensor1D]>('TrmLogSumExp', [x], 1)[0],
  rowTops: (x, most) => withSizes([most], (size) => call('TrmRowTops', [x, size], 3)),
  softmaxGrad: (x, logs, dy) => call<[tf.Tensor2D]>('TrmSoftmaxGrad', [x, logs, dy], 1)[0],
  moveRows: (from, { take, put, weights, rows }) =>
    withSizes([rows], (count) => call<[tf.Tensor2D]>('TrmMoveRows', [from, take, put, weights, count], 1)[0]),
};

/** The kernels, where a fused form was chosen. @throws Error when they have been switched off since */
export function requireKernels(): FusedKernels {
  const kernels = fusedKernels();
  if (kernels === null) throw new Error('the layout was made for fused kernels, which are switched off now');
  return kernels;
}
