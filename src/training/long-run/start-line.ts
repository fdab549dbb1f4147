import type { Metric } from '../../records/run';
import type { MetricValues } from '../metrics-log';

/** What a log says of a run's earlier starts. */
export interface EarlierStarts {
  /** How many there were. */
  starts: number;
  /** GFLOP/s of the core over all logged steps, waits included; null before the first line. */
  gflops: number | null;
  /** Score of the last evaluation, and its step; null before the first one. */
  lastScore: number | null;
  lastScoreStep: number | null;
}

/** Reads off a log what its run has done so far. */
export function earlierStarts(lines: readonly Metric[]): EarlierStarts {
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const trained = lines.filter(({ kind }) => kind === 'train');
  const seconds = trained.reduce((sum, line) => sum + number(line.stepSeconds), 0);
  const work = trained.reduce((sum, line) => sum + number(line.gflops) * number(line.stepSeconds), 0);
  const evaluation = lines.findLast(({ kind }) => kind === 'evaluation');
  return {
    starts: lines.filter(({ kind }) => kind === 'start').length,
    gflops: seconds > 0 ? work / seconds : null,
    lastScore: evaluation ? number(evaluation.val_score) : null,
    lastScoreStep: evaluation?.step ?? null,
  };
}

/** Where a run stands when it starts. */
export interface StartState {
  step: number;
  samplesSeen: number;
  /** Wall seconds of all earlier starts. */
  seconds: number;
  precision: string;
}

/** The line that each start leaves in metrics.jsonl: a curve can be drawn across them. */
export function startLine(
  { starts, gflops, lastScore, lastScoreStep }: EarlierStarts,
  { samplesSeen, seconds, precision }: StartState,
): MetricValues {
  return {
    kind: 'start',
    start: starts + 1,
    precision,
    samplesSeen,
    seconds,
    gflops,
    lastScore,
    lastScoreStep,
  };
}

/** The same for people, in one line. */
export function describeStart(
  { starts, gflops, lastScore, lastScoreStep }: EarlierStarts,
  { step, samplesSeen, precision }: StartState,
): string {
  const parts = [
    `start ${starts + 1} at step ${step}, ${precision}`,
    `${samplesSeen.toLocaleString('en-US')} samples seen`,
    ...(gflops === null ? [] : [`${gflops.toFixed(1)} GFLOP/s so far`]),
    ...(lastScore === null ? [] : [`score ${lastScore.toFixed(3)} at step ${lastScoreStep}`]),
  ];
  return parts.join('; ');
}
