import * as tf from '@tensorflow/tfjs-core';
import { fusedKernels, requireKernels } from '../kernels';
import type { Precision } from '../precision';

/** Settings of {@link product}. */
export interface ProductOptions {
  /** Precision, where the fused kernels compute; plain ops know float32 only. Default `float32`. */
  precision?: Precision;
  /** B comes as `[columns, depth]`. Default false. */
  transposeB?: boolean;
}

/** A B with its gradient, by the fused kernel where it is there. @param a `[rows, depth]` @param b `[depth, columns]` */
export function product(a: tf.Tensor2D, b: tf.Tensor2D, options: ProductOptions = {}): tf.Tensor2D {
  const { precision = 'float32', transposeB = false } = options;
  if (fusedKernels() === null) return tf.matMul(a, b, false, transposeB);
  const op = tf.customGrad((...args) => {
    const [x, y, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const kernels = requireKernels();
    const matMul: typeof kernels.matMul = (...factors) => kernels.matMul(...factors);
    save([x, y]);
    return {
      value: matMul(x, y, { transposeB, precision }),
      gradFunc: (dy, saved) => {
        const [left, right] = saved as [tf.Tensor2D, tf.Tensor2D];
        const d = dy as tf.Tensor2D;
        return [
          matMul(d, right, { transposeB: !transposeB, precision }),
          transposeB
            ? matMul(d, left, { transposeA: true, precision })
            : matMul(left, d, { transposeA: true, precision }),
        ];
      },
    };
  });
  return op(a, b) as tf.Tensor2D;
}
