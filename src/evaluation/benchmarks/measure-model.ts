import { DataError } from '../../core/errors';
import type { Progress } from '../../core/progress';
import type { Judge } from '../../python/critic/critic';
import type { Sample } from '../../records/sample';
import type { Contexts } from '../../shards/context-shard';
import { fitCalibration, UNCALIBRATED, type Calibration } from '../../repair/calibration';
import type { RepairModel } from '../../repair/model-folder';
import { describeParameters } from '../../trm/config';
import { calibrationRow, describeThreshold } from '../at-threshold';
import type { TrainingFacts } from '../training-facts';
import { accuracyBy, accuracyOf, cleanKeptOf, measureCases, type Measured } from '../measure';
import { isClean, type Case } from '../outcome';
import type { Accuracy } from '../report';
import { BUG_KINDS } from './kinds';
import { CLEAN_TARGETS, editOdds, measureValidation, operatingPoint } from './operating-point';
import { encodeSet, type ParserStops } from './set-cases';
import type { SetModel, SetRow } from './set-report';

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

/** Settings of `measureSet`. */
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
  /** CPython: says where it stops in code, and judges a baseline's edits. */
  critic: Pick<Judge, 'check'>;
  progress: Progress;
  signal: AbortSignal;
}

/** Places that are filled in for each function: the most probable edit is judged, and it starts at one of the two most probable places. */
const TOP_K = 2;

/** Kind of each sample's bug by sample id; null for others and clean code. */
export type Kinds = ReadonlyMap<string, string | null>;

/** What one model gave on a set. */
export interface ModelOnSet {
  name: string;
  calibration: Calibration;
  cases: Case[];
  report: SetModel;
  /** At the model's own supervision steps. */
  main: Measured[];
}

/**
 * Judges one model on samples, at each wanted number of supervision steps.
 * @throws DataError when no sample fits the model's window
 */
export async function measureModel(
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
  const measured = await measureSteps(set.name, cases, kinds, { name, parts }, options);
  const main = measured.find(({ steps }) => steps.supervisionSteps === mainSteps)?.rows ?? [];
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
    steps: measured.map(({ steps }) => steps),
    byFamily: rowsBy(main, ({ item }) => item.sample.family),
    byBugType: rowsBy(main, ({ item }) => item.sample.bugType),
    byLabel: rowsBy(main, ({ item }) => set.labels?.get(item.sample.id) ?? null),
  };
  return { name, calibration, cases, report, main };
}

/** A model's answers at each number of supervision steps, the fewest first. */
async function measureSteps(
  setName: string,
  cases: readonly Case[],
  kinds: Kinds,
  { name, parts }: JudgedModel,
  options: MeasureSetOptions,
): Promise<{ rows: Measured[]; steps: SetModel['steps'][number] }[]> {
  const { core, supervisionSteps: own } = parts.model.config;
  const wanted = core === 'plain' ? [1] : [...new Set([...options.supervisionSteps, own])];
  const measured: { rows: Measured[]; steps: SetModel['steps'][number] }[] = [];
  for (const supervisionSteps of wanted.sort((a, b) => a - b)) {
    const task = `${setName}: ${name} at supervision step ${supervisionSteps}`;
    const { rows, millisecondsPerFunction } = await measureCases(cases, {
      ...options,
      topK: TOP_K,
      parts,
      supervisionSteps,
      task,
    });
    const steps = {
      supervisionSteps,
      overall: toRow('all', accuracyOf(rows)),
      cleanKept: cleanKeptOf(rows),
      byKind: inOrderOfKinds(rowsBy(rows, ({ item }) => kinds.get(item.sample.id) ?? null)),
      millisecondsPerFunction,
    };
    measured.push({ rows, steps });
  }
  return measured;
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
