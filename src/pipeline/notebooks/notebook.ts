import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseJson } from '../../core/files';
import { hashJson } from '../../core/hash';

/** Text in a notebook file: one string, or lines that are joined without a separator. */
const text = z.union([z.string(), z.array(z.string())]);

const outputSchema = z.looseObject({
  output_type: z.string(),
  ename: z.string().optional(),
  evalue: z.string().optional(),
  traceback: z.array(z.string()).optional(),
});

const cellSchema = z.looseObject({
  cell_type: z.string(),
  source: text,
  metadata: z.looseObject({ tags: z.array(z.string()).optional() }).optional(),
  outputs: z.array(outputSchema).optional(),
  execution_count: z.int().nullable().optional(),
});

/** The part of a Jupyter notebook (format 4) that the pipeline reads; all else is kept as it is. */
export const notebookSchema = z.looseObject({ nbformat: z.literal(4), cells: z.array(cellSchema) });
/** A value of {@link notebookSchema}. */
export type Notebook = z.infer<typeof notebookSchema>;
/** One cell of a notebook. */
export type NotebookCell = Notebook['cells'][number];

/** Reads a notebook file. @throws DataError when it is missing or no notebook of format 4 */
export async function readNotebook(path: string): Promise<Notebook> {
  return parseJson(await readFile(path, 'utf8'), notebookSchema, path);
}

/** A cell's source as one string. */
export function cellSource(cell: NotebookCell): string {
  return Array.isArray(cell.source) ? cell.source.join('') : cell.source;
}

/** True when a cell carries the tag. */
export function hasTag(cell: NotebookCell, tag: string): boolean {
  return cell.metadata?.tags?.includes(tag) ?? false;
}

/**
 * SHA-256 of a notebook's code cells: prose, outputs and trailing blanks do not count, so that a notebook that was
 * reworded need not be executed again.
 */
export function notebookCodeHash(notebook: Notebook): string {
  const code = notebook.cells
    .filter((cell) => cell.cell_type === 'code')
    .map((cell) => cellSource(cell).replace(/[ \t]+$/gm, ''))
    .map((source) => source.trim())
    .filter((source) => source !== '');
  return hashJson(code);
}

/** Where and why a notebook stopped. */
export interface CellFailure {
  /** 1-based place of the cell in the *source* notebook, prose cells counted; null when it is not in there. */
  cell: number | null;
  /** What Jupyter shows beside it: `In [n]`. */
  executionCount: number | null;
  /** 1-based line in the cell, when the error names one. */
  line: number | null;
  /** That line of the cell; the cell's first line of code when the line is not known. */
  sourceLine: string;
  /** Error name and text, for example `TypeError: x is not a function`. */
  error: string;
  /** Traceback without terminal colours. */
  traceback: string;
}

/** Cells that papermill added: its error banners and the injected parameters. */
const ADDED_TAGS = ['papermill-error-cell-tag', 'injected-parameters'];

/** The first error in an executed notebook, or undefined when every cell that ran went well. */
export function findFailure(executed: Notebook): CellFailure | undefined {
  let place = 0;
  for (const cell of executed.cells) {
    const added = ADDED_TAGS.some((tag) => hasTag(cell, tag));
    if (!added) place++;
    const failure = cell.outputs?.find((output) => output.output_type === 'error');
    if (!failure) continue;
    const traceback = stripColours((failure.traceback ?? []).join('\n'));
    const error = stripColours([failure.ename, failure.evalue].filter(Boolean).join(': '));
    const line = errorLine(error, traceback, cell.execution_count ?? null);
    const lines = cellSource(cell).split('\n');
    return {
      cell: added ? null : place,
      executionCount: cell.execution_count ?? null,
      line,
      sourceLine: ((line === null ? undefined : lines[line - 1]) ?? firstCode(lines)).trim(),
      error,
      traceback,
    };
  }
  return undefined;
}

/** Removes terminal colour codes. */
export function stripColours(value: string): string {
  return value.replace(/\x1b\[[0-9;]*m/g, '');
}

/** The line of the cell that an error names: its place for compile errors, the first frame in the cell for others. */
function errorLine(error: string, traceback: string, executionCount: number | null): number | null {
  const place =
    /^TypeScriptError: line (\d+), column \d+: /.exec(error) ??
    new RegExp(`cell\\[${executionCount ?? 0}\\]:(\\d+):\\d+`).exec(traceback);
  return place ? Number(place[1]) : null;
}

function firstCode(lines: readonly string[]): string {
  return lines.find((line) => line.trim() !== '' && !line.trim().startsWith('//')) ?? '';
}
