import { loadEngine } from '../core/engine';
import { DataError } from '../core/errors';
import { brierScore, expectedCalibrationError, reliabilityBins } from '../metrics/calibration';
import type { Judge } from '../python/critic/critic';
import { loadClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { CLOSED_VOCABULARY_KEY, TOKENIZER_KEY } from '../processing/stage';
import { loadTokenizer } from '../processing/tokenizer/tokenizer';
import type { Resource } from '../records/manifest';
import type { Family } from '../records/sample';
import { fitCalibration, type Calibration } from '../repair/calibration';
import { checkArtefacts, type RepairModel } from '../repair/model-folder';
import { openCheckedFiles } from '../shards/checked-files';
import { buildManifest, describeResource, writeManifest } from '../shards/manifest';
import { writeShard } from '../shards/writer';
import { requireInput } from '../stages/require-input';
import type { ObjectStore } from '../storage/object-store';
import type { Stage, StageContext } from '../stages/context';
import { bugType } from '../taxonomy/table';
import { describeParameters } from '../trm/config';
import { modelFromBytes } from '../trm/model';
import { calibrationRow, confidenceOfRow, describeThreshold } from './at-threshold';
import { measureBaselines } from './baselines';
import { kindOfSample } from './benchmarks/kinds';
import { measureSet } from './benchmarks/measure-set';
import { Contexts } from '../shards/context-shard';
import { loadSet } from './benchmarks/sets';
import { writeSet } from './benchmarks/write-set';
import { readCases } from './cases';
import { EVALUATE_VERSION, type EvaluateConfig } from './config';
import { measureLatency } from './latency';
import {
  accuracyBy,
  accuracyOf,
  cleanKeptOf,
  measureCases,
  type Measured,
  type Measurement,
} from './measure';
import { isClean, type Case } from './outcome';
import { PREDICTION_COLUMNS, predictionRow } from './predictions';
import { REPORT_VERSION, reportSchema, type Report } from './report';
import type { Baseline } from './report-parts';
import { measureRealFiles } from './real-files/measure-real-files';
import { REAL_FILES_SET } from './real-files/real-fixes';
import { writeRealFiles } from './real-files/write-real-files';
import { readTrainingFacts, type TrainingFacts } from './training-facts';

export { EVALUATE_VERSION, evaluateConfigSchema, type EvaluateConfig } from './config';

/** One row a test sample, see {@link PREDICTION_COLUMNS}. */
export const PREDICTIONS_KEY = 'predictions.parquet';
/** All figures, see {@link reportSchema}. */
export const REPORT_KEY = 'report.json';
/** Temperature and threshold for repair. */
export const CALIBRATION_KEY = 'calibration.json';

type Parts = Pick<RepairModel, 'model' | 'tokenizer' | 'vocabulary'>;

/**
 * The evaluate stage: calibrates the trained model on the validation split and measures it on the test split, whose
 * groups (packages, modules) training never saw. Writes `predictions.parquet` (one row a test sample), `report.json`
 * and `calibration.json`, and for each of `config.benchmarks` a folder `benchmarks/<name>/` (see `writeSet`). The same inputs and config give the same figures but for the times.
 * @throws DataError when the train or process output is missing or does not fit together
 */
export const evaluate: Stage<EvaluateConfig> = async (config, context) => {
  const { store, signal, progress } = context;
  const data = requireInput(context, 'evaluate', 'process');
  const engine = await loadEngine();
  const parts = await loadTrained(requireInput(context, 'evaluate', 'train'), data);
  try {
    const validation = await readCases(data, 'val', config);
    const test = await readCases(data, 'test', config);
    const mainSteps = config.mainSteps ?? parts.model.config.supervisionSteps;
    const measure = (
      cases: readonly Case[],
      supervisionSteps: number,
      withGiven: boolean,
    ): Promise<Measurement> =>
      measureCases(cases, {
        ...config,
        parts,
        supervisionSteps,
        withGiven,
        signal,
        progress,
        task: `${withGiven ? 'answering' : 'calibrating'} at supervision step ${supervisionSteps}`,
      });
    const calibration = calibrate((await measure(validation, mainSteps, false)).rows, mainSteps, config);
    const steps: { supervisionSteps: number; measurement: Measurement }[] = [];
    for (const count of [...new Set([...config.supervisionSteps, mainSteps])].sort((a, b) => a - b))
      steps.push({ supervisionSteps: count, measurement: await measure(test, count, true) });
    const main = steps.find(({ supervisionSteps }) => supervisionSteps === mainSteps)?.measurement.rows ?? [];
    const critic = await context.machine.critic();
    const facts = await readTrainingFacts(data, { critic, signal });
    const baselines = await baselinesOnTest(config, { facts, validation, test, critic, signal });
    const report: Report = reportSchema.parse({
      version: REPORT_VERSION,
      test: describeTest(test),
      mainSteps,
      overall: accuracyOf(main),
      cleanKept: cleanKeptOf(main),
      steps: steps.map(({ supervisionSteps, measurement }) => ({
        supervisionSteps,
        accuracy: accuracyOf(measurement.rows),
        cleanKept: cleanKeptOf(measurement.rows),
        millisecondsPerFunction: measurement.millisecondsPerFunction,
      })),
      ...tables(main),
      atThreshold: describeThreshold(main, calibration),
      reliability: describeReliability(main, calibration),
      baselines,
      latency: await measureLatency(test.slice(0, config.latencySamples), parts, mainSteps, signal),
      calibration,
      model: { parameters: describeParameters(parts.model.config).total, backend: engine.backend },
    });
    const judged = { parts, calibration, facts, validation, critic };
    const sets = await measureBenchmarks(config, context, judged, data);
    return await writeOutput(store, config, context, { report, calibration, main, sets });
  } finally {
    parts.model.dispose();
  }
};

/**
 * Loads a trained model with the vocabularies of its data, each file compared with the manifest beside it. The caller
 * disposes of the model; an engine must be loaded.
 * @throws DataError when a file is missing, damaged, or the data is not what the model was trained on
 */
export async function loadTrained(trained: ObjectStore, data: ObjectStore): Promise<Parts> {
  const remedy = 'the stage must be made again: remove its folder and run the experiment';
  const [modelFiles, dataFiles] = await Promise.all(
    [trained, data].map((store) => openCheckedFiles(store, remedy)),
  );
  const text = async (key: string): Promise<string> =>
    Buffer.from(await dataFiles.read(key)).toString('utf8');
  const tokenizer = loadTokenizer(await text(TOKENIZER_KEY));
  const vocabulary = loadClosedVocabulary(await text(CLOSED_VOCABULARY_KEY));
  const [config, weights] = ['model/config.json', 'model/model.safetensors'];
  const model = modelFromBytes(
    await modelFiles.read(config),
    await modelFiles.read(weights),
    `${trained.location}/${weights}`,
  );
  try {
    checkArtefacts(model, tokenizer, vocabulary, data.location);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, tokenizer, vocabulary };
}

interface JudgedParts {
  parts: Parts;
  calibration: Calibration;
  facts: TrainingFacts;
  validation: readonly Case[];
  critic: Judge;
}

/** Judges the model on the config's benchmarks and writes `benchmarks/<name>/`. */
async function measureBenchmarks(
  config: EvaluateConfig,
  { store, signal, progress }: StageContext,
  { parts, calibration, facts, validation, critic }: JudgedParts,
  data: ObjectStore,
): Promise<Resource[]> {
  if (config.benchmarks.length === 0) return [];
  const clean = validation.filter(isClean).map(({ sample }) => sample);
  const contexts = await Contexts.read(data);
  const written: Resource[] = [];
  for (const name of config.benchmarks) {
    if (name === REAL_FILES_SET) {
      const options = {
        ...config,
        split: 'reserved',
        most: config.maxSamples,
        critic,
        signal,
        progress,
      } as const;
      const measured = await measureRealFiles([{ name: 'model', parts, calibration }], options);
      written.push(...(await writeRealFiles(store, `benchmarks/${name}`, measured)));
      continue;
    }
    const set = await loadSet(name, { data: null });
    if ('skipped' in set) throw new DataError(set.skipped, 'take it out of evaluate.benchmarks');
    const training = { facts, validation: clean, contexts };
    const options = { ...config, training, critic, signal, progress };
    const measured = await measureSet(set, [{ name: 'model', parts, calibration }], options);
    written.push(...(await writeSet(store, `benchmarks/${name}`, measured)));
  }
  return written;
}

type BaselineParts = Pick<JudgedParts, 'facts' | 'validation' | 'critic'> & {
  test: readonly Case[];
  signal: AbortSignal;
};

/** Judges the baselines on the test split; the frequency ranker's threshold is set on clean validation functions. */
function baselinesOnTest(
  { targetCleanKept }: EvaluateConfig,
  { facts, validation, test, critic, signal }: BaselineParts,
): Promise<Baseline[]> {
  const kinds = new Map(test.map(({ sample }) => [sample.id, kindOfSample(sample)]));
  const clean = validation.filter(isClean);
  return measureBaselines(test, { kinds }, { facts, validation: clean, targetCleanKept, critic, signal });
}

function calibrate(rows: readonly Measured[], supervisionSteps: number, config: EvaluateConfig): Calibration {
  return fitCalibration(rows.map(calibrationRow), { ...config, supervisionSteps });
}

function describeTest(test: readonly Case[]): Report['test'] {
  const clean = test.filter(({ example }) => example.target.location === 0).length;
  return { buggy: test.length - clean, clean, groups: new Set(test.map(({ sample }) => sample.group)).size };
}

function tables(rows: readonly Measured[]): Pick<Report, 'byFamily' | 'byBugType' | 'bySource'> {
  return {
    byFamily: accuracyBy(rows, ({ item }) => item.sample.family).map(({ key, accuracy }) => ({
      family: key as Family,
      accuracy,
    })),
    byBugType: accuracyBy(rows, ({ item }) => item.sample.bugType).map(({ key, accuracy }) => ({
      bugType: key,
      family: bugType(key).family,
      accuracy,
    })),
    bySource: accuracyBy(rows, ({ item }) => item.sample.source).map(({ key, accuracy }) => ({
      source: key,
      accuracy,
    })),
  };
}

/** At the calibration's base rate: buggy and clean functions count as often as there, not as often as in the split. */
function describeReliability(rows: readonly Measured[], calibration: Calibration): Report['reliability'] {
  const { baseRate } = calibration;
  const clean = rows.filter(({ outcome }) => outcome.clean).length;
  const mixed = clean > 0 && clean < rows.length;
  const weightOf = (isClean: boolean): number =>
    !mixed ? 1 : rows.length * (isClean ? (1 - baseRate) / clean : baseRate / (rows.length - clean));
  const stated = rows.map((row) => ({
    confidence: confidenceOfRow(row, calibration),
    correct: row.outcome.exact,
    weight: weightOf(row.outcome.clean),
  }));
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    expectedCalibrationError: finite(expectedCalibrationError(stated)),
    brierScore: finite(brierScore(stated)),
    bins: reliabilityBins(stated).map((bin) => ({
      ...bin,
      confidence: finite(bin.confidence),
      accuracy: finite(bin.accuracy),
    })),
  };
}

async function writeOutput(
  store: ObjectStore,
  config: EvaluateConfig,
  context: StageContext,
  {
    report,
    calibration,
    main,
    sets,
  }: { report: Report; calibration: Calibration; main: readonly Measured[]; sets: readonly Resource[] },
): ReturnType<Stage<EvaluateConfig>> {
  const rows = main.map((row) => predictionRow(row, calibration));
  const predictions = await writeShard(store, PREDICTIONS_KEY, PREDICTION_COLUMNS, rows, { split: 'test' });
  await store.put(REPORT_KEY, `${JSON.stringify(report, null, 2)}\n`);
  await store.put(CALIBRATION_KEY, `${JSON.stringify(calibration, null, 2)}\n`);
  const manifest = await buildManifest({
    stage: 'evaluate',
    stageVersion: EVALUATE_VERSION,
    config,
    context,
    resources: [
      predictions,
      await describeResource(store, REPORT_KEY),
      await describeResource(store, CALIBRATION_KEY),
      ...sets,
    ],
    counts: { in: main.length, out: main.length, dropped: {} },
    columns: PREDICTION_COLUMNS,
    metrics: {
      joint: report.overall.joint,
      cleanKept: report.cleanKept,
      found: report.atThreshold.found,
      threshold: calibration.threshold,
    },
  });
  await writeManifest(store, manifest);
  return manifest;
}
