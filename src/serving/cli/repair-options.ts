import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { describeError, exitCodeOf, InterruptedError, throwIfAborted, UserError } from '../../core/errors';
import type { Note } from '../../records/finding';
import type { Repairer } from '../../repair/repairer';
import { INFERENCE_CHOICES, type InferenceChoice } from '../../trm/precision';
import type { RepairedFile, RepairFileOptions } from '../fix-file';
import type { ReportedFinding } from '../findings/reported-finding';
import type { Format } from '../findings/writer';
import { formatNote } from '../printed-fix';
import { STDIN } from '../source-file';
import type { DiscoverOptions } from '../targets/discover';
import { collectList } from './command';

/** Flags that `trm fix` and `trm check` share. */
export interface RepairFlags {
  model?: string;
  minConfidence?: number;
  maxRounds?: number;
  unsafeFixes?: boolean;
  format?: Format;
  json?: boolean;
  precision?: InferenceChoice;
  select?: string[];
  ignore?: string[];
  exclude?: string[];
  respectGitignore: boolean;
  stdinFilename?: string;
  baseline?: string;
  config?: string;
  isolated?: boolean;
  exitZero?: boolean;
  jobs?: number;
  watch?: boolean;
  writeBaseline?: string;
}

/** Notes that tell that a file could not be looked at: errors, not findings. The others tell a fault of the file. */
const UNJUDGED: ReadonlySet<string> = new Set<Note['kind']>(['not-judged', 'python-2', 'newer-python']);

/** Adds the shared arguments and flags to a command. */
export function addRepairOptions(command: Command): Command {
  return command
    .argument('<path...>', 'Python files, notebooks, and folders of them; "-" is standard input')
    .option(
      '--model <folder>',
      'release folder, or the name of an experiment; default: TRM_MODEL, else the model of this project',
    )
    .option(
      '--min-confidence <number>',
      "least confidence, 0..1; default: the model's calibrated one",
      parseShare,
    )
    .option(
      '--select <names>',
      'only these bug types, families or witnesses, with commas; repeatable',
      collectList,
    )
    .option('--ignore <names>', 'none of these bug types, families or witnesses; repeatable', collectList)
    .option('--exclude <patterns>', 'leave out of folders, as in .gitignore; repeatable', collectList)
    .option('--no-respect-gitignore', 'take files that git ignores, too')
    .option('--stdin-filename <name>', 'name of what comes on standard input, for messages and its kind')
    .option('--baseline <file>', 'do not report the findings that this file lists')
    .option(
      '--config <file>',
      'read [tool.trm] of this file; default: the nearest pyproject.toml that has it',
    )
    .option('--isolated', 'read no pyproject.toml')
    .option('--exit-zero', 'exit code 0 with findings, too')
    .option(
      '--jobs <number>',
      'files at once; default: as many as there are processors, at most 4',
      parseCount,
    )
    .option('--max-rounds <number>', 'rounds over a file', parseCount)
    .addOption(
      new Option(
        '--precision <precision>',
        "of the model's products; auto: bf16 where the processor has units for it; int16: faster on any processor",
      )
        .choices(INFERENCE_CHOICES)
        .default('float32'),
    )
    .option('--unsafe-fixes', 'take in plausible fixes too, which nobody but the model vouches for')
    .addOption(
      new Option('--format <format>', 'of what is printed').choices([
        'text',
        'json',
        'jsonl',
        'github',
        'sarif',
      ]),
    )
    .option('--json', 'the same as --format json')
    .option('--watch', 'go on, and look again at files that change');
}

/** What a command is to do, from its flags and the project's settings. */
export interface RepairPlan {
  options: RepairFileOptions;
  format: Format;
  unsafeFixes: boolean;
  discover: DiscoverOptions & { signal: AbortSignal };
  jobs: number;
}

/**
 * Reads the project's settings and puts the flags above them.
 * @throws UserError for names that are unknown and flags that say two things
 */
export async function planRepair(flags: RepairFlags, signal: AbortSignal): Promise<RepairPlan> {
  const { readSettings } = await import('../targets/settings.js');
  const { readBaseline } = await import('../findings/baseline.js');
  const { createSelection } = await import('../findings/selection.js');
  const { availableParallelism } = await import('node:os');
  if (flags.json && flags.format !== undefined && flags.format !== 'json')
    throw new UserError(`expected one form, got --json and --format ${flags.format}`, 'leave --json out');
  const settings = flags.isolated ? { folder: null } : await readSettings(flags.config);
  const selection = {
    select: flags.select ?? settings.select ?? [],
    ignore: [...(flags.ignore ?? []), ...(settings.ignore ?? [])],
  };
  createSelection(selection);
  const listed =
    settings.baseline === undefined ? undefined : join(settings.folder ?? '.', settings.baseline);
  // A new baseline holds all findings, known ones too.
  const baseline = flags.writeBaseline === undefined ? (flags.baseline ?? listed) : undefined;
  const threshold = flags.minConfidence ?? settings['min-confidence'];
  const unsafeFixes = flags.unsafeFixes ?? settings['unsafe-fixes'] ?? false;
  return {
    options: {
      ...{ signal, unsafeFixes },
      policy: { ...selection, ...(baseline !== undefined && { baseline: await readBaseline(baseline) }) },
      ...(threshold !== undefined && { threshold }),
      ...(flags.maxRounds !== undefined && { maxRounds: flags.maxRounds }),
      ...(flags.stdinFilename !== undefined && { stdinFilename: flags.stdinFilename }),
    },
    format: flags.json ? 'json' : (flags.format ?? 'text'),
    unsafeFixes,
    discover: {
      signal,
      exclude: [...(flags.exclude ?? []), ...(settings.exclude ?? [])],
      root: settings.folder ?? process.cwd(),
      respectGitignore: flags.respectGitignore && (settings['respect-gitignore'] ?? true),
    },
    jobs: flags.jobs ?? Math.min(4, availableParallelism()),
  };
}

/** Loads the model of the flags, lends the repairer to `work`, and closes it. */
export async function withRepairer<T>(
  { model, precision }: RepairFlags,
  { jobs }: Pick<RepairPlan, 'jobs'>,
  work: (repairer: Promise<Repairer>) => Promise<T>,
): Promise<T> {
  const { announceModel, chooseModel } = await import('../default-model.js');
  const { loadRepairer } = await import('../../repair/repairer.js');
  const chosen = await chooseModel(model);
  console.error(announceModel(chosen));
  const repairer = loadRepairer(chosen.facts.folder, { precision, workers: jobs });
  // Whoever awaits it is told; until then it is nobody's unhandled error.
  repairer.catch(() => undefined);
  try {
    return await work(repairer);
  } finally {
    await repairer.then((one) => one.close()).catch(() => undefined);
  }
}

/**
 * Runs `once` on all paths, and with `--watch` again on those that change, until the signal of the plan is aborted.
 * @returns the exit code of the last run
 */
export async function onceOrWatching(
  paths: readonly string[],
  { watch }: Pick<RepairFlags, 'watch'>,
  { discover }: Pick<RepairPlan, 'discover'>,
  once: (names: readonly string[]) => Promise<number>,
): Promise<number> {
  const first = await once(paths);
  if (!watch) return first;
  const { watchPaths } = await import('../targets/watch.js');
  const onReady = (): void => console.error('watching; Ctrl-C ends it');
  return watchPaths(paths, { ...discover, onReady }, once);
}

/**
 * Repairs files and those of folders, several at once, and hands each to `onFile` in their order. A file that fails, or is
 * no Python, is reported on standard error and the others go on.
 * @throws InterruptedError when the signal of the plan is aborted, whatever is done until then
 * @returns the worst exit code of the failures, 0 without one
 */
export async function repairPaths(
  paths: readonly string[],
  loading: Promise<Repairer>,
  plan: RepairPlan,
  onFile: (file: RepairedFile) => Promise<void>,
): Promise<number> {
  const { discoverFiles } = await import('../targets/discover.js');
  const { repairFile } = await import('../fix-file.js');
  const { requirePythonFile } = await import('../python-files.js');
  const { inOrder } = await import('../targets/in-order.js');
  const { terminalLine } = await import('../targets/terminal-line.js');
  const { discover, options, jobs } = plan;
  const { files, problems } = await discoverFiles(paths, discover);
  let worst = 0;
  const fail = (error: unknown): void => {
    if (error instanceof InterruptedError) throw error;
    console.error(describeError(error));
    worst = Math.max(worst, exitCodeOf(error));
  };
  problems.forEach(fail);
  if (files.length === 0) return worst;
  const repairer = await loading;
  const line = terminalLine(files.length);
  const work = async (name: string): Promise<RepairedFile> => {
    throwIfAborted(options.signal, 'the repair');
    if (name !== STDIN) await requirePythonFile(name);
    return repairFile(name, repairer, options);
  };
  await inOrder(files, { jobs, work }, async (outcome, name) => {
    line.clear();
    if ('value' in outcome) await onFile(outcome.value).catch(fail);
    else fail(outcome.error);
    line.advance(name);
  });
  line.clear();
  return worst;
}

/** The findings that are told at these settings: without `--unsafe-fixes` only those that somebody vouches for. */
export function toldFindings({ reported }: RepairedFile, { unsafeFixes }: RepairPlan): ReportedFinding[] {
  return reported.filter(({ edit, witness, rule }) =>
    edit === null ? witness !== 'parser' || !UNJUDGED.has(rule) : edit.tier === 'verified' || unsafeFixes,
  );
}

/** Says on standard error why a file could not be looked at; true when it could not. */
export function sayUnjudged({ fix }: Pick<RepairedFile, 'fix'>): boolean {
  const notes = fix.notes.filter(({ kind }) => UNJUDGED.has(kind));
  for (const note of notes) console.error(formatNote(fix, note));
  return notes.length > 0;
}

/** Exit code of findings that are left: 2 when a file could not be looked at, 1 with findings, else 0. */
export function exitCodeFor(
  { failed, unjudged, findings }: { failed: number; unjudged: boolean; findings: number },
  { exitZero }: RepairFlags,
): number {
  // Findings are 1, so whatever went wrong is 2.
  if (failed > 0 || unjudged) return 2;
  return findings > 0 && !exitZero ? 1 : 0;
}

function parseShare(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('expected a number in 0..1.');
  return value;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
}
