import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { innerWidth } from './config';
import { normal } from './kernel-testing';
import { fusedKernels, type FusedKernels } from './kernels';
import { attentionLayout } from './layers/attention';

const matrix = (rows: number, columns: number): tf.Tensor2D => normal(rows, columns) as tf.Tensor2D;

let kernels: FusedKernels;
test.before(async () => {
  await requireNativeEngine();
  const found = fusedKernels();
  if (found === null) throw new Error('the fused kernels are not loaded: run `make setup`');
  kernels = found;
});

/** A product in int16, B packed. */
function times(a: tf.Tensor2D, b: tf.Tensor2D, transposeB = false): number[][] {
  return kernels.packedMatMul(a, kernels.pack(b, { precision: 'int16', transposeB })).arraySync();
}

/** Root of the mean square of the differences, as a share of that of `want`. */
function offBy(got: ArrayLike<number>, want: ArrayLike<number>): number {
  const length = (values: number[]): number => Math.hypot(...values);
  const all = Array.from(want);
  return length(all.map((value, i) => got[i] - value)) / length(all);
}

test('a product is off by as much as its steps take, and no more', () => {
  for (const [rows, depth, columns, transposeB] of [
    [72, 256, 96, false],
    [7, 601, 33, true],
    [1, 1, 1, false],
  ] as const) {
    const a = matrix(rows, depth);
    const b = transposeB ? matrix(columns, depth) : matrix(depth, columns);
    const off = offBy(times(a, b, transposeB).flat(), tf.matMul(a, b, false, transposeB).dataSync());
    // Of 256 normal values the largest is about 3: a step of 3 / 2047 is off by 4e-4 (its 12th part's root), one of 3 / 4095 by 2e-4.
    assert.ok(off < 1e-3, `${rows} x ${depth} x ${columns}: off by ${off}`);
    assert.ok(off > 2e-4 || depth === 1, `${depth}: off by ${off}, which is not int16`);
  }
});

test('the largest sums that a block can have fit', () => {
  for (const row of times(tf.fill([2, 600], -3), tf.fill([600, 3], 2)))
    for (const value of row) assert.ok(Math.abs(value + 3600) < 0.01, `${value}`);
});

test('rows and columns of zeros, and of what is too small to count, give zeros', () => {
  const a = tf.tensor2d([1, 2, 0, 0, 1e-38, -1e-38], [3, 2]);
  const [first, zeros, tiny] = times(a, tf.tensor2d([1, 0, 3, 1, 0, 4], [2, 3]));
  assert.equal(first.map(Math.round), [3, 0, 11]);
  assert.equal(
    [zeros, tiny],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  );
  assert.equal(
    kernels.packedMatMul(tf.zeros([0, 4]), kernels.pack(matrix(4, 3), { precision: 'int16' })).shape,
    [0, 3],
  );
});

test('what is no number or infinite makes its whole row or column NaN, and nothing else', () => {
  for (const bad of [NaN, -NaN, Infinity, -Infinity]) {
    const a = matrix(9, 300).arraySync();
    a[4][299] = bad;
    times(tf.tensor2d(a), matrix(300, 20)).forEach((row, i) => {
      assert.ok(i === 4 ? row.every(Number.isNaN) : row.every(Number.isFinite), `row ${i} with ${bad}`);
    });
    const b = matrix(300, 20).arraySync();
    b[0][17] = bad;
    for (const row of times(matrix(9, 300), tf.tensor2d(b)))
      row.forEach((value, j) => assert.is(Number.isNaN(value), j === 17, `column ${j} with ${bad}`));
  }
});

test('the core in one call gives the bits of its products and single ops, near those of float32', () => {
  const [width, positions, layers] = [128, 12, 2];
  const counts = Int32Array.of(12, 5);
  const { tables } = attentionLayout(counts, positions, width);
  if (tables.kind !== 'fused') throw new Error('expected the layout of fused kernels');
  const { angles } = tables;
  const inner = innerWidth(width);
  const small = (rows: number, columns: number): tf.Tensor2D => tf.mul(matrix(rows, columns), 0.09);
  const weights = Array.from({ length: layers }, () => [
    small(width, 3 * width),
    small(width, width),
    small(width, 2 * inner),
    small(inner, width),
  ]);
  const x = matrix(counts.length * positions, width);
  const run = (precision: 'float32' | 'int16'): Float32Array => {
    const packed = kernels.packCore(weights.flat(), precision);
    const call = {
      packed,
      precision,
      angles,
      counts: tables.counts,
      layers,
      inner,
      recursions: 1,
      latentUpdates: 1,
    };
    const start = { y: tf.zerosLike(x), z: tf.zerosLike(x) };
    return kernels.core(x, start, { ...call, plain: true })[0].dataSync() as Float32Array;
  };
  let h = x;
  for (const layer of weights) {
    const [qkv, o, gateUp, down] = layer.map((b) => kernels.pack(b, { precision: 'int16' }));
    const [mixed] = kernels.attention(kernels.packedMatMul(h, qkv), angles, tables.counts);
    [h] = kernels.rms(h, kernels.packedMatMul(mixed, o));
    [h] = kernels.rms(h, kernels.packedMatMul(kernels.gate(kernels.packedMatMul(h, gateUp)), down));
  }
  const whole = run('int16');
  assert.equal(Array.from(whole), Array.from(h.dataSync()));
  const off = offBy(whole, run('float32'));
  assert.ok(off > 1e-4 && off < 5e-3, `off by ${off}`);
});

test.run();
