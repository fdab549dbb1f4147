/** What is asked of the notebooks in git: see `checkNotebook` and `typeCheckNotebooks`. */
import { basename, join } from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../src/core/paths';
import { cellSource, hasTag, type Notebook } from '../src/pipeline/notebooks/notebook';
import { CELL_COMPILER_OPTIONS } from '../src/workbench/kernel/compiler-options';

/** A fault of a notebook. */
export interface Problem {
  /** File name of the notebook. */
  notebook: string;
  /** 1-based cell, prose cells counted; undefined when it concerns the whole file. */
  cell?: number;
  /** 1-based line in the cell. */
  line?: number;
  message: string;
}

/** A notebook and the file it came from. */
export interface NotebookFile {
  path: string;
  notebook: Notebook;
}

/** Longest code cell, in lines. */
export const MAX_CELL_LINES = 14;

/** Arguments of nbstripout; scripts/install-hooks.sh gives the git filter the same (a test compares them). */
export const STRIP_ARGUMENTS = [
  '--keep-id',
  '--extra-keys',
  'metadata.papermill cell.metadata.papermill cell.metadata.execution metadata.language_info',
];

/** Metadata that executing a notebook leaves; git keeps none of it. */
const EXECUTION_METADATA = { notebook: ['papermill', 'language_info'], cell: ['papermill', 'execution'] };

/** `01-collect.ipynb: cell 3, line 2: ...`. */
export function formatProblem({ notebook, cell, line, message }: Problem): string {
  const place = [notebook, cell && `cell ${cell}${line ? `, line ${line}` : ''}`].filter(Boolean);
  return `${place.join(': ')}: ${message}`;
}

/** Everything that can be said of one notebook without compiling it. */
export function checkNotebook({ path, notebook }: NotebookFile): Problem[] {
  const problems = [
    ...strippedProblems(notebook),
    ...headProblems(notebook),
    ...parameterProblems(notebook),
    ...lengthProblems(notebook),
  ];
  return problems.map((problem) => ({ notebook: basename(path), ...problem }));
}

type Found = Omit<Problem, 'notebook'>;

/** Outputs belong to runs, not to git. */
function strippedProblems({ cells, metadata }: Notebook): Found[] {
  const fix = 'run `node dist/scripts/notebooks.js strip`';
  const left = (place: object | undefined, names: readonly string[]): string[] =>
    names.filter((name) => name in (place ?? {}));
  const found = left(metadata as object | undefined, EXECUTION_METADATA.notebook).map((name): Found => ({
    message: `metadata "${name}" is not stripped; ${fix}`,
  }));
  cells.forEach((cell, index) => {
    const executed = (cell.outputs?.length ?? 0) > 0 || typeof cell.execution_count === 'number';
    if (executed) found.push({ cell: index + 1, message: `outputs are not stripped; ${fix}` });
    for (const name of left(cell.metadata, EXECUTION_METADATA.cell))
      found.push({ cell: index + 1, message: `metadata "${name}" is not stripped; ${fix}` });
  });
  return found;
}

/** The TypeScript kernel, a title that is a question, and what the author expects before anything is measured. */
function headProblems({ cells, metadata }: Notebook): Found[] {
  const found: Found[] = [];
  const kernel = (metadata as { kernelspec?: { name?: string } } | undefined)?.kernelspec?.name;
  if (kernel !== 'tslab')
    found.push({ message: `expected the kernel "tslab", got ${JSON.stringify(kernel ?? null)}` });
  const [first] = cells;
  const title = first?.cell_type === 'markdown' ? cellSource(first).split('\n')[0] : '';
  if (!/^# .*\?\s*$/.test(title))
    found.push({ cell: 1, message: `expected a question as title ("# ...?"), got "${title}"` });
  else if (!cellSource(first).includes('**What to expect.**'))
    found.push({
      cell: 1,
      message: 'expected a paragraph that begins with "**What to expect.**" below the title',
    });
  return found;
}

/** Exactly one cell of parameters, each `let name: Type = default; // help`. */
function parameterProblems({ cells }: Notebook): Found[] {
  const tagged = cells.flatMap((cell, index) => (hasTag(cell, 'parameters') ? [index] : []));
  if (tagged.length !== 1)
    return [{ message: `expected one cell tagged "parameters", got ${tagged.length}` }];
  const source = cellSource(cells[tagged[0]]);
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true);
  return file.statements.flatMap((statement): Found[] => {
    const place = { cell: tagged[0] + 1, line: lineAt(file, statement.getStart(file)) };
    const form = 'expected `let name: Type = default; // help`';
    if (!ts.isVariableStatement(statement) || !(statement.declarationList.flags & ts.NodeFlags.Let))
      return [{ ...place, message: `${form}, got \`${statement.getText(file).split('\n')[0]}\`` }];
    const help = ts.getTrailingCommentRanges(source, statement.end) ?? [];
    return statement.declarationList.declarations.flatMap(({ name, type, initializer }) => {
      const missing = [
        !type && 'the type',
        !initializer && 'the default',
        help.length === 0 && 'the help comment',
      ];
      const lacks = missing.filter(Boolean).join(' and ');
      return lacks ? [{ ...place, message: `${form}; ${name.getText(file)} lacks ${lacks}` }] : [];
    });
  });
}

/** Cells only call the library. */
function lengthProblems({ cells }: Notebook): Found[] {
  return cells.flatMap((cell, index) => {
    const lines = cellSource(cell).trimEnd().split('\n').length;
    return cell.cell_type === 'code' && lines > MAX_CELL_LINES
      ? [
          {
            cell: index + 1,
            message: `${lines} lines; move code to src (at most ${MAX_CELL_LINES} lines a cell)`,
          },
        ]
      : [];
  });
}

/** All code cells of a notebook as one TypeScript module. */
export interface NotebookModule {
  text: string;
  /** Cell (1-based, prose counted) and line (1-based) of each line of `text`. */
  lines: { cell: number; line: number }[];
}

/** Puts the code cells one after the other. Parameters keep their declared types (papermill assigns others). */
export function notebookModule({ cells }: Notebook): NotebookModule {
  const code = cells.flatMap((cell, index) => {
    if (cell.cell_type !== 'code') return [];
    const source = cellSource(cell);
    const text = hasTag(cell, 'parameters') ? widenParameters(source) : source;
    return text.split('\n').map((content, line) => ({ content, cell: index + 1, line: line + 1 }));
  });
  return {
    text: code.map(({ content }) => content).join('\n'),
    lines: code.map(({ cell, line }) => ({ cell, line })),
  };
}

/**
 * `let size: A | B = 'a';` becomes `let size: A | B = ('a') satisfies A | B as A | B;`: else the compiler would take
 * `size` for 'a' in all that follows.
 */
function widenParameters(source: string): string {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true);
  const changes = file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .reverse();
  return changes.reduce((text, { type, initializer }) => {
    if (!type || !initializer) return text;
    const [start, end] = [initializer.getStart(file), initializer.end];
    const wide = type.getText(file).replace(/\s+/g, ' ');
    return `${text.slice(0, start)}(${text.slice(start, end)}) satisfies (${wide}) as (${wide})${text.slice(end)}`;
  }, source);
}

/** Cells are modules with top-level await, checked as strictly as the library; unused names count too. */
const MODULE_OPTIONS: ts.CompilerOptions = {
  ...CELL_COMPILER_OPTIONS,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  noUnusedLocals: true,
  noEmit: true,
};

/** Type-checks the notebooks' code as modules, one a notebook; promises that nobody waits for count as faults. */
export function typeCheckNotebooks(files: readonly NotebookFile[]): Problem[] {
  const modules = new Map(
    files.map(({ path, notebook }) => [
      join(projectRoot(), 'notebooks', `${basename(path)}.ts`),
      notebookModule(notebook),
    ]),
  );
  const host = ts.createCompilerHost(MODULE_OPTIONS);
  const fileExists = host.fileExists.bind(host);
  const readFile = host.readFile.bind(host);
  host.getCurrentDirectory = projectRoot;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path)?.text ?? readFile(path);
  const program = ts.createProgram([...modules.keys()], MODULE_OPTIONS, host);
  const checker = program.getTypeChecker();
  return [...modules].flatMap(([path, module]) => {
    const file = program.getSourceFile(path)!;
    const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    const faults = diagnostics.map(({ start = 0, messageText, code }) => ({
      start,
      message: `${ts.flattenDiagnosticMessageText(messageText, '\n    ')} (TS${code})`,
    }));
    return [...faults, ...forgottenPromises(file, checker)].map(({ start, message }) => ({
      notebook: basename(path, '.ts'),
      ...module.lines[lineAt(file, start) - 1],
      message,
    }));
  });
}

/** Statements that start something and drop its promise: its failure would pass unseen. */
function forgottenPromises(
  file: ts.SourceFile,
  checker: ts.TypeChecker,
): { start: number; message: string }[] {
  const found: { start: number; message: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && checker.getTypeAtLocation(node.expression).getProperty('then'))
      found.push({ start: node.getStart(file), message: 'this promise is dropped; put `await` before it' });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function lineAt(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}
