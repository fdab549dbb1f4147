/**
 * One way to compute the core, as a process for bench/wasm-step.ts: `native`, `wasm` (our kernels), `plain` (TensorFlow.js
 * alone on WASM) or `onnx` (onnxruntime-web). It computes only between a request and its answer, one JSON line each.
 */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '../../src/core/engine';
import { projectRoot } from '../../src/core/paths';
import { createLayout, packCore, recursion } from '../../src/trm/core';
import { flatLayout, unflatten } from '../../src/trm/weights';
import { caseModel, makeMaterial, type StepCase } from './step-case';

/** Ways to compute. */
export type CoreWay = 'native' | 'wasm' | 'plain' | 'onnx';

/** A request of the parent; the answers are `{set}` (the instruction set of our kernels), `{y}` and `{seconds}`. */
export type CoreRequest =
  { do: 'open'; step: StepCase; folder: string } | { do: 'look' } | { do: 'steps'; count: number };

/** All recursions of a case once: the new y. */
type Run = () => Promise<Float32Array>;

/** What a side computes with. */
interface Opened {
  run: Run;
  set: string | null;
}

/** Where `make bench-peer` installs onnxruntime-web, which is too large for everybody's set-up. */
const ONNX_HOME =
  process.env.TRM_ONNX_WEB || join(projectRoot(), '.venv-bench', 'web', 'node_modules', 'onnxruntime-web');

/** x, y and z of a case: `[B * N, D]`, the same on every side. */
function inputsOf(step: StepCase): { shape: [number, number]; values: Float32Array[] } {
  const { registers, width } = caseModel(step);
  const shape: [number, number] = [step.rows * (registers + step.length), width];
  const values = [1, 2, 3].map((seed) =>
    Float32Array.from({ length: shape[0] * width }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233)),
  );
  return { shape, values };
}

async function openOurs(way: CoreWay, step: StepCase): Promise<Opened> {
  const info = await loadEngine({ choice: way === 'native' ? 'native' : 'wasm' });
  const set = 'isa' in info.kernels ? info.kernels.isa : null;
  if ((set === null) !== (way === 'plain'))
    throw new Error(`${way}: kernels are ${JSON.stringify(info.kernels)}`);
  const config = caseModel(step);
  const weights = unflatten(tf.tensor1d(makeMaterial(step, 'infer').model.weights), flatLayout(config));
  const packed = packCore(weights, config, 'float32');
  const { shape, values } = inputsOf(step);
  const [x, y, z] = values.map((array) => tf.tensor2d(array, shape));
  const layout = createLayout(new Int32Array(step.rows).fill(step.length), step.length, config);
  const run = async (): Promise<Float32Array> => {
    const next = tf.tidy(() => {
      if (packed) return packed.run(x, { y, z }, layout, config.recursions).y;
      let state = { y, z };
      for (let i = 0; i < config.recursions; i++) state = recursion(weights, x, state, layout, config);
      return state.y;
    });
    const out = await next.data<'float32'>();
    next.dispose();
    return out;
  };
  return { run, set };
}

/** The part of onnxruntime-web that is used here. */
interface Onnx {
  env: { wasm: { numThreads: number } };
  Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => object;
  InferenceSession: {
    create(
      model: Uint8Array,
      options: { executionProviders: string[]; graphOptimizationLevel: string },
    ): Promise<{ run(feeds: Record<string, object>): Promise<Record<string, { data: Float32Array }>> }>;
  };
}

async function openOnnx(threads: number, step: StepCase, folder: string): Promise<Opened> {
  const onnx = createRequire(__filename)(ONNX_HOME) as Onnx;
  onnx.env.wasm.numThreads = threads;
  const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'all' };
  const session = await onnx.InferenceSession.create(await readFile(join(folder, 'core.onnx')), options);
  const { shape, values } = inputsOf(step);
  const dims = [step.rows, shape[0] / step.rows, shape[1]];
  const [x, y, z] = values.map((array) => new onnx.Tensor('float32', array, dims));
  return { run: async () => (await session.run({ x, y, z })).y_next.data, set: null };
}

async function main(): Promise<void> {
  const way = process.argv[2] as CoreWay;
  let run: Run | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as CoreRequest;
    let answer: object = {};
    if (request.do === 'open') {
      const { step, folder } = request;
      const opening = way === 'onnx' ? openOnnx(Number(process.argv[3]), step, folder) : openOurs(way, step);
      const opened = await opening;
      run = opened.run;
      answer = { set: opened.set };
    } else if (run && request.do === 'look') {
      answer = { y: Array.from(await run()) };
    } else if (run && request.do === 'steps') {
      const started = performance.now();
      for (let i = 0; i < request.count; i++) await run();
      answer = { seconds: (performance.now() - started) / 1000 / request.count };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

if (require.main === module) void main();
