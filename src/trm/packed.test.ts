import { setFlagsFromString } from 'node:v8';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadedWasm, loadEngine, nativeBindingPath } from '../core/engine';
import { seedStream } from '../core/rng';
import { startWasm, WASM_SETS, type WasmModule } from '../core/wasm/module';
import { nodeHost } from '../core/wasm/node';
import { collate } from './batch';
import { innerWidth } from './config';
import { near, normal } from './kernel-testing';
import { useFusedKernels } from './kernels';
import { attentionLayout } from './layers/attention';
import { createModelData, Model, prepareBatch, runSteps } from './model';
import { wasmCore, wasmMatrix } from './packed';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from './testing';

const THREADS = [1, 2, 5];
/** Both modules with different numbers of threads. */
const modules: WasmModule[] = [];

// Node 20 knows relaxed SIMD only when it is told to.
setFlagsFromString('--experimental-wasm-relaxed-simd');

test.before(async () => {
  await loadEngine({ choice: 'wasm' });
  for (const set of WASM_SETS)
    for (const threads of THREADS)
      modules.push(await startWasm(nodeHost(dirname(nativeBindingPath()), threads), [set]));
});
test.after(async () => {
  for (const wasm of modules) await wasm.dispose();
});
test.after.each(() => useFusedKernels(true));

const label = (wasm: WasmModule): string => `${wasm.set}, ${wasm.threads} threads`;
const matrix = (...shape: [number, number]): tf.Tensor2D => normal(...shape) as tf.Tensor2D;

/** Values that each module computes: the same bits with any number of threads. */
function onAll(compute: (wasm: WasmModule) => Float32Array, want: Float32Array, what: string): void {
  let first: Float32Array | undefined;
  for (const wasm of modules) {
    const got = compute(wasm);
    near(got, want, `${what}: ${label(wasm)}`);
    if (wasm.threads === 1) first = got;
    assert.equal(got, first, `${what}: ${label(wasm)}`);
  }
}

test('there are two modules, each with the threads that were asked for', () => {
  const found = modules.map(({ set, threads }) => [set, threads]);
  assert.equal(
    found,
    WASM_SETS.flatMap((set) => THREADS.map((n) => [set, n])),
  );
});

test('packed products of odd sizes are those of the plain op, transposed ones too', () => {
  for (const [rows, depth, columns] of [
    [1, 1, 1],
    [7, 33, 19],
    [97, 600, 33],
    [72, 256, 768],
    [0, 5, 3],
  ])
    for (const transposeB of [false, true]) {
      const a = matrix(rows, depth);
      const b = transposeB ? matrix(columns, depth) : matrix(depth, columns);
      const want = rows === 0 ? new Float32Array() : tf.matMul(a, b, false, transposeB).dataSync<'float32'>();
      onAll(
        (wasm) => {
          const packed = wasmMatrix(wasm, b, { transposeB });
          const product = packed.multiply(a);
          packed.dispose();
          assert.equal(product.shape, [rows, columns]);
          return product.dataSync<'float32'>();
        },
        want,
        `${rows} x ${depth} x ${columns}, ${transposeB}`,
      );
    }
});

test('all recursions of a core in one call are those of plain ops, with padding', () => {
  for (const change of [
    { recursions: 2, latentUpdates: 2 },
    { core: 'plain' as const, layers: 3, recursions: 1, latentUpdates: 1, supervisionSteps: 1 },
  ]) {
    const config = { ...TINY_CONFIG, ...change };
    const rng = seedStream(5, 'packed-test');
    const data = createModelData(config, syntheticTables(config), rng);
    const examples = syntheticExamples({ config, count: 5, lengths: [3, 11], buggyShare: 0.5 }, rng);
    const steps = config.supervisionSteps;
    const before = tf.memory().numTensors;
    const [kernels, plain] = [true, false].map((own) => {
      useFusedKernels(own);
      const model = new Model(data);
      assert.is(model.parts.packedCore !== null, own);
      const state = tf.tidy(() => {
        const batch = collate(examples, { length: 13 });
        return { ...runSteps(model, prepareBatch(batch, config), steps) };
      });
      model.dispose();
      const values = [state.y, state.z].map((tensor) => tensor.dataSync<'float32'>());
      tf.dispose([state.y, state.z]);
      return values;
    });
    kernels.forEach((got, i) => near(got, plain[i], `${config.core} ${'yz'[i]}`));
    assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
  }
});

/** A core of two layers at an odd number of positions, with rows of several lengths. */
function oddCore(): { weights: tf.Tensor2D[]; run: (wasm: WasmModule) => Float32Array } {
  const [width, inner, positions] = [64, innerWidth(64), 13];
  const shapes: [number, number][] = [
    [width, 3 * width],
    [width, width],
    [width, 2 * inner],
    [inner, width],
  ];
  const weights = [...shapes, ...shapes].map((shape) => tf.mul<tf.Tensor2D>(matrix(...shape), 0.1));
  const layout = attentionLayout(Int32Array.of(13, 1, 6), positions, width);
  const [x, y, z] = [0, 1, 2].map(() => matrix(3 * positions, width));
  const shape = { layers: 2, width, latentUpdates: 2, core: 'recursive' as const };
  const run = (wasm: WasmModule): Float32Array => {
    const core = wasmCore(wasm, weights, shape);
    const next = core.run(x, { y, z }, layout, 3);
    core.dispose();
    return next.y.dataSync<'float32'>();
  };
  return { weights, run };
}

test('a core has the same bits with any number of threads, and differs between modules by rounding alone', () => {
  const { run } = oddCore();
  onAll(run, run(modules[0]), 'core');
});

test('what is disposed of is free again, for models as well', () => {
  const { run } = oddCore();
  for (const wasm of modules.slice(0, 2)) {
    run(wasm);
    const { bytes } = wasm;
    for (let i = 0; i < 50; i++) run(wasm);
    assert.is(wasm.bytes, bytes);
  }
  const own = loadedWasm() as WasmModule;
  const config = TINY_CONFIG;
  const data = createModelData(config, syntheticTables(config), seedStream(1, 'packed-test'));
  const make = (): void => new Model(data).dispose();
  make();
  const { bytes } = own;
  for (let i = 0; i < 60; i++) make();
  assert.is(own.bytes, bytes);
});

test('full memory and shapes that do not fit are said', () => {
  const wasm = modules[0];
  assert.throws(
    () => wasm.allocate(2 ** 31 - 1),
    /expected 2147483647 bytes of WebAssembly memory, it is full/,
  );
  const packed = wasmMatrix(wasm, matrix(8, 5), { transposeB: false });
  assert.throws(() => packed.multiply(matrix(3, 9)), /expected a tensor of \[3, 8\], got \[3, 9\]/);
  packed.dispose();
  const shape = { layers: 1, width: 64, latentUpdates: 1, core: 'recursive' as const };
  assert.throws(() => wasmCore(wasm, [matrix(64, 191)], shape), /expected a tensor of \[64, 192\]/);
});

test.run();
