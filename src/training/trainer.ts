import * as tf from '@tensorflow/tfjs-core';
import { TrmError } from '../core/errors';
import type { Rng } from '../core/rng';
import type { EarlyDecay } from '../records/early-decay';
import { flatten, unflatten } from '../trm/weights';
import {
  decideHalting,
  disposePool,
  emptyPool,
  refill,
  resumeState,
  type CarriedRow,
  type CarryPool,
} from './carries';
import type { RunConfig } from './run-config';
import { phaseIndex, phaseSettings, type PhaseSettings } from './optimization/curriculum';
import type { FeedState, Mixture, RowFeed } from './feed/feed';
import { addGradients, type BatchGradient } from './optimization/gradient';
import { freshGuard, watchLoss, type GuardState } from './optimization/guard';
import { optimizerStep, vectorNorm, type TrainedState } from './optimization/optimizer';
import { emaDecay, learningRate } from './optimization/schedule';
import type { Counts, TrainingTask } from './task';

/** Training cannot go on: the loss or gradient is no number, or runs away. The last good checkpoint is untouched. */
export class DivergedError extends TrmError {
  override name = 'DivergedError';
}

/** Numbers of one optimizer step. */
export interface StepResult {
  /** Step number, counted from 1. */
  step: number;
  /** Name of the curriculum's phase. */
  phase: string;
  loss: number;
  /** Unweighted parts. */
  parts: Readonly<Record<string, number>>;
  gradientNorm: number;
  learningRate: number;
  counts: Counts;
  /** Examples seen for the first time in this step. */
  newRows: number;
  /** Program tokens without and with padding. */
  tokens: number;
  paddedTokens: number;
  /** Floating-point operations of the core. */
  flops: number;
  /** Seconds that the step waited for its rows. */
  waitSeconds: number;
}

/** Everything that changes while training; what a checkpoint holds. */
export interface TrainerSnapshot<Row> {
  step: number;
  samplesSeen: number;
  /** Index of the curriculum's phase. */
  phase: number;
  /** Score of the last evaluation in this phase. */
  score: number | null;
  guard: GuardState;
  /** Flat values in the order of the task's layout. */
  weights: Float32Array;
  ema: Float32Array;
  m: Float32Array;
  v: Float32Array;
  random: Record<string, ReturnType<Rng['state']>>;
  feed: FeedState<Row>;
  pools: {
    bucket: number;
    rows: CarriedRow<Row>[];
    halted: boolean[];
    y: Float32Array | null;
    z: Float32Array | null;
  }[];
}

/** Settings of {@link Trainer}. */
export interface TrainerOptions<Row> {
  config: RunConfig;
  task: TrainingTask<Row>;
  /** Closed by whoever made it. */
  feed: RowFeed<Row>;
  /** Of the data where no phase says otherwise. Default: half of the rows are clean. */
  mixture?: Mixture;
  rng: Rng;
}

/**
 * One optimizer step after another. Every step is one supervision step on one length bucket's rows: those that
 * halted are replaced by new examples, the others carry y and z on ("Less is More", arXiv 2510.04871).
 * Owns tensors: call {@link Trainer.dispose}.
 */
export class Trainer<Row> {
  step = 0;
  samplesSeen = 0;
  private readonly streams: Readonly<Record<'buckets' | 'rows' | 'halting', Rng>>;
  private readonly pools = new Map<number, CarryPool<Row>>();
  private state: TrainedState;
  private phase = 0;
  private guard = freshGuard();
  private lastScore: number | null = null;

  /** @throws DataError when the mixture of a phase leaves nothing to deal */
  constructor(private readonly options: TrainerOptions<Row>) {
    const { task, rng, feed, config } = options;
    for (let phase = 0; phase < Math.max(1, config.phases.length); phase++)
      feed.checkMixture(this.settingsOf(phase).mixture);
    this.streams = { buckets: rng.fork('buckets'), rows: rng.fork('rows'), halting: rng.fork('halting') };
    const size = task.initialWeights.length;
    this.state = {
      weights: tf.tensor1d(task.initialWeights),
      ema: tf.tensor1d(task.initialWeights),
      m: tf.zeros([size]),
      v: tf.zeros([size]),
    };
    feed.setMixture(this.settings.mixture);
  }

  /** What holds in the present phase of the curriculum. */
  get settings(): PhaseSettings {
    return this.settingsOf(this.phase);
  }

  /** True while losses are far above their running mean. */
  get spiking(): boolean {
    return this.guard.spikes > 0;
  }

  /** Tells the score of an evaluation, for promotion to the next phase. */
  promote(score: number): void {
    this.lastScore = score;
  }

  /**
   * Runs one optimizer step.
   * @param used share of the budget used, for the schedule and the curriculum
   * @param early a decay that ends the run before its budget does. Default none
   * @throws DivergedError before weights are changed, when loss or gradient is not finite, or the loss runs away
   */
  async next(used: number, early: EarlyDecay | null = null): Promise<StepResult> {
    this.enterPhase(used);
    const { task, feed, config } = this.options;
    const { batchTokens, name } = this.settings;
    const rowsOf = (length: number): number => Math.max(1, Math.floor(batchTokens / length));
    const bucket = feed.pickBucket(this.streams.buckets, rowsOf);
    const before = this.pools.get(bucket) ?? emptyPool<Row>(rowsOf(bucket));
    const newRows = before.halted.filter(Boolean).length;
    const asked = performance.now();
    const rows = refill(before, await feed.take(bucket, newRows, this.streams.rows));
    const waitSeconds = (performance.now() - asked) / 1000;
    const result = this.batchGradient(bucket, before, rows);
    const gradientNorm = tf.tidy(() => vectorNorm(result.gradient).dataSync()[0]);
    this.check(result, gradientNorm, bucket, rows);
    const rate = learningRate(this.step, used, config, early);
    this.update(result.gradient, gradientNorm, rate);
    disposePool(before);
    this.carry(bucket, rows, result);
    this.step++;
    this.samplesSeen += newRows;
    const { loss, parts, counts, tokens, paddedTokens, flops } = result;
    return {
      step: this.step,
      phase: name,
      loss,
      parts: Object.fromEntries(task.lossParts.map((part, i) => [part, parts[i]])),
      gradientNorm,
      learningRate: rate,
      counts,
      newRows,
      tokens,
      paddedTokens,
      flops,
      waitSeconds,
    };
  }

  private settingsOf(phase: number): PhaseSettings {
    const { config, task, mixture = { cleanShare: 0.5 } } = this.options;
    const { depth } = task;
    return phaseSettings(config.phases, phase, { depth, batchTokens: config.batchTokens, mixture });
  }

  /** Goes on to a later phase when the present one is over. Rows in flight are given up: depth and batch change. */
  private enterPhase(used: number): void {
    const { config, feed } = this.options;
    const next = phaseIndex(config.phases, this.phase, { used, step: this.step, score: this.lastScore });
    if (next === this.phase) return;
    this.phase = next;
    this.lastScore = null;
    this.guard = freshGuard();
    this.clearPools();
    feed.setMixture(this.settings.mixture);
  }

  /** Gradient of a whole batch, in parts of at most `microTokens` tokens. */
  private batchGradient(
    bucket: number,
    pool: CarryPool<Row>,
    rows: readonly CarriedRow<Row>[],
  ): BatchGradient {
    const { microTokens } = this.options.config;
    const most = microTokens === null ? rows.length : Math.max(1, Math.floor(microTokens / bucket));
    let sum: BatchGradient | undefined;
    for (let first = 0; first < rows.length; first += most) {
      const part = this.microGradient(bucket, pool, rows, first, Math.min(most, rows.length - first));
      sum = sum === undefined ? part : addGradients(sum, part);
    }
    if (sum === undefined) throw new Error('a batch has at least one row');
    return sum;
  }

  private microGradient(
    bucket: number,
    pool: CarryPool<Row>,
    all: readonly CarriedRow<Row>[],
    first: number,
    count: number,
  ): BatchGradient {
    const { task } = this.options;
    const { depth } = this.settings;
    const rows = all.slice(first, first + count).map(({ row }) => row);
    const share = count / all.length;
    // Without carries a batch need not be padded to its bucket's full length.
    const length = depth.supervisionSteps > 1 || count < all.length ? bucket : null;
    let counts: Counts = {};
    let figures = { tokens: 0, paddedTokens: 0, flops: 0 };
    const [gradient, y, z, packed] = tf.tidy(() => {
      const weights = unflatten(this.state.weights, task.layout);
      const prepared = task.prepare(rows, length, depth);
      const { tokens, flops } = prepared;
      figures = { tokens, flops, paddedTokens: prepared.rows * prepared.length };
      const begin = prepared.warm(weights, resumeState(pool, prepared, first));
      const names = task.layout.entries.map(({ name }) => name);
      let kept: tf.Tensor[] = [];
      const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
        const taped = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
        const { state, loss, parts, halt, counts: got } = prepared.supervise(taped, begin);
        counts = got;
        // Kept, or the tape's own clean-up would free them.
        kept = [state.y, state.z, parts, halt].map((tensor) => tf.keep(tensor));
        return share === 1 ? loss : tf.mul<tf.Scalar>(loss, share);
      })(names.map((name) => weights[name]));
      const numbers = tf.concat([tf.reshape(value, [1]), kept[2] as tf.Tensor1D, kept[3] as tf.Tensor1D]);
      tf.dispose(kept.slice(2));
      return [flatten(grads, task.layout), kept[0], kept[1], numbers];
    }) as [tf.Tensor1D, tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
    // The one transfer of a micro-batch beside the decisions.
    const values = packed.dataSync<'float32'>();
    packed.dispose();
    const ends = 1 + task.lossParts.length;
    return {
      gradient,
      state: { y, z },
      loss: values[0],
      parts: Array.from(values.subarray(1, ends), (part) => part * share),
      q: values.slice(ends),
      counts,
      ...figures,
    };
  }

  private check(
    { loss, gradient, state }: BatchGradient,
    norm: number,
    bucket: number,
    rows: readonly CarriedRow<Row>[],
  ): void {
    const { config } = this.options;
    const finite = Number.isFinite(loss) && Number.isFinite(norm);
    const guard = finite ? watchLoss(this.guard, loss, config.guard) : this.guard;
    if (finite && guard.spikes < config.guard.patience) {
      this.guard = guard;
      return;
    }
    tf.dispose([gradient, state.y, state.z]);
    const ids = rows.slice(0, 3).map(({ row }) => this.options.task.idOf(row));
    const spikes = `, ${guard.spikes} losses in a row above ${config.guard.factor} times their mean of ${guard.mean.toFixed(3)}`;
    throw new DivergedError(
      `optimizer step ${this.step + 1}: loss ${loss}, gradient norm ${norm} on a batch of ${rows.length} rows ` +
        `from the bucket of ${bucket} tokens (samples ${ids.join(', ')}, ...)${finite ? spikes : ''}`,
      'lower train.optimizer.learningRate or look at these samples; the last checkpoint is untouched',
    );
  }

  private update(gradient: tf.Tensor1D, gradientNorm: number, rate: number): void {
    const { config } = this.options;
    const old = this.state;
    const numbers = {
      step: this.step,
      learningRate: rate,
      emaDecay: emaDecay(this.step, config.emaDecay),
      gradientNorm,
    };
    this.state = optimizerStep(old, gradient, numbers, config.optimizer);
    tf.dispose([old.weights, old.ema, old.m, old.v, gradient]);
  }

  private carry(bucket: number, rows: readonly CarriedRow<Row>[], { state, q }: BatchGradient): void {
    const { supervisionSteps } = this.settings.depth;
    if (supervisionSteps === 1) {
      tf.dispose([state.y, state.z]);
      return;
    }
    const done = rows.map(({ row, steps }) => ({ row, steps: steps + 1 }));
    const halted = decideHalting(
      done.map(({ steps }) => steps),
      q,
      { supervisionSteps, exploration: this.options.config.exploration },
      this.streams.halting,
    );
    this.pools.set(bucket, { rows: done, state, halted });
  }

  /** Averaged weights, flat. */
  emaWeights(): Float32Array {
    return this.state.ema.dataSync<'float32'>().slice();
  }

  /** Copies everything that a checkpoint needs off the engine. */
  snapshot(): TrainerSnapshot<Row> {
    const copy = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>().slice();
    const { weights, ema, m, v } = this.state;
    return {
      step: this.step,
      samplesSeen: this.samplesSeen,
      phase: this.phase,
      score: this.lastScore,
      guard: this.guard,
      weights: copy(weights),
      ema: copy(ema),
      m: copy(m),
      v: copy(v),
      random: Object.fromEntries(Object.entries(this.streams).map(([name, rng]) => [name, rng.state()])),
      feed: this.options.feed.state(),
      pools: [...this.pools].map(([bucket, { rows, halted, state }]) => ({
        bucket,
        rows,
        halted,
        y: state && copy(state.y),
        z: state && copy(state.z),
      })),
    };
  }

  /** Continues from a snapshot, exactly. @throws DataError when it belongs to other data */
  async restore(snapshot: TrainerSnapshot<Row>): Promise<void> {
    const { task, feed } = this.options;
    const rowsOfStates = (values: Float32Array): tf.Tensor2D =>
      tf.tensor2d(values, [values.length / task.width, task.width]);
    this.phase = snapshot.phase;
    this.guard = snapshot.guard;
    this.lastScore = snapshot.score;
    feed.setMixture(this.settings.mixture);
    await feed.restore(snapshot.feed);
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
    this.clearPools();
    for (const { bucket, rows, halted, y, z } of snapshot.pools)
      this.pools.set(bucket, {
        rows,
        halted,
        state: y && z && { y: rowsOfStates(y), z: rowsOfStates(z) },
      });
  }

  private clearPools(): void {
    for (const pool of this.pools.values()) disposePool(pool);
    this.pools.clear();
  }

  /** Frees its tensors; task and feed are the caller's. */
  dispose(): void {
    tf.dispose([this.state.weights, this.state.ema, this.state.m, this.state.v]);
    this.clearPools();
  }
}
