import type { Finding } from '../../records/finding';
import { CommandExit, printJson, type Register } from './command';
import {
  addRepairOptions,
  repairFiles,
  repairOptions,
  withRepairer,
  type RepairFlags,
} from './repair-options';

/** `trm check`: reports findings, writes nothing. Exit codes: 0 no findings, 1 findings, 2 a file could not be read. */
export const registerCheck: Register = (program, { signal }) => {
  addRepairOptions(
    program.command('check').description('report probable bugs; exit code 1 when there are any'),
  ).action(async (files: string[], flags: RepairFlags) => {
    const { formatFinding } = await import('../fix-file.js');
    const findings: Finding[] = [];
    const failed = await withRepairer(flags, (repairer) =>
      repairFiles(files, repairer, repairOptions(flags, signal), async ({ fix }) => {
        findings.push(...fix.findings);
        if (!flags.json) for (const finding of fix.findings) console.log(formatFinding(finding));
      }),
    );
    if (flags.json) printJson(findings);
    // Findings are 1, so whatever went wrong is 2.
    if (failed) throw new CommandExit(2);
    if (findings.length > 0) throw new CommandExit(1);
  });
};
