import * as tf from '@tensorflow/tfjs-core';
import { TrmError } from '../core/errors';
import type { Rng } from '../core/rng';
import type { Example } from '../records/example';
import { collate } from '../trm/batch';
import type { ModelConfig } from '../trm/config';
import type { State } from '../trm/core';
import { supervisionStepFlops } from '../trm/flops';
import {
  createParts,
  disposeParts,
  lastRecursion,
  prepareBatch,
  warmRecursions,
  type ModelData,
  type ModelParts,
} from '../trm/model';
import { flatLayout, flatten, unflatten, type FlatLayout } from '../trm/weights';
import { BatchSource } from './batches';
import {
  decideHalting,
  disposePool,
  emptyPool,
  refill,
  resumeState,
  type CarriedRow,
  type CarryPool,
} from './carries';
import type { TrainConfig } from './config';
import { computeLoss, LOSS_PARTS, type Decisions, type LossPart } from './losses';
import { adamwStep, vectorNorm, type TrainedState } from './optimizer';
import { emaDecay, learningRate } from './schedule';

/** Training cannot go on: the loss or gradient is no number. The last good checkpoint is untouched. */
export class DivergedError extends TrmError {
  override name = 'DivergedError';
}

/** Numbers of one optimizer step. */
export interface StepResult {
  /** Step number, counted from 1. */
  step: number;
  loss: number;
  /** Unweighted parts. */
  parts: Record<LossPart, number>;
  gradientNorm: number;
  learningRate: number;
  decisions: Decisions;
  /** Rows with a bug, for shares of right answers. */
  buggy: boolean[];
  /** Examples seen for the first time in this step. */
  newRows: number;
  /** Program tokens without and with padding. */
  tokens: number;
  paddedTokens: number;
  /** Floating-point operations of the core. */
  flops: number;
}

/** Everything that changes while training; what a checkpoint holds. */
export interface TrainerSnapshot {
  step: number;
  samplesSeen: number;
  /** Flat values in the order of `flatLayout`. */
  weights: Float32Array;
  ema: Float32Array;
  m: Float32Array;
  v: Float32Array;
  random: Record<string, ReturnType<Rng['state']>>;
  cursor: ReturnType<BatchSource['cursor']>;
  pools: {
    bucket: number;
    rows: CarriedRow[];
    halted: boolean[];
    y: Float32Array | null;
    z: Float32Array | null;
  }[];
}

/** Settings of {@link Trainer}. */
export interface TrainerOptions {
  config: TrainConfig;
  /** Model to start from; its weights are copied. */
  model: ModelData;
  examples: readonly Example[];
  rng: Rng;
}

/**
 * One optimizer step after another. Every step is one supervision step on one length bucket's rows: those that
 * halted are replaced by new examples, the others carry y and z on. Owns tensors: call {@link Trainer.dispose}.
 */
export class Trainer {
  step = 0;
  samplesSeen = 0;
  readonly modelConfig: ModelConfig;
  private readonly config: TrainConfig;
  private readonly layout: FlatLayout;
  private readonly parts: ModelParts;
  private readonly source: BatchSource;
  private readonly streams: Readonly<Record<'buckets' | 'rows' | 'halting', Rng>>;
  private readonly pools = new Map<number, CarryPool>();
  private state: TrainedState;

  constructor({ config, model, examples, rng }: TrainerOptions) {
    this.config = config;
    this.modelConfig = model.config;
    this.layout = flatLayout(model.config);
    this.parts = createParts(model.config, model.start, model.tables);
    this.source = new BatchSource(examples, config, rng.fork('batches'));
    this.streams = { buckets: rng.fork('buckets'), rows: rng.fork('rows'), halting: rng.fork('halting') };
    const size = model.weights.length;
    this.state = {
      weights: tf.tensor1d(model.weights),
      ema: tf.tensor1d(model.weights),
      m: tf.zeros([size]),
      v: tf.zeros([size]),
    };
  }

  /**
   * Runs one optimizer step.
   * @param used share of the budget used, for the schedule
   * @throws DivergedError before anything is changed, when loss or gradient is not finite
   */
  next(used: number): StepResult {
    const bucket = this.source.pickBucket(this.streams.buckets);
    const before = this.pools.get(bucket) ?? emptyPool(this.source.rowsOf(bucket));
    const rows = refill(before, (count) => this.source.deal(bucket, count, this.streams.rows));
    const newRows = rows.filter(({ steps }) => steps === 0).length;
    const examples = rows.map(({ index }) => this.source.examples[index]);
    // Without carries a batch need not be padded to its bucket's full length.
    const carried = this.modelConfig.supervisionSteps > 1;
    const batch = collate(examples, carried ? { length: bucket } : {});
    const result = this.forwardBackward(batch, before);
    const { loss, parts, gradient, gradientNorm, q, state, decisions } = result;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      tf.dispose([gradient, state.y, state.z]);
      throw this.diverged(loss, gradientNorm, bucket, examples);
    }
    const rate = learningRate(this.step, used, this.config.optimizer);
    this.update(gradient, gradientNorm, rate);
    this.carry(bucket, before, rows, state, q);
    this.step++;
    this.samplesSeen += newRows;
    return {
      step: this.step,
      loss,
      parts,
      gradientNorm,
      learningRate: rate,
      decisions,
      buggy: examples.map(({ target }) => target.location > 0),
      newRows,
      tokens: examples.reduce((sum, { length }) => sum + length, 0),
      paddedTokens: batch.rows * batch.length,
      flops: supervisionStepFlops(this.modelConfig, batch.rows, batch.length, true),
    };
  }

  /** Loss and flat gradient of one supervision step; the caller frees `gradient` and `state`. */
  private forwardBackward(batch: ReturnType<typeof collate>, pool: CarryPool) {
    let decisions: Decisions | undefined;
    const [gradient, y, z, numbers] = tf.tidy(() => {
      const weights = unflatten(this.state.weights, this.layout);
      const prepared = prepareBatch(batch, this.modelConfig);
      const begin = warmRecursions(weights, this.parts, prepared, resumeState(pool, this.parts, prepared));
      const names = this.layout.entries.map(({ name }) => name);
      let out: { state: State; parts: tf.Tensor1D; halt: tf.Tensor1D } | undefined;
      const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
        const taped = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
        const { state, answer } = lastRecursion(taped, this.parts, prepared, begin);
        const result = computeLoss(taped, this.parts, answer, batch.targets, this.config);
        decisions = result.decisions;
        // Kept, or the tape's own clean-up would free them.
        out = {
          state: { y: tf.keep(state.y), z: tf.keep(state.z) },
          parts: tf.keep(result.parts),
          halt: tf.keep(result.halt),
        };
        return result.loss;
      })(names.map((name) => weights[name]));
      if (!out) throw new Error('the loss was not computed');
      const flat = flatten(grads, this.layout);
      const norm = tf.reshape(vectorNorm(flat), [1]);
      const packed = tf.concat([tf.reshape(value, [1]), norm, out.parts, out.halt]);
      tf.dispose([out.parts, out.halt]);
      return [flat, out.state.y, out.state.z, packed];
    }) as [tf.Tensor1D, tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
    // The one transfer of a step beside the decisions.
    const values = numbers.dataSync();
    numbers.dispose();
    const parts = Object.fromEntries(LOSS_PARTS.map((part, i) => [part, values[2 + i]])) as Record<
      LossPart,
      number
    >;
    return {
      loss: values[0],
      gradientNorm: values[1],
      parts,
      q: values.slice(2 + LOSS_PARTS.length),
      gradient,
      state: { y, z },
      decisions: decisions as Decisions,
    };
  }

  private update(gradient: tf.Tensor1D, gradientNorm: number, rate: number): void {
    const old = this.state;
    const numbers = {
      step: this.step,
      learningRate: rate,
      emaDecay: emaDecay(this.step, this.config.emaDecay),
      gradientNorm,
    };
    this.state = adamwStep(old, gradient, numbers, this.config.optimizer);
    tf.dispose([old.weights, old.ema, old.m, old.v, gradient]);
  }

  private carry(
    bucket: number,
    before: CarryPool,
    rows: CarriedRow[],
    state: State,
    q: ArrayLike<number>,
  ): void {
    disposePool(before);
    const { supervisionSteps } = this.modelConfig;
    if (supervisionSteps === 1) {
      tf.dispose([state.y, state.z]);
      return;
    }
    const done = rows.map(({ index, steps }) => ({ index, steps: steps + 1 }));
    const halted = decideHalting(
      done.map(({ steps }) => steps),
      q,
      { supervisionSteps, exploration: this.config.exploration },
      this.streams.halting,
    );
    this.pools.set(bucket, { rows: done, state, halted });
  }

  private diverged(loss: number, norm: number, bucket: number, examples: readonly Example[]): DivergedError {
    const ids = examples.slice(0, 3).map(({ sampleId }) => sampleId.slice(0, 12));
    return new DivergedError(
      `optimizer step ${this.step + 1}: loss ${loss}, gradient norm ${norm} on a batch of ${examples.length} rows ` +
        `from the bucket of ${bucket} tokens (samples ${ids.join(', ')}, ...)`,
      'lower train.optimizer.learningRate or look at these samples; the last checkpoint is untouched',
    );
  }

  /** Averaged weights, flat. */
  emaWeights(): Float32Array {
    return this.state.ema.dataSync<'float32'>().slice();
  }

  /** Copies everything that a checkpoint needs off the engine. */
  snapshot(): TrainerSnapshot {
    const copy = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>().slice();
    const { weights, ema, m, v } = this.state;
    return {
      step: this.step,
      samplesSeen: this.samplesSeen,
      weights: copy(weights),
      ema: copy(ema),
      m: copy(m),
      v: copy(v),
      random: Object.fromEntries(Object.entries(this.streams).map(([name, rng]) => [name, rng.state()])),
      cursor: this.source.cursor(),
      pools: [...this.pools].map(([bucket, { rows, halted, state }]) => ({
        bucket,
        rows,
        halted,
        y: state && copy(state.y),
        z: state && copy(state.z),
      })),
    };
  }

  /** Continues from a snapshot, exactly. */
  restore(snapshot: TrainerSnapshot): void {
    const { width } = this.modelConfig;
    this.source.restore(snapshot.cursor);
    this.step = snapshot.step;
    this.samplesSeen = snapshot.samplesSeen;
    for (const [name, rng] of Object.entries(this.streams)) rng.restore(snapshot.random[name]);
    tf.dispose([this.state.weights, this.state.ema, this.state.m, this.state.v]);
    const { weights, ema, m, v } = snapshot;
    this.state = {
      weights: tf.tensor1d(weights),
      ema: tf.tensor1d(ema),
      m: tf.tensor1d(m),
      v: tf.tensor1d(v),
    };
    for (const pool of this.pools.values()) disposePool(pool);
    this.pools.clear();
    for (const { bucket, rows, halted, y, z } of snapshot.pools)
      this.pools.set(bucket, {
        rows,
        halted,
        state: y &&
          z && { y: tf.tensor2d(y, [y.length / width, width]), z: tf.tensor2d(z, [z.length / width, width]) },
      });
  }

  /** Frees all tensors. */
  dispose(): void {
    tf.dispose([this.state.weights, this.state.ema, this.state.m, this.state.v]);
    for (const pool of this.pools.values()) disposePool(pool);
    this.pools.clear();
    disposeParts(this.parts);
  }
}
