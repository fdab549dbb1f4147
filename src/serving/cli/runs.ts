import type { Register } from './command';
import { columns, printJson } from './command';

/** `trm runs list|show|diff|sync`: what ran, how it stands, where it is, how two differ; send one to a W&B server. */
export const registerRuns: Register = (program) => {
  const runs = program.command('runs').helpCommand(false).description('list, show and compare runs');
  runs
    .command('list')
    .description('list runs, newest first')
    .argument('[experiment]', 'only runs of this experiment')
    .option('--json', 'print JSON')
    .action(async (experiment: string | undefined, options: { json?: boolean }) => {
      const { summarizeRuns } = await import('../runs.js');
      const summaries = await summarizeRuns(experiment);
      for (const { id, problem } of summaries)
        if (problem !== null) console.error(`warning: run ${id} is listed without its record: ${problem}`);
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
  runs
    .command('diff')
    .description('compare two runs: config, environment, data, final metrics')
    .argument('<a>', 'run id, the end of one, "latest", or the folder that `trm train` printed')
    .argument('<b>', 'the other run')
    .option('--json', 'print JSON')
    .action(async (a: string, b: string, options: { json?: boolean }) => {
      const { diffRuns, diffRows } = await import('../runs-diff.js');
      const diff = await diffRuns(a, b);
      if (options.json) printJson(diff);
      else console.log(columns(diffRows(diff)));
    });
  runs
    .command('sync')
    .description('send what a W&B server has not got of a run; the key comes from WANDB_API_KEY')
    .argument('<run>', 'run id, the end of one, "latest", or the folder of a train stage')
    .option('--base-url <url>', 'the server; default: the one of the run')
    .option('--project <name>', 'project on the server; default: the one of the run')
    .option('--entity <name>', 'user or team; default: the one of the run')
    .action(async (id: string, options: { baseUrl?: string; project?: string; entity?: string }) => {
      const { syncRun } = await import('../runs-sync.js');
      const { rows, url } = await syncRun(id, options);
      console.log(`${rows} rows: ${url}`);
    });
};
