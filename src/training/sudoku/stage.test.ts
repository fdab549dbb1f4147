import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError } from '../../core/errors';
import { silentProgress } from '../../core/progress';
import { seedStream } from '../../core/rng';
import { createFolderStore } from '../../storage/folder-store';
import type { StageContext } from '../../stages/context';
import { localFolders } from '../../stages/context';
import { readMetrics } from '../metrics-log';
import { sudokuExperimentSchema, type SudokuConfig } from './config';
import { solutions } from './solver';
import { readSudokuReport, readTestPuzzles, trainSudoku } from './stage';
import { testMachine } from '../../stages/testing';

let root: string;
test.before(async () => void (root = await mkdtemp(join(tmpdir(), 'trm-sudoku-'))));
test.after(() => rm(root, { recursive: true, force: true }));

const config: SudokuConfig = sudokuExperimentSchema.parse({
  kind: 'sudoku',
  data: { trainGrids: 8, validationGrids: 2, testGrids: 3, puzzlesPerGrid: 3, heldOutPuzzlesPerGrid: 2 },
  model: { width: 64, layers: 1, mixing: 'mlp', supervisionSteps: 3 },
  train: { maxSteps: 12, batchTokens: 128, logEvery: 1, evaluateEvery: 6, checkpointEvery: 4 },
  evaluateSteps: [1, 3],
});

const contextAt = (name: string, signal = new AbortController().signal): StageContext => ({
  signal,
  progress: silentProgress,
  machine: testMachine,
  store: createFolderStore(join(root, name)),
  inputs: {},
  ...localFolders(join(root, `${name}-local`)),
  seed: 3,
  rng: seedStream(3, 'train'),
});

const lossesOf = async (name: string): Promise<unknown[]> =>
  (await readMetrics(join(root, name, 'metrics.jsonl')))
    .filter(({ kind }) => kind === 'train')
    .map(({ step, loss, exact }) => ({ step, loss, exact }));

test('a training that was stopped goes on to the same losses and the same report as one that was not', async () => {
  const manifest = await trainSudoku(config, contextAt('whole'));
  assert.is((manifest['trm:metrics'] as { steps: number }).steps, 12);
  const stop = new AbortController();
  const stopped = contextAt('stopped', stop.signal);
  // Between the checkpoints of steps 4 and 8.
  const progress = {
    start: () => ({
      advance: (_: number | undefined, note?: string) => void (note?.startsWith('step 6') && stop.abort()),
      finish: () => undefined,
    }),
  };
  const error = await trainSudoku(config, { ...stopped, progress }).catch((thrown: unknown) => thrown);
  assert.instance(error, InterruptedError);
  assert.is((await lossesOf('stopped')).length, 6);
  await trainSudoku(config, contextAt('stopped'));
  assert.equal(await lossesOf('stopped'), await lossesOf('whole'));
  const [whole, resumed] = ['whole', 'stopped'].map((name) => contextAt(name).store);
  assert.equal(await readSudokuReport(resumed), await readSudokuReport(whole));
});

test('the report is of the test puzzles, whose grids are in no training puzzle', async () => {
  const { store } = contextAt('whole');
  const puzzles = await readTestPuzzles(store);
  const report = await readSudokuReport(store);
  assert.is(report.puzzles, puzzles.length);
  assert.is(report.grids, 3);
  assert.equal(
    report.steps.map(({ supervisionSteps }) => supervisionSteps),
    [1, 3],
  );
  for (const { puzzle, solution } of puzzles) assert.equal(solutions(puzzle, 2), [solution]);
});

test.run();
