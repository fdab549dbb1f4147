import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describeError, InterruptedError, TrmError } from '../../core/errors';
import { writeFileAtomic } from '../../core/files';
import { projectRoot, pythonPath } from '../../core/paths';
import type { Redactor } from '../../core/text/redact';
import { killTree, newProcessTree } from '../../core/processes/process-tree';
import { runProcess, SubprocessError } from '../../core/processes/subprocess';
import { cellSource, type CellFailure, findFailure, hasTag, type Notebook, readNotebook } from './notebook';

/** What happens while a notebook is executed. */
export type NotebookEvent =
  /** A code cell begins. `cell` counts from 1 in the source notebook, prose cells included. */
  | { kind: 'cell'; cell: number; cells: number; heading: string }
  /** A line that a cell printed, redacted. */
  | { kind: 'output'; line: string };

/** Settings of {@link executeNotebook}. */
export interface ExecuteOptions {
  /** Notebook to execute; it is not changed. */
  input: string;
  /** Where the executed notebook is written, redacted; also when a cell fails (then with its error). */
  output: string;
  /** Values for the cell tagged `parameters`. */
  parameters: Readonly<Record<string, unknown>>;
  redact: Redactor;
  onEvent?: (event: NotebookEvent) => void;
  /** Abort to stop papermill; see `stopKernel`. */
  signal?: AbortSignal;
  /**
   * Called once when `signal` is aborted, before papermill is told to stop: asks whoever works in the kernel to stop
   * cleanly. Resolves to false when nobody does; then papermill and all that it started are killed at once.
   */
  stopKernel?: () => Promise<boolean>;
  /** Milliseconds a clean stop may take, before what is left is killed. Default 1200. */
  graceMs?: number;
}

/** A notebook whose cell failed. */
export class NotebookError extends TrmError {
  override name = 'NotebookError';
  constructor(
    message: string,
    /** Undefined when papermill itself failed. */
    readonly failure: CellFailure | undefined,
    options?: ErrorOptions,
  ) {
    super(
      message,
      'mend the cause and run the same command again: finished stages are not repeated',
      options,
    );
  }
}

/**
 * Executes a notebook with papermill in a process of its own, in a process group of its own (Ctrl-C in the terminal
 * reaches it only through `signal`). The raw result lives in a private temporary folder: nothing is written to
 * `output` before secrets are taken out of it.
 * @throws NotebookError when a cell fails or papermill does
 * @throws InterruptedError when `signal` was aborted
 */
export async function executeNotebook(options: ExecuteOptions): Promise<void> {
  const { input, output, redact, signal } = options;
  const scratch = await mkdtemp(join(tmpdir(), 'trm-papermill-'));
  try {
    await chmod(scratch, 0o700);
    const files = { raw: join(scratch, 'executed.ipynb'), parameters: join(scratch, 'parameters.yaml') };
    // papermill reads YAML 1.1, where an unquoted `no` is false.
    await writeFile(files.parameters, stringify(options.parameters, { version: '1.1' }));
    const source = await readNotebook(input);
    let problem: unknown;
    try {
      await runPapermill(source, files, options);
    } catch (error) {
      problem = error;
    }
    const executed = await redactNotebook(files.raw, output, redact);
    if (signal?.aborted)
      throw new InterruptedError(
        'the run was interrupted',
        'run the same command again to go on where it stopped',
        {
          cause: problem,
        },
      );
    if (problem !== undefined) throw notebookError(problem, executed, redact);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Where one execution keeps its files. */
interface Scratch {
  /** The notebook as papermill writes it. */
  raw: string;
  /** Values for the parameters cell, as YAML. */
  parameters: string;
}

async function runPapermill(source: Notebook, files: Scratch, options: ExecuteOptions): Promise<void> {
  const { input, redact, onEvent, signal, stopKernel, graceMs = 1200 } = options;
  const tree = newProcessTree();
  let ended = false;
  const onAbort = (): void => {
    void stopCleanly(stopKernel, graceMs, () => ended).then(() => killTree(tree.mark));
  };
  if (signal?.aborted) return;
  signal?.addEventListener('abort', onAbort, { once: true });
  const root = projectRoot();
  const listen = cellListener(source, (event) =>
    onEvent?.(event.kind === 'output' ? { kind: 'output', line: redact(event.line) } : event),
  );
  try {
    await runProcess(
      pythonPath(),
      // prettier-ignore
      ['-m', 'papermill', input, files.raw, '-f', files.parameters, '--cwd', root, '--no-progress-bar', '--log-output'],
      {
        cwd: root,
        env: {
          ...tree.env,
          JUPYTER_PATH: join(root, 'jupyter'),
          PYTHONUNBUFFERED: '1',
          PYTHONWARNINGS: 'ignore',
          // The kernel ends when this process is killed: it must not go on writing into the next run's folders.
          TRM_RUN_PID: String(process.pid),
        },
        onStderrLine: listen,
        ownGroup: true,
      },
    );
  } finally {
    ended = true;
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Waits until papermill ended by itself after the kernel was asked to stop, at most `graceMs`. */
async function stopCleanly(
  stopKernel: ExecuteOptions['stopKernel'],
  graceMs: number,
  ended: () => boolean,
): Promise<void> {
  if (!(await stopKernel?.())) return;
  const deadline = performance.now() + graceMs;
  while (!ended() && performance.now() < deadline) await new Promise((wake) => setTimeout(wake, 50));
}

/** Lines of one cell that are passed on as events; the executed notebook has them all. */
const MAX_OUTPUT_LINES = 12;

/** Turns papermill's log lines into events; what is no log line of its own was printed by a cell. */
function cellListener(source: Notebook, emit: (event: NotebookEvent) => void): (line: string) => void {
  const cells = source.cells.length;
  // papermill counts the cell of injected parameters, which it puts behind the one tagged `parameters`.
  const tagged = source.cells.findIndex((cell) => hasTag(cell, 'parameters'));
  let inside = false;
  let lines = 0;
  return (line) => {
    const mark = /^(Executing|Ending) Cell (\d+)-{5,}$/.exec(line);
    if (mark) {
      inside = mark[1] === 'Executing';
      lines = 0;
      const executed = Number(mark[2]);
      const cell = tagged >= 0 && executed > tagged + 1 ? executed - 1 : executed;
      const added = tagged >= 0 && executed === tagged + 2;
      const entry = source.cells[cell - 1];
      if (inside && !added && entry?.cell_type === 'code')
        emit({ kind: 'cell', cell, cells, heading: firstLine(cellSource(entry)) });
    } else if (inside && line.trim() !== '' && ++lines <= MAX_OUTPUT_LINES + 1)
      emit({
        kind: 'output',
        line: lines > MAX_OUTPUT_LINES ? '... (the executed notebook has the rest)' : line,
      });
  };
}

function firstLine(source: string): string {
  return (
    source
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}

/**
 * Writes `raw` to `output` without its secrets and returns it; undefined when there is none, or half of one, as
 * papermill leaves it when it is killed or fails while it writes. Keys stay: only texts may hold secrets.
 */
async function redactNotebook(raw: string, output: string, redact: Redactor): Promise<Notebook | undefined> {
  if (!existsSync(raw)) return undefined;
  let notebook: unknown;
  try {
    notebook = JSON.parse(await readFile(raw, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  await writeFileAtomic(output, `${JSON.stringify(redactTexts(notebook, redact), null, 1)}\n`);
  return readNotebook(output);
}

/** Redacts every string of a JSON value. A list of lines is joined first, so that a secret over two lines is seen. */
function redactTexts(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) {
    if (value.length > 1 && value.every((item) => typeof item === 'string')) {
      const joined = value.join('');
      const clean = redact(joined);
      return clean === joined ? value : clean.split(/(?<=\n)/);
    }
    return value.map((item) => redactTexts(item, redact));
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, redactTexts(member, redact)]));
}

function notebookError(problem: unknown, executed: Notebook | undefined, redact: Redactor): NotebookError {
  const failure = executed && findFailure(executed);
  if (failure) {
    const place = failure.cell === null ? 'the injected parameters' : `cell ${failure.cell}`;
    return new NotebookError(`${place} failed: ${failure.error}`, failure, { cause: problem });
  }
  const text = problem instanceof SubprocessError ? problem.stderr : describeError(problem);
  const tail = redact(text.trim().split('\n').slice(-12).join('\n'));
  return new NotebookError(`papermill ended without a failed cell:\n${tail}`, undefined, { cause: problem });
}

/** Exports an executed notebook as one page that needs no network. @throws SubprocessError */
export async function exportHtml(notebook: string, html: string, signal?: AbortSignal): Promise<void> {
  const root = projectRoot();
  const scratch = await mkdtemp(join(tmpdir(), 'trm-html-'));
  try {
    await runProcess(
      pythonPath(),
      // prettier-ignore
      ['-m', 'nbconvert', '--to', 'html', '--template', 'trm', notebook, '--output', 'page', '--output-dir', scratch],
      { cwd: root, env: { JUPYTER_PATH: join(root, 'jupyter') }, timeoutMs: 120_000, signal },
    );
    await writeFileAtomic(html, await readFile(join(scratch, 'page.html')));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
