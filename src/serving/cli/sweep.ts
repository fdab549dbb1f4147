import { InvalidArgumentError, Option, type Command } from 'commander';
import type { RunSweepFileOptions } from '../../pipeline/sweeps/run-sweep';
import { printJson, columns, type CommandContext, type Register } from './command';

interface SweepFlags {
  engine?: 'own' | 'optuna';
  trials?: number;
  resume?: string;
  json?: boolean;
}

/** `trm sweep <file>`: trainings with other parameters, the better ones longer; `trm sweep list|show`. */
export const registerSweep: Register = (program, context) => {
  const sweep = program
    .command('sweep')
    .helpCommand(false)
    .description('search for better training parameters (experiments/sweeps/)')
    .argument('[file]', 'name of a file in experiments/sweeps/, or a path to one')
    .addOption(
      new Option('--engine <engine>', 'own: random or grid; optuna: needs requirements-search.txt').choices([
        'own',
        'optuna',
      ]),
    )
    .option('--trials <n>', 'trials in all; default: run_cap of the file', wholeNumber)
    .option('--resume <sweep>', 'go on with a sweep that was cut off: id, part of one, or "latest"')
    .option('--json', 'print the result as JSON on standard output')
    .action((file: string | undefined, flags: SweepFlags) => runSweepCommand(file, flags, context));
  registerLooking(sweep);
};

function registerLooking(sweep: Command): void {
  sweep
    .command('list')
    .description('list sweeps, newest first')
    .option('--json', 'print JSON')
    .action(async (_flags: unknown, command: Command) => {
      const { summarizeSweeps } = await import('../sweeps.js');
      const sweeps = await summarizeSweeps();
      for (const { id, problem } of sweeps)
        if (problem !== null) console.error(`warning: sweep ${id} is listed without its journal: ${problem}`);
      if (command.optsWithGlobals<SweepFlags>().json) printJson(sweeps);
      else if (sweeps.length === 0) console.log('no sweeps yet; start one with `trm sweep tiny`');
      else
        console.log(
          columns([
            ['SWEEP', 'STATE', 'TRIALS', 'BEST'],
            ...sweeps.map((each) => [each.id, each.state, each.trials, each.best]),
          ]),
        );
    });
  sweep
    .command('show')
    .description('show the trials of one sweep, the best first')
    .argument('<sweep>', 'sweep id, a part of one, or "latest"')
    .option('--json', 'print JSON')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { findSweep } = await import('../../pipeline/sweeps/sweep-folder.js');
      const { formatSweep, sweepResult } = await import('../sweeps.js');
      const opened = await findSweep(id);
      if (command.optsWithGlobals<SweepFlags>().json) printJson(sweepResult(opened));
      else console.log(formatSweep(opened));
    });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError(`expected a whole number of 1 or more, got "${text}"`);
}

async function runSweepCommand(
  file: string | undefined,
  { json, ...flags }: SweepFlags,
  { signal }: CommandContext,
): Promise<void> {
  const { terminalProgress } = await import('../../core/progress.js');
  const { runSweepFile } = await import('../../pipeline/sweeps/run-sweep.js');
  const { formatJob, formatResult, formatSweep, sweepResult } = await import('../sweeps.js');
  // Standard output stays free for the result.
  const say = (line: string): void => console.error(line);
  const { withMachine } = await import('../../stages/machine.js');
  const options: Omit<RunSweepFileOptions, 'machine'> = {
    file,
    ...flags,
    signal,
    progress: terminalProgress(),
    onOpen: ({ folder }) => say(`sweep: ${folder}`),
    onJob: (job, opened) => say(formatJob(job, opened)),
    onResult: (result, opened) => say(formatResult(result, opened)),
  };
  const finished = await withMachine((machine) => runSweepFile({ ...options, machine }));
  if (json) printJson(sweepResult(finished));
  else console.log(formatSweep(finished));
}
