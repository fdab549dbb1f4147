import * as tf from '@tensorflow/tfjs-core';
import { fusedKernels, requireKernels } from '../kernels';

/** Added to the mean square before the root. */
const RMS_EPSILON = 1e-5;

/**
 * rms(h) = h / sqrt(mean(h^2) + 1e-5) over the last axis; no gain. Gradient by hand (dh = r (dy - y mean(dy y)),
 * r the inverse root): a third of the kernels that the tape would run.
 * @param h `[rows, D]`
 */
export function rms(h: tf.Tensor2D): tf.Tensor2D {
  return (fusedKernels() ? fusedRmsOp(h) : rmsOp(h)) as tf.Tensor2D;
}

const rmsOp = tf.customGrad((...args) => {
  const [h, save] = args as [tf.Tensor, tf.GradSaveFunc];
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(h), -1, true), RMS_EPSILON));
  const value = tf.mul(h, inverse);
  save([value, inverse]);
  return {
    value,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [y, r] = saved;
      return tf.mul(tf.sub(dy, tf.mul(y, tf.mean(tf.mul(dy, y), -1, true))), r);
    },
  };
});

const fusedRmsOp = tf.customGrad((...args) => {
  const [h, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
  const kernels = requireKernels();
  const [value, inverse] = kernels.rms(h);
  save([value, inverse]);
  return {
    value,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      kernels.rmsGrad(dy as tf.Tensor2D, saved[0] as tf.Tensor2D, saved[1] as tf.Tensor1D),
  };
});
