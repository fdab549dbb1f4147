import * as tf from '@tensorflow/tfjs-core';
import { fusedKernels, requireKernels } from '../kernels';
import type { Precision } from '../precision';
import { product } from './product';
import { rms } from './rms';

/** Weights of one SwiGLU: `gateUp` `[D, 2I]` (gate, then up), `down` `[I, D]`. */
export interface SwigluWeights {
  gateUp: tf.Tensor2D;
  down: tf.Tensor2D;
}

/** W_down(silu(W_gate h) * W_up h). @param h `[rows, D]` @param precision default `float32` */
export function swiglu(
  h: tf.Tensor2D,
  { gateUp, down }: SwigluWeights,
  precision: Precision = 'float32',
): tf.Tensor2D {
  return product(gated(product(h, gateUp, { precision })), down, { precision });
}

/**
 * silu(g) u, silu(g) = g sigmoid(g): the gate of SwiGLU. Gradient by hand.
 * @param gateUp `[rows, 2I]`: g, then u @returns `[rows, I]`
 */
export function gated(gateUp: tf.Tensor2D): tf.Tensor2D {
  if (fusedKernels()) return fusedGateOp(gateUp);
  const [g, u] = tf.split(gateUp, 2, 1);
  return gatedOp(g, u) as tf.Tensor2D;
}

const gatedOp = tf.customGrad((...args) => {
  const [g, u, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
  const sigmoid = tf.sigmoid(g);
  const silu = tf.mul(g, sigmoid);
  save([u, sigmoid, silu]);
  return {
    value: tf.mul(silu, u),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [up, s, a] = saved;
      // silu' = s + silu (1 - s) = s + silu - silu s
      const slope = tf.sub(tf.add(s, a), tf.mul(a, s));
      return [tf.mul(tf.mul(dy, up), slope), tf.mul(dy, a)];
    },
  };
});

const fusedGateOp = tf.customGrad((...args) => {
  const [gateUp, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
  const kernels = requireKernels();
  save([gateUp]);
  return {
    value: kernels.gate(gateUp),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.tidy(() => kernels.gateGrad(saved[0] as tf.Tensor2D, dy as tf.Tensor2D)[0]),
  };
});

/** The SwiGLU half of a block: rms(h + swiglu(h)). @param h `[rows, D]` @param precision default `float32` */
export function swigluBlock(
  h: tf.Tensor2D,
  weights: SwigluWeights,
  precision: Precision = 'float32',
): tf.Tensor2D {
  if (fusedKernels() === null) return rms(tf.add(h, swiglu(h, weights)));
  const op = tf.customGrad((...args) => {
    const [x, gateUp, down, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const kernels = requireKernels();
    const inner = kernels.matMul(x, gateUp, { precision });
    const [value, inverse] = kernels.rms(x, kernels.matMul(kernels.gate(inner), down, { precision }));
    save([x, gateUp, down, inner, value, inverse]);
    return { value, gradFunc: (dy, saved) => swigluBlockGrad(dy as tf.Tensor2D, saved, precision) };
  });
  return op(h, weights.gateUp, weights.down) as tf.Tensor2D;
}

/** Gradients of h and both weights; frees what was saved as soon as it is used up. */
function swigluBlockGrad(dy: tf.Tensor2D, saved: tf.Tensor[], precision: Precision): tf.Tensor[] {
  const kernels = requireKernels();
  const [x, gateUp, down, inner, y, inverse] = saved as tf.Tensor2D[];
  return tf.tidy(() => {
    const dSum = kernels.rmsGrad(dy, y, inverse as tf.Tensor as tf.Tensor1D);
    tf.dispose([y, inverse]);
    const dGated = kernels.matMul(dSum, down, { transposeB: true, precision });
    const [dInner, value] = kernels.gateGrad(inner, dGated);
    tf.dispose([inner, dGated]);
    const dDown = kernels.matMul(value, dSum, { transposeA: true, precision });
    value.dispose();
    const dGateUp = kernels.matMul(x, dInner, { transposeA: true, precision });
    const dx = kernels.matMul(dInner, gateUp, { transposeB: true, precision, onto: dSum });
    return [dx, dGateUp, dDown];
  });
}
