import { UserError } from '../../core/errors';
import type { ExperimentSource } from '../../pipeline/runs/experiment';
import type { OpenedStage, OpenStageOptions } from '../../pipeline/stages/open-stage';
import { collect, SET_HELP, wholeNumber, type Register } from './command';

/** A pack of more is told of: it is to fit where files are handed on. */
const PACK_MEGABYTES = 150;

interface TrainFlags {
  resume?: string;
  decayNow?: string;
  steps?: string;
  pack?: string;
  to?: string;
  unpack?: string;
  set: string[];
}

/**
 * `trm train <experiment>`: the train stage in this process. Interrupted (SIGINT, SIGTERM), it writes a checkpoint and
 * ends with 130; the same command goes on from there. Notebook 04 starts it as its child. An experiment of
 * `kind: sudoku` trains the model's reference form (notebook `sudoku`). Its flags end a training early, and take it to
 * another machine.
 */
export const registerTrain: Register = (program, { signal }) => {
  program
    .command('train')
    .description('train the model of an experiment in this process; goes on from its last checkpoint')
    .argument('[experiment]', 'name of a file in experiments/, or a path to one')
    .option(
      '--resume <run>',
      'train for this run, with the config it started with: run id, folder, or "latest"',
    )
    .option(
      '--decay-now <run>',
      'end a training by a short decay of its learning rate: run as above, or experiment; one that another process trains is asked to',
    )
    .option('--steps <n>', 'optimizer steps of that decay (default: a tenth of those done)')
    .option('--pack <run>', 'write what a training (run or experiment) goes on from into one file')
    .option('--to <file>', 'the file that --pack writes')
    .option('--unpack <file>', 'make a run of such a file; its data must be made again or copied')
    .option('--set <key=value>', SET_HELP, collect, [])
    .action(async (experiment: string | undefined, flags: TrainFlags) => {
      const mode = modeOf(experiment, flags);
      const { redactStream } = await import('../../core/text/redact.js');
      const { openSecrets } = await import('../../storage/secrets.js');
      const { redact } = openSecrets();
      // Notebook 04 keeps this output in the stage's training.log.
      for (const stream of [process.stdout, process.stderr]) redactStream(stream, redact);
      if (mode === 'unpack') return unpack(flags.unpack ?? '');
      const source = await sourceOf(experiment, flags);
      const { terminalProgress } = await import('../../core/progress.js');
      const { withMachine } = await import('../../stages/machine.js');
      const options = { ...source, interrupt: () => signal, progress: terminalProgress() };
      await withMachine(async (machine) => {
        const training = await openTraining({ ...options, machine });
        if (mode === 'pack') return pack(training.stage, flags.to ?? '');
        if (mode === 'decayNow' && (await isAsked(training.stage, flags.steps))) return;
        await training.run();
        console.log(`trained: ${training.stage.outDir}`);
      });
    });
};

/** Which of the four things is meant. @throws UserError when none is, or flags do not go together */
function modeOf(experiment: string | undefined, flags: TrainFlags): 'train' | 'decayNow' | 'pack' | 'unpack' {
  const modes = (['decayNow', 'pack', 'unpack'] as const).filter((flag) => flags[flag] !== undefined);
  const named = experiment !== undefined || flags.resume !== undefined;
  if (modes.length + (named ? 1 : 0) !== 1)
    throw new UserError(
      'expected one of <experiment>, --decay-now <run>, --pack <run> --to <file> and --unpack <file>',
      'bin/trm train --help tells what each does',
    );
  if (experiment === undefined && flags.resume !== undefined)
    throw new UserError(
      'expected the experiment beside --resume, got none',
      'trm train <experiment> --resume <run>',
    );
  const mode = modes[0] ?? 'train';
  if ((flags.to !== undefined) !== (mode === 'pack'))
    throw new UserError(
      'expected --pack <run> and --to <file> together',
      'bin/trm train --pack latest --to run.tar.gz',
    );
  if (flags.steps !== undefined && mode !== 'decayNow')
    throw new UserError('--steps is for --decay-now', 'to train for so many steps: --set train.maxSteps=<n>');
  return mode;
}

async function sourceOf(
  experiment: string | undefined,
  { resume, decayNow, pack: packed, set }: TrainFlags,
): Promise<ExperimentSource> {
  const { findTraining } = await import('../trainings.js');
  const named = decayNow ?? packed;
  if (named !== undefined) return findTraining(named, set);
  const { findRun } = await import('../runs.js');
  return { experiment: experiment ?? '', set, run: resume === undefined ? undefined : await findRun(resume) };
}

/** True when another process was asked to decay: nothing is left to be done here. */
async function isAsked(stage: OpenedStage<unknown>, steps: string | undefined): Promise<boolean> {
  const { askForDecay } = await import('../trainings.js');
  const holder = await askForDecay(stage, wholeNumber(steps, '--steps'));
  if (holder === undefined) return false;
  console.log(
    `asked: process ${holder.pid} on ${holder.host} ends the training by a decay from its next step on; ` +
      `follow ${stage.folder.live}/metrics.jsonl`,
  );
  return true;
}

async function pack(stage: OpenedStage<unknown>, path: string): Promise<void> {
  const { packTraining } = await import('../../pipeline/runs/pack.js');
  const { stat } = await import('node:fs/promises');
  const { step, dataKey, run } = await packTraining(stage, path);
  const megabytes = (await stat(path)).size / 1e6;
  console.log(`packed: ${path}, ${megabytes.toFixed(1)} MB, run ${run} at step ${step}`);
  if (megabytes > PACK_MEGABYTES)
    console.log(
      `more than the ${PACK_MEGABYTES} MB that some hosts take: a smaller preset makes a smaller file`,
    );
  console.log(`it learns from ${stage.inputs.process?.location ?? dataKey}, which is not in it`);
}

async function unpack(path: string): Promise<void> {
  const { unpackTraining } = await import('../../pipeline/runs/pack.js');
  const { stageFolder } = await import('../../pipeline/stages/stage-folder.js');
  const { pack: header, run, data } = await unpackTraining(path);
  console.log(`unpacked: ${run} at step ${header.step}, ${header.precision}`);
  if (data === 'missing')
    console.log(
      `its data is not here: copy it to ${stageFolder(header.dataKey).path}, or make it again: ` +
        `trm run ${header.experiment} (with the same --set), which trains, too`,
    );
  console.log(`next: bin/trm train ${header.experiment} --resume ${header.run}`);
}

/** A train stage, and what works on it. */
interface Training {
  stage: OpenedStage<unknown>;
  run(): Promise<void>;
}

async function openTraining(options: OpenStageOptions): Promise<Training> {
  const { experimentKind, experimentPath } = await import('../../pipeline/runs/experiment.js');
  const { experiment, run } = options;
  const sudoku = run === undefined && experimentKind(experimentPath(experiment)) === 'sudoku';
  return sudoku ? openSudokuTraining(options) : openCodeTraining(options);
}

async function openCodeTraining(options: OpenStageOptions): Promise<Training> {
  const { openStage } = await import('../../pipeline/stages/open-stage.js');
  const stage = await openStage('train', options);
  return {
    stage,
    async run() {
      await refuseForeignData(stage);
      const { train } = await import('../../training/stage.js');
      await stage.run(train);
    },
  };
}

/** A run that was unpacked here goes on with its own data alone. */
async function refuseForeignData({ source, key, inputs }: OpenedStage<unknown>): Promise<void> {
  if (source.run === undefined || !inputs.process) return;
  const { refuseOtherTraining } = await import('../../pipeline/runs/unpacked.js');
  const { datasetDigest, readManifest } = await import('../../shards/manifest.js');
  await refuseOtherTraining(source.run, { key, data: datasetDigest(await readManifest(inputs.process)) });
}

/** Experiments of `kind: sudoku` have no other stage; the result on the test puzzles is told at once. */
async function openSudokuTraining(options: OpenStageOptions): Promise<Training> {
  const { openSudoku } = await import('../../pipeline/sudoku/sudoku.js');
  const stage = openSudoku(options);
  return {
    stage,
    async run() {
      const { readSudokuReport, trainSudoku } = await import('../../training/sudoku/stage.js');
      await stage.run(trainSudoku);
      const { puzzles, grids, steps, halted } = await readSudokuReport(stage.store);
      const told = ({ rate, low, high }: { rate: number; low: number; high: number }): string =>
        `${(100 * rate).toFixed(1)} % (95 % interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
      console.log(`${puzzles} test puzzles of ${grids} grids that training never saw, solved in every cell:`);
      for (const { supervisionSteps, exact } of steps)
        console.log(`  ${String(supervisionSteps).padStart(2)} supervision steps  ${told(exact)}`);
      console.log(`  until it halts, ${halted.meanSteps.toFixed(1)} on average  ${told(halted.exact)}`);
    },
  };
}
