/**
 * Matrix products of the shapes that training and inference have: our own in float32 and bf16 against TensorFlow's in float32,
 * one after the other in one process, so that a slow minute falls on all of them; best of the rounds. `packed` and `int16`: the
 * second factor is packed before, as inference does it, in float32 and in int16.
 *
 *   make bench BENCH=matmul ARGS='--rounds 7'
 *
 * The last line is JSON: ratio (TensorFlow's time over ours in float32, geometric mean over the shapes), ratioBf16 (over ours in
 * bf16), ratioInt16 (time of `packed` over `int16`), gflops (of each way: the largest of the shapes), cpu, flags, bf16 (the units), cases.
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { requireNativeEngine } from '../src/core/engine';
import { fusedKernels, type FusedKernels } from '../src/trm/kernels';
import { cpuFacts } from './tools/cpu';
import { geometricMean } from './tools/duel';

/** A product `[rows, depth] x [depth, columns]`, and which factor lies transposed in memory. */
interface Shape {
  name: string;
  rows: number;
  depth: number;
  columns: number;
  transposeA?: boolean;
  transposeB?: boolean;
}

/** Those of `trm-cpu` (D 256, I 768) at 32 x 64 tokens and for one window, of `trm-7m` (D 512), and large squares. */
const SHAPES: readonly Shape[] = [
  { name: 'qkv', rows: 2304, depth: 256, columns: 768 },
  { name: 'gate and up', rows: 2304, depth: 256, columns: 1536 },
  { name: 'down', rows: 2304, depth: 768, columns: 256 },
  { name: 'gradient of the input', rows: 2304, depth: 1536, columns: 256, transposeB: true },
  { name: 'gradient of the weights', rows: 256, depth: 2304, columns: 1536, transposeA: true },
  { name: 'pieces', rows: 32, depth: 128, columns: 32768, transposeB: true },
  { name: 'one window, qkv', rows: 72, depth: 256, columns: 768 },
  { name: 'one window, down', rows: 72, depth: 768, columns: 256 },
  { name: 'trm-7m, gate and up', rows: 2304, depth: 512, columns: 3072 },
  { name: 'square', rows: 2048, depth: 2048, columns: 2048 },
];

const WAYS = ['tensorflow', 'float32', 'bf16', 'packed', 'int16'] as const;
type Way = (typeof WAYS)[number];

/** Seconds of one product, from calls that fill about 50 ms. */
function time(run: () => tf.Tensor, flops: number): number {
  const count = Math.max(1, Math.round(5e9 / flops));
  run().dispose();
  const started = performance.now();
  for (let i = 0; i < count; i++) run().dispose();
  return (performance.now() - started) / 1000 / count;
}

/** Seconds a way. */
function measure(kernels: FusedKernels, shape: Shape, rounds: number): Record<Way, number> {
  const { rows, depth, columns, transposeA = false, transposeB = false } = shape;
  const a = tf.randomNormal<tf.Rank.R2>(transposeA ? [depth, rows] : [rows, depth]);
  const b = tf.randomNormal<tf.Rank.R2>(transposeB ? [columns, depth] : [depth, columns]);
  const rowsOfA = transposeA ? tf.transpose<tf.Tensor2D>(a) : a;
  const packed = {
    packed: kernels.pack(b, { transposeB }),
    int16: kernels.pack(b, { transposeB, precision: 'int16' }),
  };
  const ways: Record<Way, () => tf.Tensor> = {
    tensorflow: () => tf.matMul(a, b, transposeA, transposeB),
    float32: () => kernels.matMul(a, b, { transposeA, transposeB }),
    bf16: () => kernels.matMul(a, b, { transposeA, transposeB, precision: 'bf16' }),
    packed: () => kernels.packedMatMul(rowsOfA, packed.packed),
    int16: () => kernels.packedMatMul(rowsOfA, packed.int16),
  };
  const best = Object.fromEntries(WAYS.map((way) => [way, Infinity])) as Record<Way, number>;
  for (let round = 0; round < rounds; round++)
    for (const way of WAYS) best[way] = Math.min(best[way], time(ways[way], 2 * rows * depth * columns));
  tf.dispose([a, b, rowsOfA, packed.packed.data, packed.int16.data]);
  return best;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
  const { kernels: info } = await requireNativeEngine();
  const kernels = fusedKernels();
  if (kernels === null) throw new Error('expected the fused kernels: run `make setup`');
  const cases = SHAPES.map((shape) => {
    const seconds = measure(kernels, shape, Number(values.rounds));
    const flops = 2 * shape.rows * shape.depth * shape.columns;
    const gflops = Object.fromEntries(WAYS.map((way) => [way, flops / seconds[way] / 1e9])) as Record<
      Way,
      number
    >;
    const cells = WAYS.map((way) => `${way} ${gflops[way].toFixed(0).padStart(5)}`).join('  ');
    console.log(`${`${shape.rows} x ${shape.depth} x ${shape.columns}`.padEnd(20)} ${cells}  ${shape.name}`);
    return { ...shape, gflops };
  });
  const ratio = (way: Way, against: Way): number | null =>
    geometricMean(cases.map(({ gflops }) => gflops[way] / gflops[against]));
  const peak = (way: Way): number => Math.max(...cases.map(({ gflops }) => gflops[way]));
  const result = {
    bench: 'matmul',
    ratio: ratio('float32', 'tensorflow'),
    ratioBf16: ratio('bf16', 'tensorflow'),
    ratioInt16: ratio('int16', 'packed'),
    gflops: Object.fromEntries(WAYS.map((way) => [way, peak(way)])),
    kernels: info,
    ...cpuFacts(),
    cases,
  };
  console.log(JSON.stringify(result));
}

void main();
