import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InterruptedError, throwIfAborted } from '../core/errors';
import type { ProgressTask } from '../core/progress';
import type { CheckpointRecord } from '../records/checkpoint';
import type { EarlyDecay } from '../records/early-decay';
import { getText } from '../storage/objects';
import type { StageContext } from '../stages/context';
import { settledConfig } from '../records/stage-job';
import {
  BEFORE_DECAY,
  hasModel,
  keepModel,
  loadNewestCheckpoint,
  publishBest,
  removeUnfinished,
  writeCheckpoint,
  type CheckpointState,
  type RunIdentity,
  type WeightShape,
} from './checkpoint';
import type { RunConfig } from './run-config';
import type { Mixture, RowFeed } from './feed/feed';
import { heedDecayRequest, readEarlyDecay } from './long-run/early-decay';
import { dropLaterSnapshots, keepSnapshot, snapshotDue } from './long-run/snapshots';
import { describeStart, earlierStarts, startLine, type EarlierStarts } from './long-run/start-line';
import { METRICS_KEY, metricsUntil, parseMetrics, type MetricValues } from './metrics-log';
import {
  budgetUsed,
  decayBegin,
  evaluationDue,
  learningRate,
  type Progress as RunProgress,
} from './optimization/schedule';
import { StepMeter } from './step-meter';
import type { TrainingTask, Validation } from './task';
import { openRunLog, type RunLog } from './tracking/run-log';
import { SystemMeter } from './tracking/system-metrics';
import type { Outcome } from './tracking/contract';
import { DivergedError, Trainer } from './trainer';

/** Settings of {@link TrainingRun.open}. */
export interface TrainingRunOptions<Row> {
  config: RunConfig;
  /** Closed by whoever made it, as the feed. */
  task: TrainingTask<Row>;
  feed: RowFeed<Row>;
  /** Of the data where no phase says otherwise. Default: half of the rows are clean. */
  mixture?: Mixture;
  validation: readonly Row[];
  identity: RunIdentity;
  context: StageContext;
  /** What a model that is kept on the way needs beside the task's own files to be loaded by itself. Default: nothing. */
  beside?: Readonly<Record<string, Uint8Array | string>>;
  /** Milliseconds since any moment; what budgets in seconds are counted by. Default `performance.now`. */
  clock?: () => number;
}

/** Figures of a finished run, for the manifest. */
export interface RunSummary {
  steps: number;
  /** Wall seconds of all starts. */
  seconds: number;
  samplesSeen: number;
  /** Best evaluation: its step and score. */
  best: CheckpointRecord['best'];
  /** The evaluation at the end. */
  last: Validation | null;
  /** Why it ended: the budget was used up, evaluations no longer improved, or somebody asked for a decay. */
  ended: 'budget' | 'early_stopping' | 'early_decay';
  /** That decay; null where none was asked for. */
  earlyDecay: EarlyDecay | null;
}

/**
 * A training run on disk: trainer, checkpoints, log and evaluations. Owns tensors: call `dispose`.
 *
 * Until the learning rate begins to fall, a run whose warm-up is counted in steps is the same whatever its budget. The state at that moment stays in
 * `before-decay/`: a run with a larger budget goes on from there as if it had had that budget from the start.
 *
 * A decay that was asked for (`long-run/early-decay.ts`) takes the place of the budget's end; phases go on as the budget has them.
 */
export class TrainingRun<Row> {
  private best: CheckpointRecord['best'] = null;
  private last: Validation | null = null;
  /** Evaluations since the best one. */
  private stale = 0;
  private secondsBefore = 0;
  private readonly now: () => number;
  private started: number;
  private evaluatedStep = -1;
  private saved = { step: -1, seconds: 0 };
  /** True when the rate has begun to fall: too late for `before-decay/`. */
  private decaying = false;
  private earlyDecay: EarlyDecay | null = null;
  private readonly system = new SystemMeter();
  private readonly meter = new StepMeter();

  private constructor(
    private readonly options: TrainingRunOptions<Row>,
    private readonly trainer: Trainer<Row>,
    private readonly lines: RunLog,
    private readonly before: EarlierStarts,
  ) {
    this.now = options.clock ?? (() => performance.now());
    this.started = this.now();
  }

  /** Opens a run; goes on from the newest usable checkpoint of the store, if there is one. */
  static async open<Row>(options: TrainingRunOptions<Row>): Promise<TrainingRun<Row>> {
    const { config, identity, context, task } = options;
    const { store, rng } = context;
    await removeUnfinished(store);
    const checkpoint = await loadNewestCheckpoint<Row>(store, identity, shapeOf(task));
    const trainer = new Trainer({ ...options, rng: rng.fork('trainer') });
    if (checkpoint) await trainer.restore(checkpoint.snapshot);
    const logged = (await store.exists(METRICS_KEY)) ? await getText(store, METRICS_KEY) : '';
    const lines = await openRunLog(config.tracking, {
      metricsPath: join(context.live, METRICS_KEY),
      logged,
      folder: context.live,
      step: trainer.step,
      name: nameOf(store.location),
      experiment: { seed: context.seed, model: identity.model, train: settledConfig('train', config) },
    });
    await dropLaterSnapshots(store, trainer.step);
    const before = earlierStarts(parseMetrics(metricsUntil(logged, trainer.step)));
    const run = new TrainingRun(options, trainer, lines, before);
    run.earlyDecay = await readEarlyDecay(store);
    if (checkpoint) {
      // Weights of a best evaluation that are not here (the checkpoint came from another run) cannot be released.
      const { best } = checkpoint;
      const kept = best !== null && (await hasModel(store, best.step));
      run.best = kept ? best : null;
      run.stale = kept ? checkpoint.stale : 0;
      run.secondsBefore = checkpoint.seconds;
      run.saved = { step: trainer.step, seconds: checkpoint.seconds };
      run.meter.restore(checkpoint.meter);
      const asked = run.earlyDecay !== null && trainer.step > run.earlyDecay.from;
      run.decaying = asked || run.used > decayBegin(options.config.optimizer);
    }
    for (const { step, reason } of checkpoint?.rejected ?? [])
      lines.warn(`the checkpoint of step ${step} cannot be used: ${reason}`);
    return run;
  }

  private get seconds(): number {
    return this.secondsBefore + (this.now() - this.started) / 1000;
  }

  private get used(): number {
    return budgetUsed(this.progress, this.options.config);
  }

  /** Share of the way to the end, 0..1: of the budget, or of the steps until a decay that was asked for is over. */
  private get done(): number {
    const { earlyDecay } = this;
    return earlyDecay === null
      ? this.used
      : Math.min(1, this.trainer.step / (earlyDecay.from + earlyDecay.steps));
  }

  private get progress(): RunProgress {
    return { step: this.trainer.step, seconds: this.seconds };
  }

  /** One line of metrics.jsonl at the present step. */
  private async log(values: MetricValues): Promise<void> {
    await this.lines.append(this.trainer.step, values);
  }

  /**
   * Trains to the end of the budget, or until evaluations stop improving.
   * @throws InterruptedError when aborted, after writing a checkpoint; DivergedError, which leaves the last checkpoint
   */
  async train(): Promise<void> {
    let outcome: Outcome = 'failed';
    try {
      await this.trainToEnd();
      outcome = 'finished';
    } catch (error) {
      if (error instanceof InterruptedError) outcome = 'interrupted';
      throw error;
    } finally {
      await this.lines.close(outcome);
    }
    await this.publishLog();
  }

  /** The log as it is now becomes part of the output: a checkpoint's steps stand in it wherever the run is resumed. */
  private async publishLog(): Promise<void> {
    const { store, live } = this.options.context;
    await store.put(METRICS_KEY, await readFile(join(live, METRICS_KEY)));
  }

  private async trainToEnd(): Promise<void> {
    const { config, context } = this.options;
    this.started = this.now();
    await this.logStart();
    this.system.start(this.done);
    // Thousandths of the way: the same bar for a budget of steps and one of seconds.
    let shown = Math.floor(1000 * this.done);
    const task = context.progress.start('training', { total: 1000, done: shown });
    while (!this.finished) {
      await this.stopIfAborted();
      await this.heedDecay();
      await this.keepBeforeDecay();
      const [began, from, before] = [this.now(), this.used, this.progress];
      const result = await this.nextStep(from);
      this.meter.add(result, (this.now() - began) / 1000);
      const to = this.used;
      if (result.step % config.logEvery === 0) {
        const values = this.meter.read();
        await this.log({ kind: 'train', ...values, ...this.health() });
        shown = advanceTo(task, Math.floor(1000 * this.done), shown, result.step, values.loss);
      }
      // Lets signals and timers through: steps are synchronous.
      await new Promise(setImmediate);
      if (evaluationDue(result.step, { from, to }, config)) await this.evaluate();
      if (snapshotDue(before, this.progress, config.keepEvery)) await this.keepSnapshot();
      // What is saved amid spikes would be no good checkpoint to go back to.
      if (this.checkpointDue && !this.trainer.spiking) await this.save();
    }
    if (this.evaluatedStep !== this.trainer.step) await this.evaluate();
    await this.save();
    if (this.best !== null) await publishBest(context.store, this.best.step);
    task.finish(`score ${(this.best?.score ?? 0).toFixed(3)}`);
  }

  private async logStart(): Promise<void> {
    const { config, context } = this.options;
    const { samplesSeen } = this.trainer;
    const state = { ...this.progress, samplesSeen, precision: config.precision };
    await this.log(startLine(this.before, state));
    context.progress.start(describeStart(this.before, state)).finish();
  }

  private async nextStep(used: number) {
    try {
      return await this.trainer.next(used, this.earlyDecay);
    } catch (error) {
      if (error instanceof DivergedError) await this.log({ kind: 'diverged', reason: error.message });
      throw error;
    }
  }

  /** True at the end of the budget or of an early decay, or when the last `patience` evaluations brought nothing better. */
  private get finished(): boolean {
    return this.done >= 1 || this.stoppedEarly;
  }

  private get stoppedEarly(): boolean {
    const { earlyStopping } = this.options.config;
    return earlyStopping !== null && this.stale >= earlyStopping.patience;
  }

  /** True after `checkpointEvery` steps, and when `checkpointSeconds` have gone since the last: a slow machine loses no more. */
  private get checkpointDue(): boolean {
    const { checkpointEvery, checkpointSeconds } = this.options.config;
    if (this.trainer.step % checkpointEvery === 0) return true;
    return checkpointSeconds !== null && this.seconds - this.saved.seconds >= checkpointSeconds;
  }

  private async stopIfAborted(): Promise<void> {
    const { signal } = this.options.context;
    if (!signal.aborted) return;
    await this.save();
    throwIfAborted(signal, 'training');
  }

  private async save(): Promise<void> {
    if (this.saved.step === this.trainer.step) return;
    const { config, context, identity, task } = this.options;
    const keep = { keep: config.keepCheckpoints };
    await this.publishLog();
    await writeCheckpoint(context.store, identity, shapeOf(task), this.state(), keep);
    this.saved = { step: this.trainer.step, seconds: this.seconds };
  }

  /** Between two steps: whoever wants the run to end is heard. */
  private async heedDecay(): Promise<void> {
    const { config, context } = this.options;
    const { step } = this.trainer;
    // Of nothing there is no share, and nothing to keep.
    if (step === 0) return;
    const start = { step, rate: learningRate(step, this.used, config), maxSteps: config.maxSteps };
    const decay = await heedDecayRequest(context.store, this.earlyDecay, start);
    if (decay === null || this.earlyDecay !== null) return;
    this.earlyDecay = decay;
    this.system.start(this.done);
    context.progress.start(`asked to end: ${decay.steps} more steps at a falling rate`).finish();
  }

  /** Before the first step at a falling rate. */
  private async keepBeforeDecay(): Promise<void> {
    const { config, context, identity, task } = this.options;
    const { earlyDecay, trainer } = this;
    const falls =
      earlyDecay === null ? this.used >= decayBegin(config.optimizer) : trainer.step >= earlyDecay.from;
    if (this.decaying || !falls) return;
    this.decaying = true;
    const keep = { keep: 1, folder: BEFORE_DECAY };
    await this.publishLog();
    await writeCheckpoint(context.store, identity, shapeOf(task), this.state(), keep);
  }

  private state(): CheckpointState<Row> {
    return {
      snapshot: this.trainer.snapshot(),
      meter: this.meter.state(),
      seconds: this.seconds,
      best: this.best,
      stale: this.stale,
    };
  }

  private async evaluate(): Promise<void> {
    const { config, task, validation, context } = this.options;
    const started = this.now();
    const weights = this.trainer.emaWeights();
    const { depth } = this.trainer.settings;
    this.last = task.validate(weights, validation, depth);
    this.trainer.promote(this.last.score);
    const { step } = this.trainer;
    this.evaluatedStep = step;
    this.stale++;
    await this.log({
      kind: 'evaluation',
      ...Object.fromEntries(Object.entries(this.last).map(([name, value]) => [`val_${name}`, value])),
      evaluationSeconds: (this.now() - started) / 1000,
      ...this.health(),
    });
    const gain = this.best === null ? Infinity : this.last.score - this.best.score;
    if (gain <= 0 || gain < (config.earlyStopping?.leastGain ?? 0)) return;
    this.best = { step, score: this.last.score };
    this.stale = 0;
    await keepModel(context.store, step, task.modelFiles(weights, step, depth));
  }

  /** Keeps the averaged weights as a model that can be loaded by itself. */
  private async keepSnapshot(): Promise<void> {
    const { task, context, beside } = this.options;
    const { step, settings } = this.trainer;
    const files = task.modelFiles(this.trainer.emaWeights(), step, settings.depth);
    const folder = await keepSnapshot(context.store, step, { ...beside, ...files });
    await this.log({ kind: 'kept', folder, seconds: this.seconds, samplesSeen: this.trainer.samplesSeen });
  }

  private health(): MetricValues {
    return {
      seconds: this.seconds,
      samplesSeen: this.trainer.samplesSeen,
      budgetUsed: this.done,
      ...this.system.read(this.done),
    };
  }

  /** Figures for the manifest. */
  summary(): RunSummary {
    return {
      steps: this.trainer.step,
      seconds: this.seconds,
      samplesSeen: this.trainer.samplesSeen,
      best: this.best,
      last: this.last,
      ended: this.done < 1 ? 'early_stopping' : this.earlyDecay ? 'early_decay' : 'budget',
      earlyDecay: this.earlyDecay,
    };
  }

  dispose(): void {
    this.trainer.dispose();
  }
}

/** Name of a run by the place of its output: `train-0123456789abcdef` of `.../train-0123456789abcdef/output`. */
function nameOf(location: string): string {
  return basename(location) === 'output' ? basename(dirname(location)) : basename(location);
}

const shapeOf = <Row>({ layout, width, fixed }: TrainingTask<Row>): WeightShape => ({ layout, width, fixed });

function advanceTo(task: ProgressTask, now: number, before: number, step: number, loss: number): number {
  task.advance(now - before, `step ${step} loss ${loss.toFixed(3)}`);
  return now;
}
