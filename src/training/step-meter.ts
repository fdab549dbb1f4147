import { addCounts } from './optimization/gradient';
import type { Counts } from './task';
import type { StepResult } from './trainer';

/** Figures of the steps since the last reading. */
export type MeterReading = Record<string, number | string> & { loss: number; phase: string };

/** Steps of a line that is not written yet. */
export interface MeterState {
  results: StepResult[];
  /** What they took. */
  seconds: number;
}

/** Sums up optimizer steps between two lines of the log. */
export class StepMeter {
  private results: StepResult[] = [];
  private seconds = 0;

  /** A copy of what the next line will sum up, for a checkpoint. */
  state(): MeterState {
    return { results: [...this.results], seconds: this.seconds };
  }

  /** Goes on from a checkpoint. */
  restore({ results, seconds }: MeterState): void {
    this.results = [...results];
    this.seconds = seconds;
  }

  /** @param seconds that the step took; evaluations and checkpoints between steps are no part of any speed */
  add(result: StepResult, seconds: number): void {
    this.results.push(result);
    this.seconds += seconds;
  }

  /**
   * Means of loss and parts, shares of right answers, the curriculum's phase, samples and program tokens a second, GFLOP/s of the core, the share of
   * real tokens, the seconds of the steps and those spent waiting for rows; then starts over.
   */
  read(): MeterReading {
    const { results, seconds } = this;
    const sum = (of: (result: StepResult) => number): number => results.reduce((n, r) => n + of(r), 0);
    const mean = (of: (result: StepResult) => number): number => sum(of) / results.length;
    const last = results[results.length - 1];
    const counts = results.reduce<Counts>((all, result) => addCounts(all, result.counts), {});
    const reading: MeterReading = {
      phase: last.phase,
      loss: mean(({ loss }) => loss),
      ...Object.fromEntries(
        Object.keys(last.parts).map((part) => [`loss_${part}`, mean(({ parts }) => parts[part])]),
      ),
      ...Object.fromEntries(Object.entries(counts).map(([name, { right, total }]) => [name, right / total])),
      learningRate: last.learningRate,
      gradientNorm: mean(({ gradientNorm }) => gradientNorm),
      samplesPerSecond: sum(({ newRows }) => newRows) / seconds,
      tokensPerSecond: sum(({ tokens }) => tokens) / seconds,
      gflops: sum(({ flops }) => flops) / seconds / 1e9,
      stepSeconds: seconds,
      waitSeconds: sum(({ waitSeconds }) => waitSeconds),
      realTokens: sum(({ tokens }) => tokens) / sum(({ paddedTokens }) => paddedTokens),
    };
    this.results = [];
    this.seconds = 0;
    return reading;
  }
}
