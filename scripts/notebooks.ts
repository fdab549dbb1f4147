/**
 * Care of the notebooks in git.
 *
 *   node dist/scripts/notebooks.js check              stripped, titled, one parameters cell, short cells, types
 *   node dist/scripts/notebooks.js strip              removes outputs and execution metadata (as the git filter does)
 *   node dist/scripts/notebooks.js execute [--set k=v]  runs all of them on experiments/tiny.yaml
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, exitCodeOf, UserError } from '../src/core/errors';
import { projectRoot, pythonPath } from '../src/core/paths';
import { openSecrets } from '../src/storage/secrets';
import { runProcess } from '../src/core/processes/subprocess';
import { cellSource, hasTag, readNotebook } from '../src/pipeline/notebooks/notebook';
import { executeNotebook, exportHtml } from '../src/pipeline/notebooks/papermill';
import { runExperiment } from '../src/pipeline/runs/run';
import { formatRunEvent } from '../src/pipeline/runs/run-events';
import { stageNotebook } from '../src/pipeline/stages/stage-inputs';
import { STAGES } from '../src/records/run';
import {
  checkNotebook,
  formatProblem,
  STRIP_ARGUMENTS,
  typeCheckNotebooks,
  type NotebookFile,
} from './notebook-checks';
import { withMachine, type Machine } from '../src/stages/machine';

const folder = join(projectRoot(), 'notebooks');

/** The notebooks in `notebooks/`, sorted. @throws UserError when there are none */
function notebookPaths(): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));
  if (names.length === 0) throw new UserError(`no notebooks in ${folder}`, 'check out the whole repository');
  return names.sort().map((name) => join(folder, name));
}

async function check(): Promise<number> {
  const files: NotebookFile[] = await Promise.all(
    notebookPaths().map(async (path) => ({ path, notebook: await readNotebook(path) })),
  );
  const problems = [...files.flatMap(checkNotebook), ...typeCheckNotebooks(files)];
  for (const problem of problems) console.log(formatProblem(problem));
  console.log(`${files.length} notebooks checked, ${problems.length} problems`);
  return problems.length > 0 ? 1 : 0;
}

async function strip(): Promise<number> {
  await runProcess(pythonPath(), ['-m', 'nbstripout', ...STRIP_ARGUMENTS, ...notebookPaths()]);
  return 0;
}

/** Experiments for notebooks that have a kind of their own. */
const TINY: Readonly<Record<string, string>> = { 'sudoku.ipynb': 'sudoku-tiny' };

/** The pipeline's notebooks in order, then the reviews on what they made and those that stand alone. */
async function execute(set: readonly string[], signal: AbortSignal, machine: Machine): Promise<number> {
  const experiment = 'tiny';
  const run = await runExperiment(experiment, {
    machine,
    set,
    fresh: true,
    signal,
    onEvent: (event) => {
      const line = formatRunEvent(event);
      if (line !== undefined) console.log(line);
    },
  });
  const stages = STAGES.map(stageNotebook);
  for (const path of notebookPaths()) {
    const name = path.slice(folder.length + 1);
    if (stages.some((stage) => stage.endsWith(name))) continue;
    const output = join(run.folder, name);
    const declared = cellSource((await readNotebook(path)).cells.find((cell) => hasTag(cell, 'parameters'))!);
    const given = { experiment: TINY[name] ?? experiment, run: run.id };
    const parameters = Object.fromEntries(
      Object.entries(given).filter(([key]) => new RegExp(`^let ${key}\\b`, 'm').test(declared)),
    );
    console.log(`executing ${name}`);
    await executeNotebook({ input: path, output, parameters, redact: openSecrets().redact, signal });
    await exportHtml(output, output.replace(/ipynb$/, 'html'), signal);
  }
  console.log(`all notebooks executed: ${run.folder}`);
  return 0;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { set: { type: 'string', multiple: true, default: [] } },
    allowPositionals: true,
  });
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  const commands: Record<string, () => Promise<number>> = {
    check,
    strip,
    execute: () => withMachine((machine) => execute(values.set, controller.signal, machine)),
  };
  const [name = ''] = positionals;
  if (!Object.hasOwn(commands, name))
    throw new UserError(
      `expected check, strip or execute, got "${name}"`,
      'see the head of scripts/notebooks.ts',
    );
  return commands[name]();
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(describeError(error));
    process.exitCode = exitCodeOf(error);
  },
);
