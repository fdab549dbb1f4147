import { lex } from '../../python/tokens/lexer';
import { pairedDifference } from '../../metrics/clusters';
import { capPerGroup } from '../../metrics/cap-per-group';
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
  const seen = new Set(set.samples.filter(({ after }) => training?.facts.programs.has(programKey(after))));
  const left = set.samples.filter((sample) => !seen.has(sample)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const capped = capPerGroup(left, ({ group }) => group, set.maxRowsPerGroup ?? null);
  const samples = options.maxSamples === null ? capped : capped.slice(0, options.maxSamples);
  const kinds = new Map(samples.map((sample) => [sample.id, kindOfSample(sample)]));
  const stops = await findParserStops(samples, options.critic);
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
