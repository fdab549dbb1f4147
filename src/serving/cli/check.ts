import type { Finding, Note } from '../../records/finding';
import { CommandExit, printJson, type Register } from './command';
import {
  addRepairOptions,
  repairFiles,
  repairOptions,
  withRepairer,
  type RepairFlags,
} from './repair-options';
import { formatFinding, formatNote, printedFinding } from '../printed-fix';

/** Notes that tell a fault of the file; the others tell that it could not be looked at. */
const FAULTS: ReadonlySet<Note['kind']> = new Set(['does-not-parse', 'merge-conflict']);

/**
 * `trm check`: reports verified findings, with `--unsafe-fixes` the others too, and writes nothing. Exit codes: 0 no
 * findings, 1 findings or a file that is broken, 2 a file could not be read, is no Python, or none that this Python judges.
 */
export const registerCheck: Register = (program, { signal }) => {
  addRepairOptions(
    program.command('check').description('report probable bugs; exit code 1 when there are any'),
  ).action(async (files: string[], flags: RepairFlags) => {
    const { shownFindings } = await import('../../repair/shown.js');
    const findings: Finding[] = [];
    const notes: Note[] = [];
    const failed = await withRepairer(flags, (repairer) =>
      repairFiles(files, repairer, repairOptions(flags, signal), async ({ fix }) => {
        const shown = shownFindings(fix, flags);
        findings.push(...shown);
        notes.push(...fix.notes);
        for (const note of fix.notes) console.error(formatNote(fix, note));
        if (!flags.json) for (const finding of shown) console.log(formatFinding(finding));
      }),
    );
    if (flags.json) printJson(findings.map(printedFinding));
    // Findings are 1, so whatever went wrong is 2.
    if (failed || notes.some(({ kind }) => !FAULTS.has(kind))) throw new CommandExit(2);
    if (findings.length > 0 || notes.length > 0) throw new CommandExit(1);
  });
};
