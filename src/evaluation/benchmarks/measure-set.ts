import { DataError } from '../../core/errors';
import type { Progress } from '../../core/progress';
import type { Sample } from '../../records/sample';
import { UNCALIBRATED, type Calibration } from '../../repair/calibration';
import type { RepairModel } from '../../repair/model-folder';
import type { Row } from '../../shards/columns';
import { describeParameters } from '../../trm/config';
import type { TrainingFacts } from '../baseline';
import { accuracyBy, accuracyOf, cleanKeptOf, measureCases, type Measured } from '../measure';
import type { Case } from '../outcome';
import { PREDICTION_COLUMNS, predictionRow } from '../predictions';
import type { Accuracy } from '../report';
import { hashRows } from './benchmark';
import { BUG_KINDS, kindOfSample } from './kinds';
import { measureRanker } from './measure-ranker';
import { CLEAN_TARGETS, oddsOnValidation, operatingPoint } from './operating-point';
import { programKey } from './select';
import { encodeSet, findParserStops, type ParserStops } from './set-cases';
import {
  SET_REPORT_VERSION,
  setReportSchema,
  type SetModel,
  type SetReport,
  type SetRow,
} from './set-report';

/** Functions to judge models on. */
export interface EvaluationSet {
  /** Name with version, as tables show it. */
  name: string;
  samples: Sample[];
  /** Label of a bug by sample id, for sets that sort their bugs themselves. */
  labels?: ReadonlyMap<string, string>;
}

/** A model to be judged. */
export interface JudgedModel {
  name: string;
  parts: Pick<RepairModel, 'model' | 'tokenizer' | 'vocabulary'>;
  /** For the confidences of the predictions. Default: none. */
  calibration?: Calibration;
}

/** Settings of {@link measureSet}. */
export interface MeasureSetOptions {
  /** Supervision steps to measure at; the model's own are measured in any case. A plain core has one. */
  supervisionSteps: readonly number[];
  /** Program tokens of a batch, padding included. */
  batchTokens: number;
  /** Samples taken at most, those with the smallest ids (SHA-256, so an even choice). Null: all. */
  maxSamples: number | null;
  /** What the first model was trained on: for the ranker, and to leave out what was seen. Null: not at hand. */
  training: {
    facts: TrainingFacts;
    /** Clean functions for the thresholds. */
    validation: readonly Sample[];
  } | null;
  /** Share of clean validation functions that the ranker leaves alone. */
  targetCleanKept: number;
  progress: Progress;
  signal: AbortSignal;
}

/** Places that are filled in for each function: the most probable edit is judged, and it starts at one of the two most probable places. */
const TOP_K = 2;

/** Columns of a set's `predictions.parquet`: those of the evaluate stage, the model and the kind. */
export const SET_PREDICTION_COLUMNS = [
  { name: 'model', type: 'string', description: 'name of the model' },
  { name: 'kind', type: 'string', nullable: true, description: 'one-token kind of the bug; null for others' },
  ...PREDICTION_COLUMNS,
] as const;

/** What {@link measureSet} gives. */
export interface MeasuredSet {
  report: SetReport;
  /** One row a model and sample, at the model's main steps. */
  predictions: Row[];
}

/**
 * Judges one or two models and the frequency ranker on a set. Each model reads the samples with its own tokenizer.
 * @throws DataError when no sample fits a model's window
 */
export async function measureSet(
  set: EvaluationSet,
  models: readonly JudgedModel[],
  options: MeasureSetOptions,
): Promise<MeasuredSet> {
  const { training } = options;
  const seen = new Set(set.samples.filter(({ after }) => training?.facts.programs.has(programKey(after))));
  const left = set.samples.filter((sample) => !seen.has(sample)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const samples = options.maxSamples === null ? left : left.slice(0, options.maxSamples);
  const kinds = new Map(samples.map((sample) => [sample.id, kindOfSample(sample)]));
  const stops = await findParserStops(samples);
  const measured: ModelOnSet[] = [];
  for (const model of models)
    measured.push(await measureModel(set, { samples, kinds, stops }, model, options));
  const clean = samples.filter(({ edits }) => edits.length === 0).length;
  const report: SetReport = {
    version: SET_REPORT_VERSION,
    set: {
      name: set.name,
      rowsHash: hashRows(samples),
      samples: set.samples.length,
      buggy: samples.length - clean,
      clean,
      seenInTraining: training ? seen.size : null,
    },
    models: measured.map(({ report: each }) => each),
    difference: measured.length === 2 ? difference(measured[0].main, measured[1].main) : null,
    baseline:
      training &&
      measureRanker(
        measured[0].cases,
        { kinds, labels: set.labels },
        { ...training, targetCleanKept: options.targetCleanKept },
      ),
  };
  return {
    report: setReportSchema.parse(report),
    predictions: measured.flatMap(({ name, main, calibration }) =>
      main.map((row) => ({
        model: name,
        kind: kinds.get(row.item.sample.id) ?? null,
        ...predictionRow(row, calibration),
      })),
    ),
  };
}

type Kinds = ReadonlyMap<string, string | null>;

interface ModelOnSet {
  name: string;
  calibration: Calibration;
  cases: Case[];
  report: SetModel;
  main: Measured[];
}

async function measureModel(
  set: EvaluationSet,
  { samples, kinds, stops }: { samples: readonly Sample[]; kinds: Kinds; stops: ParserStops },
  { name, parts, calibration = UNCALIBRATED }: JudgedModel,
  options: MeasureSetOptions,
): Promise<ModelOnSet> {
  const { config } = parts.model;
  const { cases, unrenderable, dropped } = encodeSet(samples, stops, parts);
  if (cases.length === 0)
    throw new DataError(`${set.name}: expected functions that fit the window of ${name}, found none`);
  const mainSteps = config.supervisionSteps;
  const wanted = config.core === 'plain' ? [1] : [...new Set([...options.supervisionSteps, mainSteps])];
  const steps: SetModel['steps'] = [];
  let main: Measured[] = [];
  for (const supervisionSteps of wanted.sort((a, b) => a - b)) {
    const task = `${set.name}: ${name} at supervision step ${supervisionSteps}`;
    const { rows, millisecondsPerFunction } = await measureCases(cases, {
      ...options,
      topK: TOP_K,
      parts,
      supervisionSteps,
      task,
    });
    if (supervisionSteps === mainSteps) main = rows;
    steps.push({
      supervisionSteps,
      overall: toRow('all', accuracyOf(rows)),
      cleanKept: cleanKeptOf(rows),
      byKind: inOrderOfKinds(rowsBy(rows, ({ item }) => kinds.get(item.sample.id) ?? null)),
      millisecondsPerFunction,
    });
  }
  const report: SetModel = {
    name,
    parameters: describeParameters(config).total,
    operatingPoints: await pointsOf(main, { name, parts }, options),
    unrenderable,
    dropped,
    mainSteps,
    steps,
    byFamily: rowsBy(main, ({ item }) => item.sample.family),
    byBugType: rowsBy(main, ({ item }) => item.sample.bugType),
    byLabel: rowsBy(main, ({ item }) => set.labels?.get(item.sample.id) ?? null),
  };
  return { name, calibration, cases, report, main };
}

/** Thresholds are set on the validation split; none without one. */
async function pointsOf(
  main: readonly Measured[],
  { name, parts }: JudgedModel,
  options: MeasureSetOptions,
): Promise<SetModel['operatingPoints']> {
  const { training } = options;
  if (training === null || training.validation.length === 0) return [];
  const validation = await oddsOnValidation(training.validation, {
    ...options,
    topK: TOP_K,
    parts,
    supervisionSteps: parts.model.config.supervisionSteps,
    task: `clean validation functions: ${name}`,
  });
  return CLEAN_TARGETS.map((target) => operatingPoint(main, validation, target));
}

function rowsBy(rows: readonly Measured[], keyOf: (row: Measured) => string | null): SetRow[] {
  return accuracyBy(rows, keyOf).map(({ key, accuracy }) => toRow(key, accuracy));
}

function toRow(key: string, { joint, location, given }: Accuracy): SetRow {
  return { key, joint, location, content: given };
}

function inOrderOfKinds<R extends { key: string }>(rows: readonly R[]): R[] {
  return BUG_KINDS.flatMap((kind) => rows.filter(({ key }) => key === kind));
}

/**
 * Difference of two shares over the same bugs: (b - c) / n with the Wald interval for paired shares, where b and c are the bugs that
 * only the first or only the second one mends.
 */
function difference(first: readonly Measured[], second: readonly Measured[]): SetReport['difference'] {
  const other = new Map(second.map(({ item, outcome }) => [item.sample.id, outcome.joint]));
  const pairs = first.filter(({ item, outcome }) => !outcome.clean && other.has(item.sample.id));
  const n = Math.max(1, pairs.length);
  const only = (wanted: boolean): number =>
    pairs.filter(({ item, outcome }) => outcome.joint === wanted && other.get(item.sample.id) === !wanted)
      .length;
  const [onlyFirst, onlySecond] = [only(true), only(false)];
  const joint = (onlyFirst - onlySecond) / n;
  const half = (1.96 * Math.sqrt(onlyFirst + onlySecond - (onlyFirst - onlySecond) ** 2 / n)) / n;
  return { joint, low: joint - half, high: joint + half, onlyFirst, onlySecond };
}
