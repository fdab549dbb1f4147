import { requireNativeEngine } from '../../core/engine';
import { parseJson } from '../../core/files';
import type { Manifest } from '../../records/manifest';
import { buildManifest, describeResource, writeManifest } from '../../shards/manifest';
import type { ObjectStore } from '../../storage/object-store';
import type { Stage, StageContext } from '../../stages/context';
import { countGridWeights } from '../../trm/grid/config';
import { createGridModel, loadGridModel } from '../../trm/grid/model';
import type { Precision } from '../../trm/precision';
import { type RunIdentity } from '../checkpoint';
import { describeTraining } from '../output';
import { settlePrecision } from '../precision';
import { TrainingRun, type RunSummary } from '../run';
import { SUDOKU_VERSION, sudokuModelConfig, type SudokuConfig } from './config';
import {
  checkDisjoint,
  formatCells,
  hashData,
  makeSudokuData,
  type SudokuData,
  type SudokuRow,
} from './data';
import { SudokuFeed } from './feed';
import { judgeSudoku, sudokuReportSchema, type SudokuReport } from './report';
import { SudokuTask } from './task';

const REPORT_KEY = 'report.json';
const TEST_KEY = 'test-puzzles.txt';

/**
 * Trains a grid model on Sudoku puzzles made from the seed and judges it on the test puzzles; resumes from its own
 * checkpoints. Writes `metrics.jsonl`, `checkpoints/<step>/`, `model/`, `report.json`, `test-puzzles.txt` (a puzzle
 * and its solution a line) and the manifest.
 * @throws InterruptedError when aborted, after a checkpoint; ConfigError, DataError, DivergedError
 */
export const trainSudoku: Stage<SudokuConfig> = async (config, context) => {
  await requireNativeEngine();
  const data = makeSudokuData(config.data, context.rng.fork('puzzles'));
  checkDisjoint(data);
  const model = createGridModel(sudokuModelConfig(config), context.rng.fork('model'));
  const { evaluateSteps } = config;
  const precision = await settlePrecision(config.train.precision, context.store);
  const train = { ...config.train, precision };
  const task = new SudokuTask(model, train, precision);
  const feed = new SudokuFeed(data.train, config.data, context.rng.fork('trainer', 'batches'));
  const validation = data.validation.slice(0, train.evaluateExamples);
  const identity: RunIdentity = { model: model.config, training: train, hashes: { puzzles: hashData(data) } };
  const run = await TrainingRun.open({ config: train, task, feed, validation, identity, context });
  try {
    await run.train();
    const report = judgeSudoku(await loadGridModel(context.store), data.test, evaluateSteps);
    await context.store.put(REPORT_KEY, `${JSON.stringify(report, null, 1)}\n`);
    await context.store.put(TEST_KEY, testLines(data.test));
    return await finish(config, context, data, { ...run.summary(), precision });
  } finally {
    run.dispose();
    task.dispose();
    await feed.close();
  }
};

const testLines = (rows: readonly SudokuRow[]): string =>
  rows.map(({ puzzle, solution }) => `${formatCells(puzzle)} ${formatCells(solution)}\n`).join('');

async function finish(
  config: SudokuConfig,
  context: StageContext,
  { train }: SudokuData,
  summary: RunSummary & { precision: Precision },
): Promise<Manifest> {
  const { store } = context;
  const others = await Promise.all([REPORT_KEY, TEST_KEY].map((key) => describeResource(store, key)));
  const manifest = await buildManifest({
    stage: 'train',
    stageVersion: SUDOKU_VERSION,
    config,
    context,
    resources: [...others, ...(await describeTraining(store))],
    counts: { in: train.length, out: summary.samplesSeen, dropped: {} },
    metrics: { ...summary, weights: countGridWeights(sudokuModelConfig(config)) },
  });
  await writeManifest(store, manifest);
  return manifest;
}

/** The report of a finished Sudoku training. @throws DataError when it is missing or damaged */
export async function readSudokuReport(store: ObjectStore): Promise<SudokuReport> {
  const text = Buffer.from(await store.get(REPORT_KEY)).toString('utf8');
  return parseJson(text, sudokuReportSchema, `${store.location}/${REPORT_KEY}`);
}

/** The test puzzles of a finished Sudoku training. @throws DataError when they are missing */
export async function readTestPuzzles(store: ObjectStore): Promise<SudokuRow[]> {
  const cells = (text: string): Uint8Array =>
    Uint8Array.from(text, (digit) => (digit === '.' ? 0 : Number(digit)));
  const lines = Buffer.from(await store.get(TEST_KEY))
    .toString('utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [puzzle, solution] = line.split(' ');
    return { puzzle: cells(puzzle), solution: cells(solution) };
  });
}
