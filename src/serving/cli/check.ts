import type { ReportedFinding } from '../findings/reported-finding';
import { version } from '../version';
import { CommandExit, type Register } from './command';
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
import type { Repairer } from '../../repair/repairer';

/**
 * `trm check`: reports verified findings, with `--unsafe-fixes` the others too, and writes nothing. Exit codes: 0 no
 * findings, 1 findings or a file that is broken, 2 a file could not be read, is no Python, or none that this Python judges.
 */
export const registerCheck: Register = (program, { signal }) => {
  addRepairOptions(
    program.command('check').description('report probable bugs; exit code 1 when there are any'),
  )
    .option('--write-baseline <file>', 'write the findings to this file, for --baseline, and exit with 0')
    .action(async (paths: string[], flags: RepairFlags) => {
      const plan = await planRepair(flags, signal);
      const code = await withRepairer(flags, plan, (repairer) =>
        onceOrWatching(paths, flags, plan, (names) => checkOnce(names, repairer, plan, flags)),
      );
      if (code > 0) throw new CommandExit(code);
    });
};

async function checkOnce(
  names: readonly string[],
  repairer: Promise<Repairer>,
  plan: RepairPlan,
  flags: RepairFlags,
): Promise<number> {
  const { createFindingWriter } = await import('../findings/writer.js');
  const writer = flags.writeBaseline ? undefined : createFindingWriter(plan.format, { version: version() });
  const findings: ReportedFinding[] = [];
  let unjudged = false;
  const failed = await repairPaths(names, repairer, plan, async (file) => {
    unjudged = sayUnjudged(file) || unjudged;
    const told = toldFindings(file, plan);
    findings.push(...told);
    writer?.write(told);
  });
  writer?.end();
  if (flags.writeBaseline) await saveBaseline(flags.writeBaseline, findings);
  return exitCodeFor({ failed, unjudged, findings: writer ? findings.length : 0 }, flags);
}

async function saveBaseline(path: string, findings: readonly ReportedFinding[]): Promise<void> {
  const { writeBaseline } = await import('../findings/baseline.js');
  await writeBaseline(path, findings);
  console.error(`${path}: findings written: ${findings.length}`);
}
