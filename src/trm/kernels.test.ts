import { execFileSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { meanPieces } from './embedding';
import { fusedKernels, useFusedKernels, type FusedKernels } from './kernels';
import { PRECISIONS } from './precision';
import { attention, attentionBlock, attentionLayout, type Layout } from './layers/attention';
import { gatherRows } from './layers/gather-rows';
import { product } from './layers/product';
import { rms } from './layers/rms';
import { gated, swiglu, swigluBlock } from './layers/swiglu';
import { bothWays, near, normal } from './kernel-testing';
import { flatten } from './weights';

test.before(async () => {
  await requireNativeEngine();
});
test.after.each(() => useFusedKernels(true));

function kernels(): FusedKernels {
  const found = fusedKernels();
  if (found === null) throw new Error('the fused kernels are not loaded: run `make setup`');
  return found;
}

const matrix = (...shape: [number, number]): tf.Tensor2D => normal(...shape) as tf.Tensor2D;

test('products of all orders and sizes are what TensorFlow computes, empty ones too', () => {
  for (const [m, n, k] of [
    [1, 1, 1],
    [72, 768, 256],
    [97, 33, 600],
    [256, 300, 1100],
    [0, 5, 3],
    [4, 5, 0],
  ])
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const a = transposeA ? matrix(k, m) : matrix(m, k);
      const b = transposeB ? matrix(n, k) : matrix(k, n);
      const onto = matrix(m, n);
      const want = m * n * k === 0 ? tf.zeros<tf.Rank.R2>([m, n]) : tf.matMul(a, b, transposeA, transposeB);
      const label = `${m} x ${n} x ${k}, ${transposeA} ${transposeB}`;
      near(kernels().matMul(a, b, { transposeA, transposeB }).dataSync(), want.dataSync(), label);
      const sum = kernels().matMul(a, b, { transposeA, transposeB, onto });
      near(sum.dataSync(), tf.add(want, onto).dataSync(), `${label}, added`);
    }
});

test('large outputs are taken from memory that is kept: the system does not hand it out page by page again', () => {
  const [a, b] = [matrix(1024, 8), matrix(8, 2048)];
  const pages = (1024 * 2048 * 4) / 4096;
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) kernels().matMul(a, b).dispose();
  };
  run(3);
  const before = process.resourceUsage().minorPageFault;
  run(20);
  const faults = (process.resourceUsage().minorPageFault - before) / 20;
  assert.ok(faults < pages / 10, `${faults} page faults a product of ${pages} pages`);
});

test('bf16 products are float32 products of rounded factors', () => {
  const [a, b] = [matrix(75, 300), matrix(300, 70)];
  const rounded = (x: tf.Tensor2D): tf.Tensor2D =>
    tf.tensor2d(Float32Array.from(x.dataSync(), toBf16), x.shape);
  const want = tf.matMul(rounded(a), rounded(b));
  near(kernels().matMul(a, b, { precision: 'bf16' }).dataSync(), want.dataSync(), 'bf16');
  const plain = tf.matMul(a, b).dataSync();
  assert.not.equal(Array.from(want.dataSync()), Array.from(plain), 'rounding is seen');
});

/** Nearest bf16, ties to even. */
function toBf16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const upper = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  return new Float32Array(Uint32Array.of(upper << 16).buffer)[0];
}

test('what is no number or infinite goes through a product of either precision, and only where it is', () => {
  for (const precision of PRECISIONS) {
    const a = tf.tensor2d([1, NaN, 3, 4, Infinity, 6, 7, -8, 1], [3, 3]);
    const got = kernels().matMul(a, tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]), { precision });
    const [first, second, third] = got.arraySync();
    assert.ok(first.every(Number.isNaN), `${precision}: ${first.join()}`);
    assert.is(second[1], Infinity);
    assert.equal(third, [7, -8, 1]);
    // Half a step of bf16 below the largest float32.
    const large = kernels().matMul(tf.tensor2d([[3.4e38]]), tf.tensor2d([[1]]), { precision });
    assert.is(large.arraySync()[0][0], precision === 'bf16' ? Infinity : Math.fround(3.4e38));
  }
});

test('a product and rows taken from a matrix, with their gradients', () => {
  const factors = [normal(40, 96), normal(96, 33)];
  bothWays((a, b) => product(a as tf.Tensor2D, b as tf.Tensor2D), factors);
  const turned = [normal(40, 96), normal(33, 96)];
  bothWays((a, b) => product(a as tf.Tensor2D, b as tf.Tensor2D, { transposeB: true }), turned);
  const index = Int32Array.of(3, 0, 3, 3, 8);
  bothWays((x) => gatherRows(x as tf.Tensor2D, index), [normal(9, 20)]);
});

test('rms and gate are what the composition computes, of widths that fill no vector too', () => {
  for (const width of [64, 50, 7]) {
    bothWays((h) => rms(h as tf.Tensor2D), [normal(33, width)]);
    bothWays((gu) => gated(tf.mul<tf.Tensor2D>(gu, 5)), [normal(33, 2 * width)]);
  }
});

test('attention and both blocks with padding of every length', () => {
  const width = 128;
  for (const [counts, positions] of [
    [[21, 1, 17, 16], 21],
    [[40, 40], 40],
    [[3], 3],
    [[136, 100, 129], 136],
    // The longest window with its registers.
    [[264, 9], 264],
  ] as const) {
    const rows = counts.length * positions;
    let layout: Layout;
    const layOut = (): void => void (layout = attentionLayout(Int32Array.from(counts), positions, width));
    const weights = [normal(width, 3 * width), normal(width, width)].map((w) => tf.mul(w, 0.09));
    const named = (qkv: tf.Tensor, o: tf.Tensor) => ({ qkv: qkv as tf.Tensor2D, o: o as tf.Tensor2D });
    const inputs = [normal(rows, width), ...weights];
    bothWays((h, qkv, o) => attention(h as tf.Tensor2D, named(qkv, o), layout), inputs, layOut);
    bothWays((h, qkv, o) => attentionBlock(h as tf.Tensor2D, named(qkv, o), layout), inputs, layOut);
  }
  const swigluInputs = [
    normal(30, width),
    tf.mul(normal(width, 384), 0.09),
    tf.mul(normal(192, width), 0.07),
  ];
  const named = (gateUp: tf.Tensor, down: tf.Tensor) => ({
    gateUp: gateUp as tf.Tensor2D,
    down: down as tf.Tensor2D,
  });
  bothWays((h, gateUp, down) => swiglu(h as tf.Tensor2D, named(gateUp, down)), swigluInputs);
  bothWays((h, gateUp, down) => swigluBlock(h as tf.Tensor2D, named(gateUp, down)), swigluInputs);
});

test('padding has no influence, and very large scores stay finite', () => {
  const layout = attentionLayout(Int32Array.of(5), 9, 64);
  const qkv = tf.mul(normal(9, 192), 60);
  const { tables } = layout;
  if (tables.kind !== 'fused') throw new Error('expected a fused layout');
  const attend = (x: tf.Tensor): Float32Array =>
    kernels()
      .attention(x as tf.Tensor2D, tables.angles, tables.counts)[0]
      .dataSync<'float32'>()
      .slice(0, 5 * 64);
  const other = tf.concat([tf.slice(qkv, 0, 5), normal(4, 192)]);
  assert.equal(attend(qkv), attend(other));
  assert.ok(attend(qkv).every(Number.isFinite));
});

test('mean of pieces and its gradient, tokens without pieces and repeated pieces included', () => {
  const lists = {
    ids: tf.tensor1d([3, 1, 1, 0, 6], 'int32'),
    tokens: tf.tensor1d([0, 0, 2, 3, 3], 'int32'),
    weights: tf.tensor2d([0.5, 0.5, 1, 0.5, 0.5], [5, 1]),
    count: 5,
  };
  bothWays((table) => meanPieces(table as tf.Tensor2D, lists), [normal(7, 24)]);
});

test('flattening', () => {
  const parts = [normal(3, 5), normal(16), normal(70_000)];
  const layout = {
    size: 70_064,
    entries: [
      { name: 'a', shape: [3, 5], offset: 0, size: 15 },
      { name: 'b', shape: [16], offset: 16, size: 16 },
      { name: 'c', shape: [70_000], offset: 48, size: 70_000 },
    ],
  };
  const joined = [true, false].map((fused) => {
    useFusedKernels(fused);
    return flatten(parts, layout).dataSync();
  });
  assert.equal(joined[0], joined[1]);
});

test('the greatest of a row, of equals the first, and the log of its sum, of widths that fill no vector too', () => {
  for (const [rows, width, most] of [
    [5, 1000, 8],
    [3, 37, 8],
    [1, 4, 4],
    [2, 1, 1],
  ]) {
    // Whole numbers: many are equal.
    const x = tf.round(tf.mul(matrix(rows, width), 3)) as tf.Tensor2D;
    const [values, places, logs] = kernels().rowTops(x, most);
    const want = tf.topk<tf.Tensor>(x, most);
    near(values.dataSync(), want.values.dataSync(), 'values');
    assert.equal([...places.dataSync()], [...want.indices.dataSync()]);
    near(logs.dataSync(), tf.logSumExp(x, 1).dataSync(), 'logs');
  }
});

test('the same call twice gives the same bits, with one thread the same as with two', () => {
  const program = `
    const load = (p) => require(${JSON.stringify(__dirname)} + p);
    load('/../core/engine.js').requireNativeEngine().then(() => {
      const tf = require('@tensorflow/tfjs-core');
      const { attentionLayout } = load('/layers/attention.js');
      const n = (s, ...shape) => tf.randomNormal(shape, 0, 0.1, 'float32', s);
      const layout = attentionLayout(Int32Array.of(30, 9), 30, 128);
      const hash = require('crypto').createHash('sha256');
      const { fusedKernels } = load('/kernels.js');
      const k = fusedKernels();
      const a = k.attention(n(2, 60, 384), layout.tables.angles, layout.tables.counts);
      const grad = k.attentionGrad({ qkv: n(2, 60, 384), ...layout.tables }, { out: a[0], logs: a[1] }, n(4, 60, 128));
      const norm = k.norm(n(6, 300000));
      const products = ['float32', 'bf16'].flatMap((precision) => [
        k.matMul(n(7, 300, 700), n(8, 700, 130), { precision }),
        k.matMul(n(7, 700, 60), n(8, 700, 130), { transposeA: true, precision }),
      ]);
      products.push(k.packedMatMul(n(7, 300, 700), k.pack(n(8, 700, 130), { precision: 'int16' })));
      for (const t of [...a, grad, norm, ...products]) hash.update(Buffer.from(t.dataSync().buffer));
      console.log('HASH', hash.digest('hex'));
    });`;
  const hash = (threads: string): string => {
    const env = { ...process.env, TF_NUM_INTRAOP_THREADS: threads };
    const out = execFileSync(process.execPath, ['-e', program], { env, encoding: 'utf8' });
    return /HASH (\w+)/.exec(out)?.[1] ?? out;
  };
  const once = hash('2');
  assert.match(once, /^[0-9a-f]{64}$/);
  assert.is(hash('2'), once);
  assert.is(hash('1'), once);
  assert.is(hash('5'), once);
});

test('shapes and places that do not fit are refused, not read', () => {
  const k = kernels();
  assert.throws(() => k.matMul(matrix(4, 8), matrix(9, 3)), /expected factors of one depth, got 8 and 9/);
  assert.throws(
    () => k.matMul(matrix(4, 8), matrix(8, 3), { onto: matrix(3, 4) }),
    /expected shape \[ 4 3 \]/,
  );
  assert.throws(() => k.rms(tf.zeros([4, 8]), tf.zeros([3, 8])), /expected shape \[ 4 8 \], got \[ 3 8 \]/);
  assert.throws(
    () => k.attention(tf.zeros([6, 192]), tf.zeros([3, 64]), tf.tensor1d([3, 4], 'int32')),
    /expected counts of 1\.\.3, got 4/,
  );
  const moves = {
    take: tf.tensor1d([0, 9], 'int32'),
    put: tf.tensor1d([0, 0], 'int32'),
    weights: tf.ones<tf.Rank.R2>([2, 1]),
    rows: 2,
  };
  assert.throws(() => k.rowTops(matrix(2, 4), 5), /expected 1 to 4 of a row's values, got 5/);
  assert.throws(() => k.moveRows(tf.zeros([4, 8]), moves), /entry 1 points at a row that does not exist/);
});

test('no tensor is left behind, with and without gradient', () => {
  const h = normal(12, 64) as tf.Tensor2D;
  const weights = { qkv: normal(64, 192) as tf.Tensor2D, o: normal(64, 64) as tf.Tensor2D };
  const layout = attentionLayout(Int32Array.of(6, 4), 6, 64);
  const before = tf.memory().numTensors;
  attentionBlock(h, weights, layout).dispose();
  const grads = tf.grads((x: tf.Tensor) => attentionBlock(x as tf.Tensor2D, weights, layout))([h], h);
  tf.dispose(grads);
  assert.is(tf.memory().numTensors, before);
});

test.run();
