import { lex } from '../../python/tokens/lexer';
import { pairedDifference } from '../../metrics/clusters';
import { capPerGroup } from '../../metrics/cap-per-group';
import type { Sample } from '../../records/sample';
import type { Row } from '../../shards/columns';
import { measureBaselines } from '../baselines';
import { clusterOf, type Measured } from '../measure';
import type { Case } from '../outcome';
import { PREDICTION_COLUMNS, predictionRow } from '../predictions';
import { hashRows } from './benchmark';
import { kindOfSample } from './kinds';
import {
  measureModel,
  type EvaluationSet,
  type JudgedModel,
  type Kinds,
  type MeasureSetOptions,
  type ModelOnSet,
} from './measure-model';
import { programKey } from './select';
import { findParserStops } from './set-cases';
import { SET_REPORT_VERSION, setReportSchema, type SetReport } from './set-report';

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
  const { samples, seen } = chooseSamples(set, options);
  const kinds = new Map(samples.map((sample) => [sample.id, kindOfSample(sample)]));
  const stops = await findParserStops(samples, options.critic);
  const measured: ModelOnSet[] = [];
  for (const model of models)
    measured.push(await measureModel(set, { samples, kinds, stops }, model, options));
  const [first, second] = measured;
  const report: SetReport = {
    version: SET_REPORT_VERSION,
    set: { ...describeSet(set, samples), seenInTraining: training ? seen : null },
    models: measured.map((model) => model.report),
    difference: measured.length === 2 ? difference(first.main, second.main) : null,
    baselines: training
      ? await baselinesOf(first.cases, { kinds, labels: set.labels }, training, options)
      : [],
  };
  return {
    report: setReportSchema.parse(report),
    predictions: measured.flatMap((model) => predictionRows(model, kinds)),
  };
}

/** The samples to judge on: of those that training has not seen, as many as the set and the options allow. */
function chooseSamples(
  set: EvaluationSet,
  { training, maxSamples }: MeasureSetOptions,
): { samples: Sample[]; seen: number } {
  const isSeen = ({ after }: Sample): boolean => training?.facts.programs.has(programKey(after)) ?? false;
  const unseen = set.samples.filter((sample) => !isSeen(sample));
  // Ids are hashes: the first ones are an even choice, and the same whatever the order was.
  const sorted = unseen.sort((a, b) => (a.id < b.id ? -1 : 1));
  const capped = capPerGroup(sorted, ({ group }) => group, set.maxRowsPerGroup ?? null);
  const samples = maxSamples === null ? capped : capped.slice(0, maxSamples);
  return { samples, seen: set.samples.length - unseen.length };
}

function describeSet(
  set: EvaluationSet,
  samples: readonly Sample[],
): Omit<SetReport['set'], 'seenInTraining'> {
  const clean = samples.filter(({ edits }) => edits.length === 0).length;
  return {
    name: set.name,
    rowsHash: hashRows(samples),
    samples: set.samples.length,
    buggy: samples.length - clean,
    clean,
    groups: new Set(samples.map(({ group }) => group)).size,
    maxRowsPerGroup: set.maxRowsPerGroup ?? null,
  };
}

function predictionRows({ name, main, calibration }: ModelOnSet, kinds: Kinds): Row[] {
  return main.map((row) => ({
    model: name,
    kind: kinds.get(row.item.sample.id) ?? null,
    ...predictionRow(row, calibration),
  }));
}

/** The rankers and checkers that a model must beat, with what the first model was trained on. */
function baselinesOf(
  cases: readonly Case[],
  keys: Parameters<typeof measureBaselines>[1],
  { facts, validation }: NonNullable<MeasureSetOptions['training']>,
  { targetCleanKept, critic, signal }: MeasureSetOptions,
): Promise<SetReport['baselines']> {
  const clean = validation.filter(({ edits }) => edits.length === 0);
  const lexed = clean.map(({ before }) => ({ before: lex(before) }));
  return measureBaselines(cases, keys, { facts, validation: lexed, targetCleanKept, critic, signal });
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
