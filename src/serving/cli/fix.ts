import type { Fix } from '../../records/finding';
import type { RepairedFile } from '../fix-file';
import { CommandExit, printJson, type Register } from './command';
import {
  addRepairOptions,
  repairFiles,
  repairOptions,
  withRepairer,
  type RepairFlags,
} from './repair-options';

interface FixFlags extends RepairFlags {
  diff?: boolean;
  plausible?: boolean;
  overwriteReadOnly?: boolean;
  expected?: string;
}

/**
 * `trm fix`: applies verified fixes. With `--diff` it writes nothing and prints a patch with the plausible ones too,
 * each hunk labelled. Exit codes: 0 done or nothing to do, 2 a file could not be read, 1 anything else.
 */
export const registerFix: Register = (program, { signal }) => {
  addRepairOptions(program.command('fix').description('apply verified fixes; with --diff only show fixes'))
    .option('--diff', 'write nothing; print a patch, plausible fixes included and labelled')
    .option('--plausible', 'apply plausible fixes too, which nobody but the model vouches for')
    .option('--overwrite-read-only', 'write to files whose permissions say no, too')
    .option(
      '--expected <json>',
      'count how many of the bugs listed in this file are mended (see examples/buggy.json)',
    )
    .action(async (files: string[], flags: FixFlags) => {
      const options = { ...repairOptions(flags, signal), includePlausible: flags.diff || flags.plausible };
      // Read before anything is written: a wrong list is a mistake of the command line.
      if (flags.expected)
        await (await import('../../evaluation/demonstration.js')).readDemonstration(flags.expected);
      const fixes: Fix[] = [];
      const failed = await withRepairer(flags, (repairer) =>
        repairFiles(files, repairer, options, async (file) => {
          fixes.push(file.fix);
          await deliver(file, flags);
          if (flags.expected) await reportExpected(file.fix, flags.expected);
        }),
      );
      if (flags.json) printJson(fixes);
      if (failed) throw new CommandExit(failed);
    });
};

/** Writes or prints what was found: results on standard output, remarks on standard error. */
async function deliver(file: RepairedFile, { diff, json, overwriteReadOnly }: FixFlags): Promise<void> {
  const { formatFinding } = await import('../fix-file.js');
  const { fix, changed } = file;
  for (const finding of fix.findings) console.error(formatFinding(finding));
  if (diff) {
    if (!json) process.stdout.write(file.patch());
    // With --json standard output holds JSON and nothing else; the source is in its `fixed`.
  } else if (fix.file === '<stdin>' ? !json : changed) file.write({ overwriteReadOnly });
  console.error(summarize(fix, changed, diff === true));
}

function summarize({ file, findings }: Fix, changed: boolean, diff: boolean): string {
  const count = (tier: string): number => findings.filter((finding) => finding.tier === tier).length;
  const [verified, plausible, speculative] = [count('verified'), count('plausible'), count('speculative')];
  const parts = [
    ...(verified ? [`${verified} verified`] : []),
    ...(plausible ? [`${plausible} plausible`] : []),
    ...(speculative ? [`${speculative} speculative`] : []),
  ];
  const verb = diff ? 'nothing written' : changed ? 'written' : 'nothing to write';
  return `${file}: ${parts.join(', ') || 'no fixes'} (${verb})`;
}

async function reportExpected(fix: Fix, path: string): Promise<void> {
  const { formatRepairScores, scoreRepair, readDemonstration } =
    await import('../../evaluation/demonstration.js');
  const { demonstration, source } = await readDemonstration(path);
  console.error(formatRepairScores(scoreRepair(demonstration, source, fix)));
}
