import * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '../core/rng';
import type { State } from '../trm/core';
import type { PreparedRows } from './task';

/** A row in flight, and supervision steps done. */
export interface CarriedRow<Row> {
  row: Row;
  steps: number;
}

/** Rows of one length bucket between two supervision steps. */
export interface CarryPool<Row> {
  /** B rows; none before the first batch. */
  rows: CarriedRow<Row>[];
  /** `[B * N, D]` each, detached; null when every row starts anew (supervisionSteps = 1, or the first batch). */
  state: State | null;
  /** `[B]` rows to be replaced. */
  halted: boolean[];
}

/** A pool of `rows` rows that all wait for their first example. */
export function emptyPool<Row>(rows: number): CarryPool<Row> {
  return { rows: [], state: null, halted: new Array<boolean>(rows).fill(true) };
}

/** Frees a pool's tensors. */
export function disposePool<Row>(pool: CarryPool<Row>): void {
  if (pool.state) tf.dispose([pool.state.y, pool.state.z]);
}

/** Puts fresh examples into the halted rows; `fresh` has as many. */
export function refill<Row>(pool: CarryPool<Row>, fresh: readonly Row[]): CarriedRow<Row>[] {
  let next = 0;
  return pool.halted.map((halted, i) => (halted ? { row: fresh[next++], steps: 0 } : pool.rows[i]));
}

/**
 * State to run from: start states in the halted rows, the carried ones elsewhere.
 * @param first first row of the pool that `prepared` holds: a micro-batch is a slice of the pool
 */
export function resumeState<Row>(pool: CarryPool<Row>, prepared: PreparedRows, first = 0): State {
  const start = prepared.start();
  const { state, halted } = pool;
  if (state === null) return start;
  const { rows, positions } = prepared;
  const fresh = tf.reshape(tf.tensor1d(Float32Array.from(halted.slice(first, first + rows), Number)), [
    rows,
    1,
    1,
  ]);
  const mix = (begin: tf.Tensor2D, all: tf.Tensor2D): tf.Tensor2D => {
    const carried =
      rows === halted.length ? all : tf.slice(all, [first * positions, 0], [rows * positions, -1]);
    const cube = (x: tf.Tensor2D): tf.Tensor => tf.reshape(x, [rows, positions, -1]);
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
 * first reach a minimum drawn from 2..N_sup ("Less is More", arXiv 2510.04871, appendix).
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
