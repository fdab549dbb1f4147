import type { OpenStageOptions } from '../../pipeline/stages/open-stage';
import { collect, SET_HELP, type Register } from './command';

interface TrainFlags {
  resume?: string;
  set: string[];
}

/**
 * `trm train <experiment>`: the train stage in this process. Interrupted (SIGINT, SIGTERM), it writes a checkpoint and
 * ends with 130; the same command goes on from there. Notebook 04 starts it as its child. An experiment of
 * `kind: sudoku` trains the model's reference form (notebook `sudoku`).
 */
export const registerTrain: Register = (program, { signal }) => {
  program
    .command('train')
    .description('train the model of an experiment in this process; goes on from its last checkpoint')
    .argument('<experiment>', 'name of a file in experiments/, or a path to one')
    .option(
      '--resume <run>',
      'train for this run, with the config it started with: run id, folder, or "latest"',
    )
    .option('--set <key=value>', SET_HELP, collect, [])
    .action(async (experiment: string, { resume, set }: TrainFlags) => {
      const { terminalProgress } = await import('../../core/progress.js');
      const { redactStream } = await import('../../core/text/redact.js');
      const { openSecrets } = await import('../../storage/secrets.js');
      const { redact } = openSecrets();
      const { experimentKind, experimentPath } = await import('../../pipeline/runs/experiment.js');
      const { findRun } = await import('../runs.js');
      const { withMachine } = await import('../../stages/machine.js');
      // Notebook 04 keeps this output in the stage's training.log.
      for (const stream of [process.stdout, process.stderr]) redactStream(stream, redact);
      const run = resume === undefined ? undefined : await findRun(resume);
      const source = { experiment, set, run, interrupt: () => signal, progress: terminalProgress() };
      const sudoku = run === undefined && experimentKind(experimentPath(experiment)) === 'sudoku';
      const train = sudoku ? trainOnSudoku : trainOnCode;
      const outDir = await withMachine((machine) => train({ ...source, machine }));
      console.log(`trained: ${outDir}`);
    });
};

async function trainOnCode(options: OpenStageOptions): Promise<string> {
  const { openStage } = await import('../../pipeline/stages/open-stage.js');
  const { train } = await import('../../training/stage.js');
  const stage = await openStage('train', options);
  await stage.run(train);
  return stage.outDir;
}

/** Experiments of `kind: sudoku` have no other stage; the result on the test puzzles is told at once. */
async function trainOnSudoku(options: OpenStageOptions): Promise<string> {
  const { openSudoku } = await import('../../pipeline/sudoku/sudoku.js');
  const { readSudokuReport, trainSudoku } = await import('../../training/sudoku/stage.js');
  const stage = openSudoku(options);
  await stage.run(trainSudoku);
  const { puzzles, grids, steps, halted } = await readSudokuReport(stage.store);
  const told = ({ rate, low, high }: { rate: number; low: number; high: number }): string =>
    `${(100 * rate).toFixed(1)} % (95 % interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
  console.log(`${puzzles} test puzzles of ${grids} grids that training never saw, solved in every cell:`);
  for (const { supervisionSteps, exact } of steps)
    console.log(`  ${String(supervisionSteps).padStart(2)} supervision steps  ${told(exact)}`);
  console.log(`  until it halts, ${halted.meanSteps.toFixed(1)} on average  ${told(halted.exact)}`);
  return stage.outDir;
}
