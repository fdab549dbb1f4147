import * as tf from '@tensorflow/tfjs-core';
import { fusedKernels, requireKernels } from './kernels';

/** log(sum(exp(x))) over the last axis, `[rows]`; the gradient by hand is one softmax. */
export function logSumExp(x: tf.Tensor2D): tf.Tensor1D {
  return (fusedKernels() ? fusedLogSumExpOp(x) : logSumExpOp(x)) as tf.Tensor1D;
}

const fusedLogSumExpOp = tf.customGrad((...args) => {
  const [x, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
  const kernels = requireKernels();
  const value = kernels.logSumExp(x);
  save([x, value]);
  return {
    value,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      kernels.softmaxGrad(saved[0] as tf.Tensor2D, saved[1] as tf.Tensor1D, dy as tf.Tensor1D),
  };
});

const logSumExpOp = tf.customGrad((...args) => {
  const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
  const value = tf.logSumExp(x, -1);
  save([x, value]);
  return {
    value,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [input, total] = saved;
      return tf.mul(tf.exp(tf.sub(input, tf.expandDims(total, -1))), tf.expandDims(dy, -1));
    },
  };
});
