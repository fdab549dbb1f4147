import { LOSS_PARTS } from './losses';
import type { StepResult } from './trainer';

/** Figures of the steps since the last reading. */
export type MeterReading = Record<string, number> & { loss: number };

/** Sums up optimizer steps between two lines of the log. */
export class StepMeter {
  private results: StepResult[] = [];
  private started = performance.now();

  add(result: StepResult): void {
    this.results.push(result);
  }

  /**
   * Means of loss and parts, shares of right answers, samples and program tokens a second, GFLOP/s of the core, and
   * the share of real tokens; then starts over.
   */
  read(): MeterReading {
    const { results } = this;
    const seconds = (performance.now() - this.started) / 1000;
    const sum = (of: (result: StepResult) => number): number => results.reduce((n, r) => n + of(r), 0);
    const mean = (of: (result: StepResult) => number): number => sum(of) / results.length;
    const rows = (want: boolean): [StepResult, number][] =>
      results.flatMap((r) =>
        r.buggy.flatMap((buggy, row) => (buggy === want ? [[r, row] as [StepResult, number]] : [])),
      );
    const share = (list: [StepResult, number][], of: 'exact' | 'located' | 'mended'): number =>
      list.filter(([r, row]) => r.decisions[of][row]).length / list.length;
    const [bugs, clean] = [rows(true), rows(false)];
    const reading: MeterReading = {
      loss: mean(({ loss }) => loss),
      ...Object.fromEntries(LOSS_PARTS.map((part) => [`loss_${part}`, mean(({ parts }) => parts[part])])),
      joint: share(bugs, 'exact'),
      location: share(bugs, 'located'),
      content: share(bugs, 'mended'),
      cleanKept: share(clean, 'located'),
      learningRate: results[results.length - 1].learningRate,
      gradientNorm: mean(({ gradientNorm }) => gradientNorm),
      samplesPerSecond: sum(({ newRows }) => newRows) / seconds,
      tokensPerSecond: sum(({ tokens }) => tokens) / seconds,
      gflops: sum(({ flops }) => flops) / seconds / 1e9,
      realTokens: sum(({ tokens }) => tokens) / sum(({ paddedTokens }) => paddedTokens),
    };
    this.results = [];
    this.started = performance.now();
    return reading;
  }
}
