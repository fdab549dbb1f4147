/**
 * Weights that stay as they are, packed once for products that come again and again: by the fused kernels on the native
 * engine, by the same code as a WebAssembly module on WASM. Inference reads them; where there are no kernels the plain ops
 * of `layers/` compute.
 */
import * as tf from '@tensorflow/tfjs-core';
import { loadedWasm } from '../core/engine';
import type { Address, WasmModule } from '../core/wasm/module';
import { innerWidth, type ModelConfig } from './config';
import { areKernelsWanted, fusedKernels, requireKernels, type CoreDepth } from './kernels';
import type { Layout } from './layers/attention';
import { rotaryAngles } from './layers/rotary';
import type { InferencePrecision } from './precision';

/** A packed second factor `[depth, columns]`. */
export interface PackedMatrix {
  /** @param a `[rows, depth]` @returns `[rows, columns]`, without gradient */
  multiply(a: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
}

/** The packed weights of a core. */
export interface PackedCore {
  /** The tables of a layout that it can run with. */
  tables: Layout['tables']['kind'];
  /** All recursions in one call, without gradient. All tensors `[B * N, D]`. */
  run(x: tf.Tensor2D, state: CoreState, layout: Layout, recursions: number): CoreState;
  dispose(): void;
}

interface CoreState {
  y: tf.Tensor2D;
  z: tf.Tensor2D;
}

/** What a core's weights do not say of themselves. */
type CoreShape = Pick<ModelConfig, 'layers' | 'width' | 'latentUpdates' | 'core'>;

/** How a factor is packed: whether it comes as `[columns, depth]`, and for which precision (WASM knows float32 only). */
interface PackOptions {
  transposeB: boolean;
  precision: InferencePrecision;
}

/** Packs a second factor. @returns null where no kernels are in use */
export function packMatrix(b: tf.Tensor2D, options: PackOptions): PackedMatrix | null {
  if (fusedKernels()) return nativeMatrix(b, options);
  const wasm = wasmInUse();
  return wasm && wasmMatrix(wasm, b, options);
}

/**
 * Packs the weights of a core.
 * @param weights qkv `[D, 3D]`, o `[D, D]`, gateUp `[D, 2I]`, down `[I, D]` of the first layer, then of the next
 * @returns null where no kernels are in use
 */
export function packLayers(
  weights: readonly tf.Tensor2D[],
  shape: CoreShape,
  precision: InferencePrecision,
): PackedCore | null {
  if (fusedKernels()) return nativeCore(weights, shape, precision);
  const wasm = wasmInUse();
  return wasm && wasmCore(wasm, weights, shape);
}

function wasmInUse(): WasmModule | null {
  return areKernelsWanted() && tf.getBackend() === 'wasm' ? loadedWasm() : null;
}

function nativeMatrix(b: tf.Tensor2D, options: PackOptions): PackedMatrix {
  const packed = requireKernels().pack(b, options);
  return {
    multiply: (a) => requireKernels().packedMatMul(a, packed),
    dispose: () => packed.data.dispose(),
  };
}

/** How the fused kernels run a core on a batch. @throws Error for a layout made for plain ops */
export function coreDepth<Allowed extends InferencePrecision>(
  { tables }: Layout,
  { latentUpdates, core }: Pick<CoreShape, 'latentUpdates' | 'core'>,
  recursions: number,
  precision: Allowed,
): CoreDepth<Allowed> {
  if (tables.kind !== 'fused') throw new Error('the fused core needs a layout for the fused kernels');
  const { angles, counts } = tables;
  return { precision, angles, counts, recursions, latentUpdates, plain: core === 'plain' };
}

function nativeCore(
  weights: readonly tf.Tensor2D[],
  shape: CoreShape,
  precision: InferencePrecision,
): PackedCore {
  const packed = requireKernels().packCore(weights, precision);
  return {
    tables: 'fused',
    run(x, state, layout, recursions) {
      const depth = coreDepth(layout, shape, recursions, precision);
      const { layers, width } = shape;
      const [y, z] = requireKernels().core(x, state, { ...depth, packed, layers, inner: innerWidth(width) });
      return { y, z };
    },
    dispose: () => packed.dispose(),
  };
}

const valuesOf = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>();

/** {@link packMatrix} on a module. */
export function wasmMatrix(
  wasm: WasmModule,
  b: tf.Tensor2D,
  { transposeB }: Pick<PackOptions, 'transposeB'>,
): PackedMatrix {
  const [depth, columns] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
  const packed = wasm.allocate(wasm.exports.packed_bytes(depth, columns));
  wasm.withCopies([valuesOf(b)], (at) => wasm.exports.pack(at, transposeB, depth, columns, packed));
  return {
    multiply(a) {
      const [rows] = checkShape(a, [a.shape[0], depth]);
      const result = new Float32Array(rows * columns);
      const values = wasm.withCopies([valuesOf(a), result], (from, to) => {
        wasm.exports.multiply(from, packed, rows, depth, columns, to);
        return wasm.copyOut(to, result.length);
      });
      return tf.tensor2d(values, [rows, columns]);
    },
    dispose: () => wasm.release(packed),
  };
}

/** {@link packLayers} on a module. */
export function wasmCore(wasm: WasmModule, weights: readonly tf.Tensor2D[], shape: CoreShape): PackedCore {
  const { layers, width, latentUpdates, core } = shape;
  const inner = innerWidth(width);
  const shapes: [number, number][] = [
    [width, 3 * width],
    [width, width],
    [width, 2 * inner],
    [inner, width],
  ];
  weights.forEach((matrix, i) => checkShape(matrix, shapes[i % shapes.length]));
  const packed = wasm.allocate(wasm.exports.packed_core_bytes(width, inner, layers));
  wasm.withCopies([joined(weights.map(valuesOf))], (at) =>
    wasm.exports.pack_core(at, width, inner, layers, packed),
  );
  return {
    tables: 'composed',
    run(x, { y, z }, { batch, positions, counts }, recursions) {
      const size: [number, number] = [batch * positions, width];
      for (const tensor of [x, y, z]) checkShape(tensor, size);
      const depth = [recursions, latentUpdates, core === 'plain'] as const;
      const inputs = [...[x, y, z].map(valuesOf), rotaryAngles(positions), counts];
      return wasm.withCopies(inputs, (...at) => {
        const [xAt, yAt, zAt, angles, mask] = at;
        const weightsAt = [packed, width, inner, layers] as const;
        wasm.exports.run_core(...weightsAt, xAt, angles, mask, yAt, zAt, batch, positions, ...depth);
        const read = (from: Address): tf.Tensor2D => tf.tensor2d(wasm.copyOut(from, size[0] * width), size);
        return { y: read(yAt), z: read(zAt) };
      });
    },
    dispose: () => wasm.release(packed),
  };
}

function checkShape(tensor: tf.Tensor2D, shape: [number, number]): [number, number] {
  if (tensor.shape.join() !== shape.join())
    throw new Error(`expected a tensor of [${shape.join(', ')}], got [${tensor.shape.join(', ')}]`);
  return shape;
}

/** Arrays one behind the other. */
function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
