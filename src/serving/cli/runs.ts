import type { Register } from './command';
import { columns, printJson } from './command';

/** `trm runs list|show`: what ran, how it stands, where it is. */
export const registerRuns: Register = (program) => {
  const runs = program.command('runs').helpCommand(false).description('list runs, or show one');
  runs
    .command('list')
    .description('list runs, newest first')
    .argument('[experiment]', 'only runs of this experiment')
    .option('--json', 'print JSON')
    .action(async (experiment: string | undefined, options: { json?: boolean }) => {
      const { summarizeRuns } = await import('../runs.js');
      const summaries = await summarizeRuns(experiment);
      if (options.json) printJson(summaries);
      else if (summaries.length === 0) console.log('no runs yet; start one with `trm run quickstart`');
      else
        console.log(
          columns([
            ['RUN', 'STATE', 'STAGES', 'STARTED'],
            ...summaries.map((run) => [run.id, run.state, run.stages, run.startedAt ?? '']),
          ]),
        );
    });
  runs
    .command('show')
    .description('show one run: stages, last metrics, files')
    .argument('<run>', 'run id, the end of one, or "latest"')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      const { describeRun, formatRun } = await import('../runs.js');
      const run = await describeRun(id);
      if (options.json) printJson(run);
      else console.log(formatRun(run));
    });
};
