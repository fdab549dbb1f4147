import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadEngine, nativeBindingPath, requireNativeEngine } from './engine';
import { projectRoot } from './paths';
import { runProcess } from './processes/subprocess';

test('the native engine is the one in use', async () => {
  const info = await requireNativeEngine();
  assert.is(info.engine, 'native');
  assert.is(tf.getBackend(), 'tensorflow');
  assert.match(info.tensorflow ?? '', /^2\.\d+\.\d+$/);
  // Not only the name: the binding and TensorFlow's library are mapped into this process.
  const maps = readFileSync('/proc/self/maps', 'utf8');
  assert.ok(maps.includes('tfjs_binding.node'));
  assert.ok(maps.includes('libtensorflow_cc.so.2'));
});

test('a second call gives the same engine', async () => {
  assert.equal(await loadEngine({ choice: 'wasm' }), await loadEngine());
});

test('it multiplies, and danfojs works on the same instance', async () => {
  await requireNativeEngine();
  const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const product = tf.matMul(a, a);
  assert.equal(Array.from(product.dataSync()), [7, 10, 15, 22]);
  tf.dispose([a, product]);
  const danfo = await import('danfojs-node');
  const frame = new danfo.DataFrame({ x: [1, 2, 3] });
  assert.instance(frame.tensor, tf.Tensor);
  assert.is((danfo.tensorflow as unknown as typeof tf).getBackend(), 'tensorflow');
  assert.ok(nativeBindingPath().endsWith('.node'));
});

test('embedding gradients work here (they do not on WASM)', async () => {
  await requireNativeEngine();
  const table = tf.variable(tf.ones([4, 2]));
  const { grads } = tf.variableGrads(
    () => tf.sum<tf.Scalar>(tf.gather(table, tf.tensor1d([1, 1, 3], 'int32'))),
    [table],
  );
  const [gradient] = Object.values(grads);
  assert.equal(Array.from(gradient.dataSync()), [0, 0, 2, 2, 0, 0, 1, 1]);
});

test('the engine computes where `util` lacks what Node 23 took out of it', async () => {
  const script = `
const util = require('node:util');
delete util.isNullOrUndefined;
delete util.isArray;
const { requireNativeEngine } = require('./dist/src/core/engine');
requireNativeEngine().then(() => {
  const tf = require('@tensorflow/tfjs-core');
  console.log(tf.slice(tf.tensor1d([1, 2, 3]), 1, 1).dataSync()[0]);
});`;
  const { stdout } = await runProcess(process.execPath, ['-e', script], { cwd: projectRoot() });
  assert.is(stdout.trim(), '2');
});

test.run();
