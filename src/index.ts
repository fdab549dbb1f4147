/**
 * The door for notebooks: the stage functions, what opens a stage or a finished run, and the workbench helpers.
 * Importing it is quick: TensorFlow, DuckDB and Python workers are loaded by the function that needs them.
 */
import type { CollectConfig } from './collection/config';
import type { EvaluateConfig } from './evaluation/config';
import type { GenerateConfig } from './generation/config';
import type { ProcessConfig } from './processing/config';
import type { StageName } from './records/run';
import type { ReleaseConfig } from './release/config';
import type { LoadRepairerOptions, Repairer } from './repair/repairer';
import type { Stage } from './stages/context';
import type { StageConfig } from './pipeline/runs/experiment';
import type { AnalysisOptions, ModelAnalysis } from './pipeline/reviews/model-analysis';
import type { OpenedRun } from './pipeline/runs/open-run';
import { type OpenedStage, openStage as open, type OpenStageOptions } from './pipeline/stages/open-stage';
import { type StageTraining, startStageTraining } from './pipeline/runs/train-process';
import { openSudoku as openSudokuStage } from './pipeline/sudoku/sudoku';
import type { SolvedStepwise } from './pipeline/sudoku/sudoku-boards';
import type { SudokuConfig } from './training/sudoku/config';
import type { SudokuReport } from './training/sudoku/report';
import { Machine } from './stages/machine';
import { onInterrupt } from './workbench/display';
import { notebookProgress } from './workbench/progress';

export * from './workbench';

// What follows is documented where it is defined. Types stand here where a cell must name them.

// Records and their names.
export { placeOf } from './records/sample';
export { realFrequency } from './taxonomy/frequency';
export { BUG_TYPES, bugType } from './taxonomy/table';

// Stages: what they were given, made and dropped.
export { outputFiles, plantedFamilies, plantedTypes, recordFlow } from './pipeline/stages/describe-manifest';
export { readMetrics, readDrops, readReport, readSetReports, readText } from './pipeline/reviews/readers';
export { readMetadata } from './processing/metadata';
export { modelConfigOf } from './training/config';
export { describeParameters } from './trm/config';
export type { RepairScores } from './evaluation/demonstration';

// Figures of finished runs, and runs beside each other.
export { openRun, stageTimes } from './pipeline/runs/open-run';
export { evaluationRow, evaluationsOf } from './pipeline/runs/evaluations';
export { estimateRows, percent, rateBar, rateRow } from './pipeline/reviews/rates';
export { differenceOf, judgedBugs, openOther, runFigures } from './pipeline/reviews/compare-runs';
export { readRealFixes, realRows } from './pipeline/reviews/real-fixes';
export { readRecursionCost } from './pipeline/reviews/recursion-cost';
export { sweepIds, sweepTable } from './pipeline/sweeps/sweep';
export { clusterProportion } from './metrics/clusters';
export { wilsonInterval } from './metrics/intervals';

// What a model does from step to step.
export {
  accuracyBySteps,
  haltCalibration,
  haltingSteps,
  latentPaths,
  meanMoves,
  pathSeries,
} from './pipeline/reviews/model-analysis-tables';
export { stepBoards } from './pipeline/sudoku/sudoku-boards';
export { plainTwin } from './training/sudoku/config';

/** The machine of the notebook's kernel: its stages share one pool of Python processes, which ends with the kernel. */
const machine = new Machine();

/** How a notebook names a stage: on the kernel's machine, unless it has another one. */
export type StageSource = Omit<OpenStageOptions, 'machine'> & Partial<Pick<OpenStageOptions, 'machine'>>;

/**
 * Opens a stage of an experiment for a notebook: progress shows as bars below the cell, and interrupting the cell stops
 * the stage cleanly. See `src/pipeline/stages/open-stage.ts`.
 */
export function openStage<S extends StageName>(
  stage: S,
  options: StageSource,
): Promise<OpenedStage<StageConfig<S>>> {
  return open(stage, { machine, interrupt: onInterrupt, progress: notebookProgress(), ...options });
}

/** Reads functions from folders and fixes from git histories. See `src/collection/stage.ts`. */
export const collect: Stage<CollectConfig> = async (config, context) =>
  (await import('./collection/stage.js')).collect(config, context);

/** Plants bugs in the collected functions. See `src/generation/stage.ts` and `src/pipeline/stages/generate-stage.ts`. */
export const generate: Stage<GenerateConfig> = async (config, context) =>
  (await import('./pipeline/stages/generate-stage.js')).generateStage(config, context);

/** Makes training examples of samples, split by project. See `src/processing/stage.ts`. */
export const processSamples: Stage<ProcessConfig> = async (config, context) =>
  (await import('./processing/stage.js')).process(config, context);

/** Measures the trained model on functions that training never saw. See `src/evaluation/stage.ts`. */
export const evaluate: Stage<EvaluateConfig> = async (config, context) =>
  (await import('./evaluation/stage.js')).evaluate(config, context);

/** Gathers what repair needs into one folder and tries it. See `src/release/stage.ts`. */
export const release: Stage<ReleaseConfig> = async (config, context) =>
  (await import('./release/stage.js')).release(config, context);

/** Opens the training of an experiment of `kind: sudoku`, as `openStage` does. See `src/pipeline/sudoku/sudoku.ts`. */
export function openSudoku(options: StageSource): OpenedStage<SudokuConfig> {
  return openSudokuStage({ machine, interrupt: onInterrupt, progress: notebookProgress(), ...options });
}

/** What a finished Sudoku training gave on its test puzzles. See `src/training/sudoku/report.ts`. */
export async function readSudokuReport(stage: OpenedStage<SudokuConfig>): Promise<SudokuReport> {
  return (await import('./training/sudoku/stage.js')).readSudokuReport(stage.store);
}

/** The test puzzle that took the most supervision steps, with the answer after each. See `src/pipeline/sudoku/sudoku-steps.ts`. */
export async function hardestPuzzle(
  stage: OpenedStage<SudokuConfig>,
  supervisionSteps: number,
): Promise<SolvedStepwise> {
  return (await import('./pipeline/sudoku/sudoku-steps.js')).hardestPuzzle(stage.store, supervisionSteps);
}

/** Follows a run's model through its supervision steps. See `src/pipeline/reviews/model-analysis.ts`. */
export async function analyseModel(run: OpenedRun, options?: AnalysisOptions): Promise<ModelAnalysis> {
  return (await import('./pipeline/reviews/model-analysis.js')).analyseModel(run, options);
}

/** Loads a release folder to mend files with. See `src/repair/repairer.ts`. */
export async function loadRepairer(folder: string, options?: LoadRepairerOptions): Promise<Repairer> {
  return (await import('./repair/repairer.js')).loadRepairer(folder, options);
}

/**
 * Starts training in a process of its own, or follows the one that goes on; interrupting the cell stops it cleanly.
 * See `src/pipeline/runs/train-process.ts`.
 */
export function startTraining(stage: OpenedStage<unknown>): Promise<StageTraining> {
  return startStageTraining(stage, { signal: onInterrupt() });
}
