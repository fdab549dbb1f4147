import { Option } from 'commander';
import { UserError } from '../../core/errors';
import { collect, printJson, SET_HELP, type Register } from './command';

interface EvaluateFlags {
  on?: string[];
  split?: string;
  set?: string;
  steps?: string;
  against?: string;
  most?: string;
  cleanKept: string;
  out?: string;
  json?: boolean;
  markdown?: boolean;
  config?: string[];
}

/** `trm evaluate`: tables of a finished model on fixed sets. Exit code 0 also where a set is skipped, which is said. */
export const registerEvaluate: Register = (program, { signal }) => {
  program
    .command('evaluate')
    .description('judge a finished model on fixed sets, beside another model and two counting baselines')
    .argument(
      '[models...]',
      'run (id, part of one, "latest", folder), experiment, or model folder (default: latest); on real-files several, as seeds',
    )
    .option(
      '--on <set>',
      'synthetic-9, test, val, real-files, real-dev and real-dev2 (need TRM_DATA_DIR), or a folder; repeatable (default: synthetic-9)',
      collect,
    )
    .option('--split <split>', 'of real-files: reserved, to choose by, or dev, to report (default: reserved)')
    .option(
      '--steps <list>',
      'more supervision steps to measure at, as 1,2,4,8 (default: the ones the model was trained for)',
    )
    .option('--against <model>', 'a second model, for example the equal-FLOP baseline')
    .option('--most <n>', 'take at most so many samples of a set')
    .option(
      '--clean-kept <share>',
      'share of clean validation functions that ranker and threshold leave alone',
      '0.95',
    )
    .option('--out <folder>', 'where results go (default: data/evaluations/<model>)')
    .addOption(new Option('--set <name>').hideHelp())
    .option('--config <key=value>', SET_HELP.replace('--set', '--config'), collect)
    .option('--json', 'print the reports as JSON')
    .option('--markdown', 'print only the tables that the README shows')
    .action(async (named: string[], flags: EvaluateFlags) => {
      if (flags.set !== undefined) throw retiredSet(flags.set);
      const models = named.length > 0 ? named : ['latest'];
      const sets = flags.on ?? ['synthetic-9'];
      const others = sets.filter((name) => name !== REAL_FILES);
      checkFlags(models, others, flags);
      if (others.length < sets.length) await judgeOnRealFiles(models, flags, signal);
      if (others.length > 0) await judgeOnSets(models[0], others, flags, signal);
    });
};

/** Name of the set of real fixes with their files. */
const REAL_FILES = 'real-files';

/** @throws UserError for flags that say nothing of what is asked for */
function checkFlags(models: readonly string[], others: readonly string[], flags: EvaluateFlags): void {
  if (models.length > 1 && others.length > 0)
    throw new UserError(
      `${others.join(', ')}: expected one model, got ${models.length}`,
      'name a second one by --against; several models are for --on real-files',
    );
  if (flags.split !== undefined && !flags.on?.includes(REAL_FILES))
    throw new UserError('--split is of real-files, which is not asked for', '--on real-files');
  if (flags.json && others.length > 0 && flags.on?.includes(REAL_FILES))
    throw new UserError(
      'the reports of real-files and of other sets are not one JSON document',
      'ask for them one by one',
    );
  if (others.length === 0 && (flags.against !== undefined || flags.steps !== undefined))
    throw new UserError(
      'real-files knows no --against and no --steps',
      'name several models one after the other; each runs the steps that it was trained for',
    );
}

async function judgeOnRealFiles(
  models: readonly string[],
  flags: EvaluateFlags,
  signal: AbortSignal,
): Promise<void> {
  const { REAL_SPLITS } = await import('../../evaluation/real-files/real-fixes.js');
  const split = REAL_SPLITS.find((one) => one === (flags.split ?? 'reserved'));
  if (split === undefined)
    throw new UserError(`--split: expected ${REAL_SPLITS.join(' or ')}, got "${flags.split}"`);
  const { evaluateRealFiles } = await import('../evaluate-real-files.js');
  const { withMachine } = await import('../../stages/machine.js');
  const { terminalProgress } = await import('../../core/progress.js');
  const { renderRealReport } = await import('../../evaluation/real-files/real-tables.js');
  const { folder, report } = await withMachine((machine) =>
    evaluateRealFiles({
      ...{ models, split, signal, machine, progress: terminalProgress() },
      most: flags.most === undefined ? null : whole(flags.most, '--most'),
      out: flags.out ?? null,
      set: flags.config ?? [],
    }),
  );
  if (flags.json) printJson([{ set: REAL_FILES, folder, report }]);
  else console.log(`${renderRealReport(report)}${flags.markdown ? '' : `\n${folder}\n`}`);
}

async function judgeOnSets(
  model: string,
  sets: readonly string[],
  flags: EvaluateFlags,
  signal: AbortSignal,
): Promise<void> {
  const { evaluateModels } = await import('../evaluate-models.js');
  const { withMachine } = await import('../../stages/machine.js');
  const { terminalProgress } = await import('../../core/progress.js');
  const { renderSetReport } = await import('../../evaluation/benchmarks/set-tables.js');
  const { renderResults } = await import('../../evaluation/benchmarks/results-table.js');
  const request = {
    model,
    against: flags.against ?? null,
    sets,
    steps: flags.steps?.split(',').map((text) => whole(text, '--steps')) ?? [],
    most: flags.most === undefined ? null : whole(flags.most, '--most'),
    cleanKept: share(flags.cleanKept, '--clean-kept'),
    out: flags.out ?? null,
    set: flags.config ?? [],
    signal,
    progress: terminalProgress(),
  };
  const results = await withMachine((machine) => evaluateModels({ ...request, machine }));
  if (flags.json) return printJson(results);
  for (const result of results) {
    if ('report' in result && result.report.baselines.length === 0)
      console.error(
        `${result.set}: no baselines, for ${model} has no training data beside it; name a run or an experiment`,
      );
    if ('skipped' in result) console.log(`skipped ${result.set}: ${result.skipped}\n`);
    else if (flags.markdown) console.log(renderResults(result.report));
    else console.log(`${renderSetReport(result.report)}\n${result.folder}\n`);
  }
}

/** Elsewhere `--set` changes a config value, so here it named two things. */
function retiredSet(value: string): UserError {
  return value.includes('=')
    ? new UserError('trm evaluate has no --set', `config values of an experiment: --config ${value}`)
    : new UserError('trm evaluate has no --set any more: sets are named by --on', `--on ${value}`);
}

function share(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new UserError(`${flag}: expected a share between 0 and 1, got "${text}"`);
}

function whole(text: string, flag: string): number {
  const value = Number(text);
  if (/^\s*\d+\s*$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new UserError(`${flag}: expected whole numbers of 1 or more, got "${text}"`);
}
