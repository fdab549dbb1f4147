import * as tf from '@tensorflow/tfjs-core';
import { fusedKernels } from '../kernels';

/**
 * Rows of a matrix, in any order and repeated as often as wanted. The gradient by hand is one pass over the rows in use.
 * @param x `[rows, width]` @param index `[M]` @returns `[M, width]`
 */
export function gatherRows(x: tf.Tensor2D, index: Int32Array): tf.Tensor2D {
  const kernels = fusedKernels();
  const rows = tf.tensor1d(index, 'int32');
  if (kernels === null) return tf.gather(x, rows);
  const op = tf.customGrad((...args) => {
    const [from, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    // The tape frees what it is not told to keep.
    save([rows]);
    return {
      value: tf.gather(from, rows),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.tidy(() =>
          kernels.moveRows(dy as tf.Tensor2D, {
            take: tf.range(0, index.length, 1, 'int32'),
            put: saved[0] as tf.Tensor1D,
            weights: tf.ones([index.length, 1]),
            rows: x.shape[0],
          }),
        ),
    };
  });
  return op(x);
}
