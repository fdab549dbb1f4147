import { loadConfig, type LoadedConfig } from '../../core/config';
import { ConfigError } from '../../core/errors';
import {
  SUDOKU_VERSION,
  sudokuExperimentSchema,
  type SudokuConfig,
  type SudokuExperiment,
} from '../../training/sudoku/config';
import { settledConfig, stageKey, type StageJob } from '../../records/stage-job';
import { experimentKind, experimentPath, type ExperimentSource } from '../runs/experiment';
import { stageAt, type OpenedStage, type OpenStageOptions } from '../stages/open-stage';

/**
 * Loads and validates a Sudoku experiment (`kind: sudoku`).
 * @throws ConfigError when it does not exist, is of another kind, or does not fit the schema
 */
export function loadSudokuExperiment({
  experiment,
  set = [],
  overrides = {},
  run,
}: ExperimentSource): LoadedConfig<SudokuExperiment> {
  if (run)
    throw new ConfigError(
      'expected no run beside a Sudoku experiment',
      'the same command goes on where it stopped',
    );
  const path = experimentPath(experiment);
  const kind = experimentKind(path);
  if (kind !== 'sudoku')
    throw new ConfigError(`${path}: expected an experiment with "kind: sudoku", got one of kind "${kind}"`);
  return loadConfig(path, sudokuExperimentSchema, { set, overrides });
}

/**
 * Opens the one stage of a Sudoku experiment: puzzles are made from the seed, a model is trained and judged. Its folder
 * below `TRM_WORK_DIR/stages` is named by the hash of config and seed, as any stage's.
 * @throws ConfigError when the experiment is wrong
 */
export function openSudoku(options: OpenStageOptions): OpenedStage<SudokuConfig> {
  const { name, config: experiment } = loadSudokuExperiment(options);
  const { data, model, train, evaluateSteps, seed } = experiment;
  const config: SudokuConfig = { data, model, train, evaluateSteps };
  const job: StageJob = {
    stage: 'train',
    version: SUDOKU_VERSION,
    config: { ...config, train: settledConfig('train', train) },
    seed,
    python: null,
    sources: {},
    inputs: {},
  };
  const located = { key: stageKey(job, 'sudoku'), job, inputs: {} };
  return stageAt(options, { name, stage: 'train', config, seed, located });
}
