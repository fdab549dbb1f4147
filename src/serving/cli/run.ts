import type { RunEvent } from '../../pipeline/runs/run';
import { collect, printJson, SET_HELP, type Register } from './command';

interface RunFlags {
  new?: boolean;
  force?: boolean;
  set: string[];
  json?: boolean;
}

/** `trm run <experiment>`: the whole pipeline as notebooks; resumes the newest unfinished run of the same config. */
export const registerRun: Register = (program, { signal }) => {
  program
    .command('run')
    .description('run the stage notebooks of an experiment in order; resumes where the last run stopped')
    .argument('<experiment>', 'name of a file in experiments/, or a path to one')
    .option('--new', 'start a new run (finished stages are still taken over)')
    .option('--force', 'start a new run and compute every stage again')
    .option('--set <key=value>', SET_HELP, collect, [])
    .option('--json', 'print the finished run record as JSON on standard output')
    .action(async (experiment: string, { new: fresh, force, set, json }: RunFlags) => {
      const { runExperiment } = await import('../../pipeline/runs/run.js');
      const { formatRunEvent } = await import('../../pipeline/runs/run-events.js');
      const { withMachine } = await import('../../stages/machine.js');
      const options = {
        set,
        fresh,
        force,
        signal,
        // Standard output stays free for the result.
        onEvent: (event: RunEvent) => {
          const line = formatRunEvent(event);
          if (line !== undefined) console.error(line);
        },
      };
      const { id, folder, record } = await withMachine((machine) =>
        runExperiment(experiment, { ...options, machine }),
      );
      if (json) printJson(record);
      else console.log(`run ${id} is done: ${folder}`);
    });
};
