import * as tf from '@tensorflow/tfjs-core';
import type { State } from '../../trm/core';
import type { Counts } from '../task';

/** What one supervision step of one (micro-)batch gave, as numbers; the tensors are the caller's to free. */
export interface BatchGradient {
  /** Flat, of the mean loss over the whole batch's rows. */
  gradient: tf.Tensor1D;
  state: State;
  loss: number;
  parts: number[];
  q: Float32Array;
  counts: Counts;
  tokens: number;
  paddedTokens: number;
  flops: number;
}

/** Joins two micro-batches of one batch. Frees what it replaces. */
export function addGradients(a: BatchGradient, b: BatchGradient): BatchGradient {
  const join = (x: tf.Tensor, y: tf.Tensor, how: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor): tf.Tensor => {
    const out = how(x, y);
    tf.dispose([x, y]);
    return out;
  };
  const stack = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.concat([x, y], 0);
  return {
    gradient: join(a.gradient, b.gradient, tf.add) as tf.Tensor1D,
    state: {
      y: join(a.state.y, b.state.y, stack) as tf.Tensor2D,
      z: join(a.state.z, b.state.z, stack) as tf.Tensor2D,
    },
    loss: a.loss + b.loss,
    parts: a.parts.map((part, i) => part + b.parts[i]),
    q: Float32Array.from([...a.q, ...b.q]),
    counts: addCounts(a.counts, b.counts),
    tokens: a.tokens + b.tokens,
    paddedTokens: a.paddedTokens + b.paddedTokens,
    flops: a.flops + b.flops,
  };
}

/** Sums of two counts, measure by measure. */
export function addCounts(a: Counts, b: Counts): Counts {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const none = { right: 0, total: 0 };
  return Object.fromEntries(
    names.map((name) => {
      const [x, y] = [a[name] ?? none, b[name] ?? none];
      return [name, { right: x.right + y.right, total: x.total + y.total }];
    }),
  );
}
