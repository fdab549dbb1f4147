/** Helpers of tests that hold the fused kernels equal to the composition of plain ops. */
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { useFusedKernels } from './kernels';

/** Largest difference over the largest value: two orders of adding the same 32-bit numbers. */
const TOLERANCE = 5e-6;

let seed = 0;
/** Normal values, others in every call, the same in every run. */
export const normal = (...shape: number[]): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', ++seed);

/** Values and gradients of a function, fused and composed. @param prepare runs before each way */
export function bothWays(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  prepare: () => void = () => undefined,
): void {
  const run = (fused: boolean): Float32Array[] =>
    tf.tidy(() => {
      useFusedKernels(fused);
      prepare();
      const value = f(...inputs);
      const dy = tf.randomNormal(value.shape, 0, 1, 'float32', 77);
      const grads = tf.grads(f)(inputs, dy);
      return [value, ...grads].map((tensor) => tensor.dataSync<'float32'>().slice());
    });
  const composed = run(false);
  run(true).forEach((got, i) => near(got, composed[i], i === 0 ? 'value' : `gradient of input ${i - 1}`));
}

/** Fails unless two arrays are equal but for the order of additions. @param tolerance default: that of float32 */
export function near(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  label: string,
  tolerance = TOLERANCE,
): void {
  assert.is(got.length, want.length, label);
  let largest = 1e-6;
  let difference = 0;
  for (let i = 0; i < want.length; i++) {
    assert.ok(Number.isFinite(got[i]), `${label}: value ${i} is ${got[i]}`);
    largest = Math.max(largest, Math.abs(want[i]));
    difference = Math.max(difference, Math.abs(got[i] - want[i]));
  }
  assert.ok(difference / largest < tolerance, `${label}: relative difference ${difference / largest}`);
}
