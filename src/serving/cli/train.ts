import { collect, SET_HELP, type Register } from './command';

interface TrainFlags {
  resume?: string;
  set: string[];
}

/**
 * `trm train <experiment>`: the train stage in this process. Interrupted (SIGINT, SIGTERM), it writes a checkpoint and
 * ends with 130; the same command goes on from there. Notebook 04 starts it as its child.
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
      const { createRedactor, redactStream } = await import('../../core/redact.js');
      const { openStage } = await import('../../pipeline/open-stage.js');
      const { train } = await import('../../training/stage.js');
      const { findRun } = await import('../runs.js');
      // Notebook 04 keeps this output in the stage's training.log.
      for (const stream of [process.stdout, process.stderr]) redactStream(stream, createRedactor());
      const run = resume === undefined ? undefined : await findRun(resume);
      const stage = await openStage('train', {
        experiment,
        set,
        run,
        interrupt: () => signal,
        progress: terminalProgress(),
      });
      await stage.run(train);
      console.log(`trained: ${stage.outDir}`);
    });
};
