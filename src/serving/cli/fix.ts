import { printable } from '../../core/text/printable';
import type { Fix, Note } from '../../records/finding';
import type { RepairedFile } from '../fix-file';
import { CommandExit, printJson, type Register } from './command';
import {
  addRepairOptions,
  repairFiles,
  repairOptions,
  withRepairer,
  type RepairFlags,
} from './repair-options';
import { formatFinding, formatNote, printedFix } from '../printed-fix';

interface FixFlags extends RepairFlags {
  diff?: boolean;
  overwriteReadOnly?: boolean;
  expected?: string;
}

/**
 * `trm fix`: applies verified fixes, with `--unsafe-fixes` the plausible ones too. With `--diff` it writes nothing and
 * prints what it would write as a patch, each hunk labelled. Exit codes: 0 done or nothing to do, 2 a file could not be
 * read or is no Python, 1 anything else, a file that Python could not judge too, 130 interrupted.
 */
export const registerFix: Register = (program, { signal }) => {
  addRepairOptions(program.command('fix').description('apply verified fixes; with --diff only show fixes'))
    .option('--diff', 'write nothing; print what would be written as a patch, each hunk labelled')
    .option('--overwrite-read-only', 'write to files whose permissions say no, too')
    .option(
      '--expected <json>',
      'count how many of the bugs listed in this file are mended (see examples/buggy.json)',
    )
    .action(async (files: string[], flags: FixFlags) => {
      const { shownFindings } = await import('../../repair/shown.js');
      // Read before anything is written: a wrong list is a mistake of the command line.
      if (flags.expected)
        await (await import('../../evaluation/demonstration.js')).readDemonstration(flags.expected);
      const fixes: Fix[] = [];
      const failed = await withRepairer(flags, (repairer) =>
        repairFiles(files, repairer, repairOptions(flags, signal), async (file) => {
          fixes.push({ ...file.fix, findings: shownFindings(file.fix, flags) });
          await deliver(file, flags);
          if (flags.expected) await reportExpected(file.fix, flags.expected);
        }),
      );
      if (flags.json) printJson(fixes.map(printedFix));
      const exitCode = Math.max(failed, ...fixes.map(({ notes }) => (notes.some(isUnjudged) ? 1 : 0)));
      if (exitCode) throw new CommandExit(exitCode);
    });
};

/** Writes or prints what was found: results on standard output, remarks on standard error. */
async function deliver(
  file: RepairedFile,
  { diff, json, unsafeFixes, overwriteReadOnly }: FixFlags,
): Promise<void> {
  const { shownFindings } = await import('../../repair/shown.js');
  const { fix, changed } = file;
  const shown = shownFindings(fix, { unsafeFixes });
  for (const note of fix.notes) console.error(formatNote(fix, note));
  for (const finding of shown) console.error(formatFinding(finding));
  if (diff) {
    if (!json) process.stdout.write(file.patch());
    // With --json standard output holds JSON and nothing else; the source is in its `fixed`.
  } else if (fix.file === '<stdin>' ? !json : changed) file.write({ overwriteReadOnly });
  console.error(summarize(fix, shown.length, changed, diff === true));
}

function isUnjudged({ kind }: Note): boolean {
  return kind === 'not-judged';
}

function summarize({ file, findings }: Fix, shown: number, changed: boolean, diff: boolean): string {
  const count = (tier: string): number => findings.filter((finding) => finding.tier === tier).length;
  const [verified, plausible, speculative] = [count('verified'), count('plausible'), count('speculative')];
  const all = shown === findings.length;
  const hidden = findings.length - shown;
  const parts = [
    ...(verified ? [`${verified} verified`] : []),
    ...(all && plausible ? [`${plausible} plausible`] : []),
    ...(all && speculative ? [`${speculative} speculative`] : []),
    ...(hidden ? [`${hidden} more with --unsafe-fixes`] : []),
  ];
  const verb = diff ? 'nothing written' : changed ? 'written' : 'nothing to write';
  return `${printable(file)}: ${parts.join(', ') || 'no fixes'} (${verb})`;
}

async function reportExpected(fix: Fix, path: string): Promise<void> {
  const { formatRepairScores, scoreRepair, readDemonstration } =
    await import('../../evaluation/demonstration.js');
  const { demonstration, source } = await readDemonstration(path);
  console.error(formatRepairScores(scoreRepair(demonstration, source, fix)));
}
