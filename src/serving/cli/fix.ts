import { UserError } from '../../core/errors';
import { printable } from '../../core/text/printable';
import type { Fix } from '../../records/finding';
import type { Repairer } from '../../repair/repairer';
import type { RepairedFile } from '../fix-file';
import type { FindingWriter } from '../findings/writer';
import type { ReportedFinding } from '../findings/reported-finding';
import { printedFix, type PrintedFix } from '../printed-fix';
import { STDIN } from '../source-file';
import { version } from '../version';
import { CommandExit, printJson, type Register } from './command';
import {
  addRepairOptions,
  exitCodeFor,
  onceOrWatching,
  planRepair,
  repairPaths,
  sayUnjudged,
  toldFindings,
  withRepairer,
  type RepairFlags,
  type RepairPlan,
} from './repair-options';

interface FixFlags extends RepairFlags {
  diff?: boolean;
  savePatch?: string;
  overwriteReadOnly?: boolean;
  expected?: string;
}

/**
 * `trm fix`: applies verified fixes, with `--unsafe-fixes` the plausible ones too. With `--diff` it writes nothing and
 * prints what it would write as a patch, each hunk labelled. Exit codes: 0 nothing is left, 1 findings remain (those
 * that `trm check` would report now), with `--diff` and `--save-patch` something would change; 2 a file could not be read,
 * written or judged, or is no Python; 130 interrupted.
 */
export const registerFix: Register = (program, { signal }) => {
  addRepairOptions(program.command('fix').description('apply verified fixes; with --diff only show fixes'))
    .option('--diff', 'write nothing; print what would be written as a patch, each hunk labelled')
    .option('--save-patch <file>', 'write nothing but this patch, for `trm apply`')
    .option('--overwrite-read-only', 'write to files whose permissions say no, too')
    .option(
      '--expected <json>',
      'count how many of the bugs listed in this file are mended (see examples/buggy.json)',
    )
    .action(async (paths: string[], flags: FixFlags) => {
      checkFlags(paths, flags);
      const plan = await planRepair(flags, signal);
      // Read before anything is written: a wrong list is a mistake of the command line.
      if (flags.expected)
        await (await import('../../evaluation/demonstration.js')).readDemonstration(flags.expected);
      const code = await withRepairer(flags, plan, (repairer) =>
        onceOrWatching(paths, flags, plan, (names) => fixOnce(names, repairer, plan, flags)),
      );
      if (code > 0) throw new CommandExit(code);
    });
};

/** @throws UserError for flags that want standard output, or the files, for two things */
function checkFlags(paths: readonly string[], { diff, savePatch, watch, format }: FixFlags): void {
  if (diff && savePatch !== undefined)
    throw new UserError(
      'expected --diff or --save-patch, got both',
      '--save-patch writes what --diff prints',
    );
  if (savePatch !== undefined && paths.includes(STDIN))
    throw new UserError(
      'expected files for --save-patch, got standard input',
      'trm fix - --diff > fix.patch',
    );
  if (watch && (savePatch !== undefined || paths.includes(STDIN)))
    throw new UserError('--watch goes with files, and without --save-patch', 'trm fix <files> --watch');
  if ((format === 'github' || format === 'sarif') && paths.includes(STDIN) && !diff)
    throw new UserError(
      `standard output is for the fixed source: it cannot hold ${format}, too`,
      `trm check - --format ${format}, or trm fix - --format json, which holds both`,
    );
}

/** What one pass over the files came to. */
interface Pass {
  remaining: number;
  changed: number;
  unjudged: boolean;
  patches: Uint8Array[];
}

async function fixOnce(
  names: readonly string[],
  repairer: Promise<Repairer>,
  plan: RepairPlan,
  flags: FixFlags,
): Promise<number> {
  const printer = await createPrinter(plan);
  const pass: Pass = { remaining: 0, changed: 0, unjudged: false, patches: [] };
  const failed = await repairPaths(names, repairer, plan, async (file) => {
    const told = toldFindings(file, plan);
    const left = told.filter((finding) => !isApplied(finding, plan));
    pass.unjudged = sayUnjudged(file) || pass.unjudged;
    pass.remaining += left.length;
    pass.changed += file.changed ? 1 : 0;
    printer.file(file, told, flags.diff === true || flags.savePatch !== undefined ? told : left);
    deliver(file, told, plan, { flags, pass });
    if (flags.expected) await reportExpected(file.fix, flags.expected);
  });
  printer.end();
  if (flags.savePatch !== undefined) await savePatch(flags.savePatch, pass);
  const dry = flags.diff === true || flags.savePatch !== undefined;
  const findings = dry ? pass.changed : pass.remaining;
  return exitCodeFor({ failed, unjudged: pass.unjudged, findings }, flags);
}

function isApplied({ edit }: ReportedFinding, { unsafeFixes }: RepairPlan): boolean {
  return edit !== null && (edit.tier === 'verified' || (unsafeFixes && edit.tier === 'plausible'));
}

/** Prints what a file came to: as text on standard error, else on standard output. */
interface FixPrinter {
  file(file: RepairedFile, told: readonly ReportedFinding[], left: readonly ReportedFinding[]): void;
  end(): void;
}

async function createPrinter({ format }: RepairPlan): Promise<FixPrinter> {
  const { createFindingWriter } = await import('../findings/writer.js');
  const writer = (stream: NodeJS.WriteStream): FindingWriter =>
    createFindingWriter(format, { version: version(), stream });
  const fixes: PrintedFix[] = [];
  switch (format) {
    case 'text': {
      // Standard output is for the patch, and for the source of standard input.
      const text = writer(process.stderr);
      return { file: (_, told) => text.write(told), end: () => text.end() };
    }
    case 'json':
      return { file: (file, told) => void fixes.push(printedFix(file, told)), end: () => printJson(fixes) };
    case 'jsonl':
      return {
        file: (file, told) => console.log(JSON.stringify(printedFix(file, told))),
        end: () => undefined,
      };
    default: {
      const text = writer(process.stdout);
      return { file: (_, _told, left) => text.write(left), end: () => text.end() };
    }
  }
}

/** Writes the file, or its patch, and says so on standard error. */
function deliver(
  file: RepairedFile,
  told: readonly ReportedFinding[],
  { format }: RepairPlan,
  { flags, pass }: { flags: FixFlags; pass: Pass },
): void {
  if (flags.savePatch !== undefined) pass.patches.push(file.patch());
  else if (flags.diff) {
    if (format === 'text') process.stdout.write(file.patch());
    // Standard output holds JSON and nothing else where that is asked for; the source is in its `fixed`.
  } else if (file.isStdin ? format === 'text' : file.changed)
    file.write({ overwriteReadOnly: flags.overwriteReadOnly });
  const dry = flags.diff === true || flags.savePatch !== undefined;
  console.error(summarize(file, told.length, dry));
}

async function savePatch(path: string, { patches, changed }: Pass): Promise<void> {
  const { writeFileAtomic } = await import('../../core/files.js');
  await writeFileAtomic(path, Buffer.concat(patches));
  console.error(`${path}: a patch of ${changed} files; \`trm apply ${path}\` writes it`);
}

function summarize({ fix, reported, hidden, changed }: RepairedFile, told: number, dry: boolean): string {
  const count = (tier: string): number => reported.filter(({ edit }) => edit?.tier === tier).length;
  const [verified, plausible, speculative] = [count('verified'), count('plausible'), count('speculative')];
  const all = told >= verified + plausible + speculative;
  const more = plausible + speculative;
  const parts = [
    ...(verified ? [`${verified} verified`] : []),
    ...(all && plausible ? [`${plausible} plausible`] : []),
    ...(all && speculative ? [`${speculative} speculative`] : []),
    ...(!all && more ? [`${more} more with --unsafe-fixes`] : []),
    ...(hidden ? [`${hidden} hidden by comments or the baseline`] : []),
  ];
  const verb = dry ? 'nothing written' : changed ? 'written' : 'nothing to write';
  return `${printable(fix.file)}: ${parts.join(', ') || 'no fixes'} (${verb})`;
}

async function reportExpected(fix: Fix, path: string): Promise<void> {
  const { formatRepairScores, scoreRepair, readDemonstration } =
    await import('../../evaluation/demonstration.js');
  const { demonstration, source } = await readDemonstration(path);
  console.error(formatRepairScores(scoreRepair(demonstration, source, fix)));
}
