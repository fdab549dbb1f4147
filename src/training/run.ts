import * as tf from '@tensorflow/tfjs-core';
import { throwIfAborted } from '../core/errors';
import type { ProgressTask } from '../core/progress';
import type { CheckpointRecord } from '../records/checkpoint';
import type { Example } from '../records/example';
import type { StageContext } from '../storage/stage';
import { encodeModel, Model, type ModelData } from '../trm/model';
import { loadNewestCheckpoint, writeCheckpoint, type RunIdentity } from './checkpoint';
import type { TrainConfig } from './config';
import { validate, type ValidationResult } from './evaluate';
import { appendMetric, METRICS_KEY, truncateMetrics } from './metrics-log';
import { budgetUsed } from './schedule';
import { StepMeter } from './step-meter';
import { Trainer } from './trainer';

/** Settings of {@link TrainingRun.open}. */
export interface TrainingRunOptions {
  config: TrainConfig;
  /** Untrained model. */
  model: ModelData;
  identity: RunIdentity;
  examples: readonly Example[];
  validation: readonly Example[];
  context: StageContext;
}

/** Figures of a finished run, for the manifest. */
export interface RunSummary {
  steps: number;
  /** Wall seconds of all starts. */
  seconds: number;
  samplesSeen: number;
  /** Training examples at hand. */
  examples: number;
  /** Best evaluation: its step and score. */
  best: CheckpointRecord['best'];
  /** The evaluation at the end. */
  last: ValidationResult | null;
}

/** A training run on disk: trainer, checkpoints, log and evaluations. Owns tensors: call `dispose`. */
export class TrainingRun {
  private best: CheckpointRecord['best'] = null;
  private last: ValidationResult | null = null;
  private secondsBefore = 0;
  private started = performance.now();
  private savedStep = -1;

  private constructor(
    private readonly options: TrainingRunOptions,
    private readonly trainer: Trainer,
    private readonly metricsPath: string,
  ) {}

  /** Opens a run; goes on from the newest usable checkpoint of the store, if there is one. */
  static async open(options: TrainingRunOptions): Promise<TrainingRun> {
    const { config, model, identity, examples, context } = options;
    const { store, rng } = context;
    const checkpoint = await loadNewestCheckpoint(store, identity);
    const trainer = new Trainer({ config, model, examples, rng: rng.fork('trainer') });
    const run = new TrainingRun(options, trainer, store.localPath(METRICS_KEY));
    if (checkpoint) {
      trainer.restore(checkpoint.snapshot);
      run.best = checkpoint.best;
      run.secondsBefore = checkpoint.seconds;
      run.savedStep = trainer.step;
    }
    await truncateMetrics(run.metricsPath, trainer.step);
    for (const { step, reason } of checkpoint?.rejected ?? [])
      await appendMetric(run.metricsPath, trainer.step, {
        kind: 'warning',
        rejectedCheckpoint: step,
        reason,
      });
    return run;
  }

  private get seconds(): number {
    return this.secondsBefore + (performance.now() - this.started) / 1000;
  }

  private get used(): number {
    return budgetUsed({ step: this.trainer.step, seconds: this.seconds }, this.options.config);
  }

  /**
   * Trains to the end of the budget.
   * @throws InterruptedError when aborted, after writing a checkpoint
   */
  async train(): Promise<void> {
    const { config, context } = this.options;
    this.started = performance.now();
    const meter = new StepMeter();
    // Thousandths of the budget: the same bar for a budget of steps and one of seconds.
    const task = context.progress.start('training', { total: 1000, done: Math.floor(1000 * this.used) });
    let shown = Math.floor(1000 * this.used);
    while (this.used < 1) {
      await this.stopIfAborted();
      const result = this.trainer.next(this.used);
      meter.add(result);
      if (result.step % config.logEvery === 0) {
        const values = meter.read();
        await appendMetric(this.metricsPath, result.step, { kind: 'train', ...values, ...this.health() });
        shown = advanceTo(task, Math.floor(1000 * this.used), shown, result.step, values.loss);
        // Lets signals and timers through: steps are synchronous.
        await new Promise(setImmediate);
      }
      if (result.step % config.evaluateEvery === 0) await this.evaluate();
      if (result.step % config.checkpointEvery === 0) await this.save();
    }
    if (this.last === null || this.trainer.step % config.evaluateEvery !== 0) await this.evaluate();
    await this.save();
    task.finish(`score ${(this.best?.score ?? 0).toFixed(3)}`);
  }

  private async stopIfAborted(): Promise<void> {
    const { signal } = this.options.context;
    if (!signal.aborted) return;
    await this.save();
    throwIfAborted(signal, 'training');
  }

  private async save(): Promise<void> {
    if (this.savedStep === this.trainer.step) return;
    const { config, context, identity } = this.options;
    const state = { snapshot: this.trainer.snapshot(), seconds: this.seconds, best: this.best };
    await writeCheckpoint(context.store, identity, state, config.keepCheckpoints);
    this.savedStep = this.trainer.step;
  }

  private async evaluate(): Promise<void> {
    const { config, model, validation, identity, context } = this.options;
    const started = performance.now();
    const data: ModelData = { ...model, weights: this.trainer.emaWeights() };
    const averaged = new Model(data);
    try {
      this.last = validate(averaged, validation, config);
    } finally {
      averaged.dispose();
    }
    const { step } = this.trainer;
    await appendMetric(this.metricsPath, step, {
      kind: 'evaluation',
      ...Object.fromEntries(Object.entries(this.last).map(([name, value]) => [`val_${name}`, value])),
      evaluationSeconds: (performance.now() - started) / 1000,
      ...this.health(),
    });
    if (this.best !== null && this.last.score < this.best.score) return;
    this.best = { step, score: this.last.score };
    const { config: file, weights } = encodeModel(data, identity.hashes, step);
    await context.store.put('model/model.safetensors', weights);
    await context.store.put('model/config.json', `${JSON.stringify(file, null, 2)}\n`);
  }

  private health(): Record<string, number> {
    return {
      seconds: this.seconds,
      samplesSeen: this.trainer.samplesSeen,
      budgetUsed: this.used,
      rssMiB: process.memoryUsage.rss() / 2 ** 20,
      tensors: tf.memory().numTensors,
    };
  }

  /** Figures for the manifest. */
  summary(): RunSummary {
    return {
      steps: this.trainer.step,
      seconds: this.seconds,
      samplesSeen: this.trainer.samplesSeen,
      examples: this.options.examples.length,
      best: this.best,
      last: this.last,
    };
  }

  dispose(): void {
    this.trainer.dispose();
  }
}

function advanceTo(task: ProgressTask, now: number, before: number, step: number, loss: number): number {
  task.advance(now - before, `step ${step} loss ${loss.toFixed(3)}`);
  return now;
}
