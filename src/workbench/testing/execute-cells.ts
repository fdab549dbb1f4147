import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot, pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';

/** One output of an executed cell, as the notebook file holds it (texts joined). */
export interface CellResult {
  executionCount: number | null;
  /** Text of the streams. */
  stdout: string;
  stderr: string;
  /** Displays in order: representations by media type. */
  displays: Record<string, unknown>[];
  error: { ename: string; evalue: string; traceback: string } | undefined;
}

/** A notebook that papermill executed. */
export interface ExecutedCells {
  /** The executed notebook. */
  path: string;
  exitCode: number;
  /** What papermill wrote on standard error. */
  log: string;
  /** One result a given cell; papermill's own cells (injected parameters, error banners) are left out. */
  cells: CellResult[];
}

/** A cell to execute: its source, or with tags. */
export type CellInput = string | { source: string; tags: string[] };

interface NotebookOutput {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

interface NotebookJson {
  cells: { metadata: { tags?: string[] }; execution_count: number | null; outputs?: NotebookOutput[] }[];
}

/**
 * Executes cells as a notebook through papermill and our kernel, for tests.
 * @param folder existing folder for the two notebook files
 * @param options.args more arguments for papermill, for example `['-p', 'rate', '0.5']`
 */
export async function executeCells(
  folder: string,
  cells: readonly CellInput[],
  options: { args?: readonly string[]; name?: string } = {},
): Promise<ExecutedCells> {
  const { args = [], name = 'notebook' } = options;
  const [input, output] = [join(folder, `${name}.in.ipynb`), join(folder, `${name}.ipynb`)];
  await writeFile(input, JSON.stringify(notebookOf(cells)));
  const root = projectRoot();
  const result = await runProcess(
    pythonPath(),
    ['-m', 'papermill', input, output, '--no-progress-bar', '--cwd', root, ...args],
    {
      env: { JUPYTER_PATH: join(root, 'jupyter'), PYTHONWARNINGS: 'ignore' },
      timeoutMs: 300_000,
      okCodes: [0, 1],
    },
  );
  const executed = existsSync(output)
    ? (JSON.parse(await readFile(output, 'utf8')) as NotebookJson)
    : { cells: [] };
  const added = ['papermill-error-cell-tag', 'injected-parameters'];
  return {
    path: output,
    exitCode: result.exitCode,
    log: result.stderr,
    cells: executed.cells
      .filter(({ metadata }) => !metadata.tags?.some((tag) => added.includes(tag)))
      .map(({ execution_count, outputs = [] }) => cellResult(execution_count, outputs)),
  };
}

function notebookOf(cells: readonly CellInput[]): object {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' } },
    cells: cells.map((cell, index) => {
      const { source, tags } = typeof cell === 'string' ? { source: cell, tags: [] } : cell;
      return {
        id: `cell-${index}`,
        cell_type: 'code',
        source,
        metadata: { tags },
        outputs: [],
        execution_count: null,
      };
    }),
  };
}

function cellResult(executionCount: number | null, outputs: readonly NotebookOutput[]): CellResult {
  const stream = (name: string): string =>
    outputs
      .filter((output) => output.name === name)
      .map(({ text = '' }) => joined(text))
      .join('');
  const failure = outputs.find((output) => output.output_type === 'error');
  return {
    executionCount,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    displays: outputs
      .filter((output) => output.output_type === 'display_data')
      .map(({ data = {} }) =>
        Object.fromEntries(
          Object.entries(data).map(([type, value]) => [
            type,
            Array.isArray(value) ? joined(value as string[]) : value,
          ]),
        ),
      ),
    error: failure && {
      ename: failure.ename ?? '',
      evalue: failure.evalue ?? '',
      traceback: (failure.traceback ?? []).join('\n'),
    },
  };
}

function joined(text: string | readonly string[]): string {
  return typeof text === 'string' ? text : text.join('');
}
