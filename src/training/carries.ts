import * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '../core/rng';
import type { State } from '../trm/core';
import { startStates, type ModelParts, type PreparedBatch } from '../trm/model';

/** A row in flight: which example it works on, and supervision steps done. */
export interface CarriedRow {
  index: number;
  steps: number;
}

/** Rows of one length bucket between two supervision steps. */
export interface CarryPool {
  rows: CarriedRow[];
  /** `[B * N, D]` each, detached; null when every row starts anew (supervisionSteps = 1, or the first batch). */
  state: State | null;
  /** `[B]` rows to be replaced. */
  halted: boolean[];
}

/** A pool whose rows all wait for their first example. */
export function emptyPool(rows: number): CarryPool {
  return {
    rows: Array.from({ length: rows }, () => ({ index: -1, steps: 0 })),
    state: null,
    halted: new Array<boolean>(rows).fill(true),
  };
}

/** Frees a pool's tensors. */
export function disposePool(pool: CarryPool): void {
  if (pool.state) tf.dispose([pool.state.y, pool.state.z]);
}

/** Puts new examples into the halted rows. @param deal gives that many example indices */
export function refill(pool: CarryPool, deal: (count: number) => number[]): CarriedRow[] {
  const fresh = deal(pool.halted.filter(Boolean).length);
  let next = 0;
  return pool.rows.map((row, i) => (pool.halted[i] ? { index: fresh[next++], steps: 0 } : row));
}

/** State to run from: start states in the halted rows, the carried ones elsewhere. */
export function resumeState(pool: CarryPool, parts: ModelParts, { layout }: PreparedBatch): State {
  const start = startStates(parts, layout);
  const { state, halted } = pool;
  if (state === null) return start;
  const { batch, positions } = layout;
  const fresh = tf.reshape(tf.tensor1d(Float32Array.from(halted, Number)), [batch, 1, 1]);
  const mix = (begin: tf.Tensor2D, carried: tf.Tensor2D): tf.Tensor2D => {
    const cube = (x: tf.Tensor2D): tf.Tensor => tf.reshape(x, [batch, positions, -1]);
    const mixed = tf.add(tf.mul(cube(begin), fresh), tf.mul(cube(carried), tf.sub(1, fresh)));
    return tf.reshape(mixed, begin.shape);
  };
  return { y: mix(start.y, state.y), z: mix(start.z, state.z) };
}

/** Settings of {@link decideHalting}. */
export interface HaltingOptions {
  /** N_sup: no row goes further. */
  supervisionSteps: number;
  /** Probability that a row must go on to a random number of steps. */
  exploration: number;
}

/**
 * Which rows halt after a supervision step: q > 0 or the last step; with the exploration probability a row must
 * first reach a minimum drawn from 2..N_sup ("Less is More", arXiv 2510.04871, appendix; DESIGN.md section 4).
 * @param steps supervision steps done by each row, this one included
 */
export function decideHalting(
  steps: readonly number[],
  q: ArrayLike<number>,
  { supervisionSteps, exploration }: HaltingOptions,
  rng: Rng,
): boolean[] {
  return steps.map((done, row) => {
    if (done >= supervisionSteps) return true;
    const least = rng.next() < exploration ? 2 + rng.int(supervisionSteps - 1) : 1;
    return q[row] > 0 && done >= least;
  });
}
