import type { Progress } from '../core/progress';
import { accuracyTable, overallAccuracy, type AccuracyRow } from '../metrics/accuracy';
import { clusterProportion } from '../metrics/clusters';
import type { RepairModel } from '../repair/model-folder';
import { predict, type Prediction, type PredictWindow } from '../trm/predict';
import { isClean, judgeCase, predictWindow, type Case, type Outcome } from './outcome';
import type { Accuracy } from './report';
import { toRate, type Rate } from './report-parts';

/** Settings of {@link measureCases}. */
export interface MeasureOptions {
  parts: Pick<RepairModel, 'model' | 'tokenizer' | 'vocabulary'>;
  supervisionSteps: number;
  topK: number;
  /** Program tokens of a batch, padding included. */
  batchTokens: number;
  /** Measure "repair given the location" too. Default true. */
  withGiven?: boolean;
  progress: Progress;
  /** What the progress is called. */
  task: string;
  signal: AbortSignal;
}

/** A case with what the model said of it. */
export interface Measured {
  item: Case;
  prediction: Prediction;
  outcome: Outcome;
}

/** What {@link measureCases} returns. */
export interface Measurement {
  rows: Measured[];
  /** Mean milliseconds a function, location not given. */
  millisecondsPerFunction: number;
}

/** Functions predicted between two steps of the progress. */
const CHUNK = 512;

/** What is said to be interrupted. */
export const INTERRUPTED = 'the evaluation';

/** Predicts and judges cases. */
export async function measureCases(cases: readonly Case[], options: MeasureOptions): Promise<Measurement> {
  const { task: name, withGiven = true, progress } = options;
  const task = progress.start(name, { total: cases.length });
  const rows: Measured[] = [];
  let milliseconds = 0;
  for (let at = 0; at < cases.length; at += CHUNK) {
    const chunk = cases.slice(at, at + CHUNK);
    const from = performance.now();
    const predictions = await ask(
      chunk.map((item) => predictWindow(item)),
      options,
    );
    milliseconds += performance.now() - from;
    const buggy = withGiven ? chunk.filter((item) => !isClean(item)) : [];
    const told = await ask(
      buggy.map((item) => predictWindow(item, true)),
      options,
    );
    const given = new Map(buggy.map((item, i) => [item, told[i]]));
    chunk.forEach((item, i) => {
      const prediction = predictions[i];
      rows.push({ item, prediction, outcome: judgeCase(item, prediction, given.get(item) ?? null) });
    });
    task.advance(chunk.length);
  }
  task.finish();
  return { rows, millisecondsPerFunction: cases.length > 0 ? milliseconds / cases.length : 0 };
}

function ask(windows: readonly PredictWindow[], options: MeasureOptions): Promise<Prediction[]> {
  const { parts, supervisionSteps, topK, batchTokens, signal } = options;
  const { model, tokenizer, vocabulary } = parts;
  return predict(model, windows, {
    tokenizer,
    vocabulary,
    supervisionSteps,
    topK,
    batchTokens,
    signal,
    task: INTERRUPTED,
  });
}

const MEASURES = {
  joint: ({ outcome }: Measured) => outcome.joint,
  location: ({ outcome }: Measured) => outcome.location,
  span: ({ outcome }: Measured) => outcome.span,
  contentAnywhere: ({ outcome }: Measured) => outcome.contentAnywhere,
  contentGivenPlace: ({ outcome }: Measured) => outcome.contentGivenPlace,
  bugType: ({ outcome }: Measured) => outcome.bugType,
};

/** Accuracies over all rows; clean functions count in none of them. */
export function accuracyOf(rows: readonly Measured[]): Accuracy {
  return toAccuracy(overallAccuracy(buggyOf(rows), clusterOf, MEASURES));
}

/** Accuracies by a key of the sample, biggest group first; rows whose key is null are left out. */
export function accuracyBy(
  rows: readonly Measured[],
  keyOf: (row: Measured) => string | null,
): { key: string; accuracy: Accuracy }[] {
  const keyed = buggyOf(rows).filter((row) => keyOf(row) !== null);
  const keys = { key: (row: Measured) => keyOf(row) as string, cluster: clusterOf };
  return accuracyTable(keyed, keys, MEASURES).map((row) => ({
    key: row.key,
    accuracy: toAccuracy(row),
  }));
}

/** Clean functions left alone when the model answers with its most probable class. */
export function cleanKeptOf(rows: readonly Measured[]): Rate {
  return shareOf(
    rows.filter(({ outcome }) => outcome.clean),
    ({ outcome }) => outcome.quiet,
  );
}

/** What a case was drawn with: its repository, package or module. Intervals go by it. */
export function clusterOf({ item }: { item: Pick<Case, 'sample'> }): string {
  return item.sample.group;
}

/** The share of rows that something holds for, with its interval by cluster, ready for JSON. */
export function shareOf<Row extends { item: Pick<Case, 'sample'> }>(
  rows: readonly Row[],
  isHit: (row: Row) => boolean,
): Rate {
  return toRate(clusterProportion(rows.map((row) => ({ cluster: clusterOf(row), hit: isHit(row) }))));
}

function toAccuracy({ measures }: AccuracyRow<keyof typeof MEASURES>): Accuracy {
  const { joint, location, span, contentAnywhere, contentGivenPlace, bugType } = measures;
  return {
    joint: toRate(joint),
    location: toRate(location),
    span: toRate(span),
    contentAnywhere: toRate(contentAnywhere),
    contentGivenPlace: toRate(contentGivenPlace),
    bugType: toRate(bugType),
  };
}

function buggyOf(rows: readonly Measured[]): Measured[] {
  return rows.filter(({ outcome }) => !outcome.clean);
}
