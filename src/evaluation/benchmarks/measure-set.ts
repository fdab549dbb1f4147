import { DataError } from '../../core/errors';
import type { Progress } from '../../core/progress';
import type { Sample } from '../../records/sample';
import type { Contexts } from '../../shards/context-shard';
import { Critic } from '../../python/critic/critic';
import { lex } from '../../python/tokens/lexer';
import { pairedDifference } from '../../metrics/clusters';
import { capPerGroup } from '../../metrics/cap-per-group';
import { fitCalibration, UNCALIBRATED, type Calibration } from '../../repair/calibration';
import type { RepairModel } from '../../repair/model-folder';
import type { Row } from '../../shards/columns';
import { describeParameters } from '../../trm/config';
import { calibrationRow, describeThreshold } from '../at-threshold';
import { measureBaselines } from '../baselines';
import type { TrainingFacts } from '../training-facts';
import { accuracyBy, accuracyOf, cleanKeptOf, clusterOf, measureCases, type Measured } from '../measure';
import { isClean, type Case } from '../outcome';
import { PREDICTION_COLUMNS, predictionRow } from '../predictions';
import type { Accuracy } from '../report';
import { hashRows } from './benchmark';
import { BUG_KINDS, kindOfSample } from './kinds';
import { CLEAN_TARGETS, editOdds, measureValidation, operatingPoint } from './operating-point';
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
  /** Of the samples' files. */
  contexts: Contexts;
  /** Label of a bug by sample id, for sets that sort their bugs themselves. */
  labels?: ReadonlyMap<string, string>;
  /** Rows of a group that are taken at most; a frozen set has its own limits. Default: all. */
  maxRowsPerGroup?: number | null;
}

/** A model to be judged. */
export interface JudgedModel {
  name: string;
  parts: Pick<RepairModel, 'model' | 'tokenizer' | 'vocabulary'>;
  /** For confidences and the threshold. Default: fitted on validation functions where they are at hand, else none. */
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
    /** Functions of the validation split, buggy and clean, for thresholds and calibration. */
    validation: readonly Sample[];
    /** Of their files. */
    contexts: Contexts;
  } | null;
  /** Share of clean validation functions that the frequency ranker and the fitted threshold leave alone. */
  targetCleanKept: number;
  /** For a fitted threshold, see `fitCalibration`. */
  targetFindingsPer1000Lines?: number;
  leastThreshold?: number;
  baseRate?: number;
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
 * Judges one or two models and the baselines on a set. Each model reads the samples with its own tokenizer.
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
  const capped = capPerGroup(left, ({ group }) => group, set.maxRowsPerGroup ?? null);
  const samples = options.maxSamples === null ? capped : capped.slice(0, options.maxSamples);
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
      groups: new Set(samples.map(({ group }) => group)).size,
      maxRowsPerGroup: set.maxRowsPerGroup ?? null,
      seenInTraining: training ? seen.size : null,
    },
    models: measured.map(({ report: each }) => each),
    difference: measured.length === 2 ? difference(measured[0].main, measured[1].main) : null,
    baselines: training
      ? await baselinesOf(measured[0].cases, { kinds, labels: set.labels }, training, options)
      : [],
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

async function baselinesOf(
  cases: readonly Case[],
  keys: Parameters<typeof measureBaselines>[1],
  { facts, validation }: NonNullable<MeasureSetOptions['training']>,
  { targetCleanKept, signal }: MeasureSetOptions,
): Promise<SetReport['baselines']> {
  const critic = await Critic.start();
  try {
    const clean = validation.filter(({ edits }) => edits.length === 0);
    const lexed = clean.map(({ before }) => ({ before: lex(before) }));
    return await measureBaselines(cases, keys, {
      facts,
      validation: lexed,
      targetCleanKept,
      critic,
      signal,
    });
  } finally {
    await critic.close();
  }
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
  { name, parts, calibration: given }: JudgedModel,
  options: MeasureSetOptions,
): Promise<ModelOnSet> {
  const { config } = parts.model;
  const { cases, unrenderable, dropped } = await encodeSet(
    { samples, contexts: set.contexts, stops },
    parts,
    options.signal,
  );
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
  const validation = await validationRows({ name, parts }, options);
  const calibration = given ?? calibrate(validation, mainSteps, options);
  const report: SetModel = {
    name,
    parameters: describeParameters(config).total,
    calibrated: calibration !== UNCALIBRATED,
    atThreshold: describeThreshold(main, calibration),
    operatingPoints: pointsOf(main, validation),
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

/** The model's answers on the validation split; none without one. */
async function validationRows({ name, parts }: JudgedModel, options: MeasureSetOptions): Promise<Measured[]> {
  const { training } = options;
  if (training === null || training.validation.length === 0) return [];
  return measureValidation(training, {
    ...options,
    topK: TOP_K,
    parts,
    supervisionSteps: parts.model.config.supervisionSteps,
    task: `validation functions: ${name}`,
  });
}

function calibrate(
  validation: readonly Measured[],
  supervisionSteps: number,
  options: MeasureSetOptions,
): Calibration {
  if (validation.length === 0) return UNCALIBRATED;
  return fitCalibration(validation.map(calibrationRow), { ...options, supervisionSteps });
}

/** Thresholds are set on clean validation functions. */
function pointsOf(main: readonly Measured[], validation: readonly Measured[]): SetModel['operatingPoints'] {
  const odds = validation.filter(({ item }) => isClean(item)).map(({ prediction }) => editOdds(prediction));
  return odds.length === 0 ? [] : CLEAN_TARGETS.map((target) => operatingPoint(main, odds, target));
}

function rowsBy(rows: readonly Measured[], keyOf: (row: Measured) => string | null): SetRow[] {
  return accuracyBy(rows, keyOf).map(({ key, accuracy }) => toRow(key, accuracy));
}

function toRow(key: string, { joint, location, contentGivenPlace }: Accuracy): SetRow {
  return { key, joint, location, contentGivenPlace };
}

function inOrderOfKinds<R extends { key: string }>(rows: readonly R[]): R[] {
  return BUG_KINDS.flatMap((kind) => rows.filter(({ key }) => key === kind));
}

/** Difference of the shares mended over the same bugs, with the paired interval by cluster. */
function difference(first: readonly Measured[], second: readonly Measured[]): SetReport['difference'] {
  const other = new Map(second.map(({ item, outcome }) => [item.sample.id, outcome.joint]));
  const pairs = first.filter(({ item, outcome }) => !outcome.clean && other.has(item.sample.id));
  if (pairs.length === 0) return null;
  const { difference: joint, ...rest } = pairedDifference(
    pairs.map((row) => ({
      cluster: clusterOf(row),
      first: row.outcome.joint === true,
      second: other.get(row.item.sample.id) === true,
    })),
  );
  return { joint, ...rest };
}
