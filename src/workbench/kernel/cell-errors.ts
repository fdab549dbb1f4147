import { inspect } from 'node:util';
import { TrmError } from '../../core/errors';

/** Content of Jupyter's `error` message. Clients print the traceback's lines as they are. */
export interface CellError {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** A compile error of a cell; line and column are 1-based. */
export interface CellDiagnostic {
  /** File when the error is not in the cell itself, else ''. */
  file: string;
  line: number;
  column: number;
  message: string;
}

/** The format string by which tslab reports a diagnostic to its console. */
const DIAGNOSTIC_FORMAT = '%s%d:%d - %s';

/** Reads the arguments of tslab's `console.error`: a diagnostic, or undefined for an exception. */
export function asDiagnostic(args: readonly unknown[]): CellDiagnostic | undefined {
  if (args[0] !== DIAGNOSTIC_FORMAT) return undefined;
  const [, file, line, column, message] = args as [string, string, number, number, string];
  return { file: file.trim(), line, column, message };
}

/** Renders compile errors with the source lines they point at. `cell` is the execution count, as in stack traces. */
export function diagnosticsError(
  diagnostics: readonly CellDiagnostic[],
  source: string,
  cell: number,
): CellError {
  const lines = source.split('\n');
  const place = ({ file, line, column }: CellDiagnostic): string =>
    `${file === '' ? `cell[${cell}]` : file}:${line}:${column}`;
  const [first] = diagnostics;
  const traceback: string[] = [];
  diagnostics.forEach((diagnostic, index) => {
    const { file, line, column, message } = diagnostic;
    const previous = diagnostics[index - 1] as CellDiagnostic | undefined;
    // A longer explanation comes as several diagnostics at one place.
    if (previous?.line === line && previous.column === column && previous.file === file) {
      traceback.push(`    ${message}`);
      return;
    }
    traceback.push(`TypeScriptError: ${place(diagnostic)} - ${message}`);
    if (file === '' && lines[line - 1] !== undefined) {
      const number = String(line);
      traceback.push(`  ${number} | ${lines[line - 1]}`);
      traceback.push(`  ${' '.repeat(number.length)} | ${' '.repeat(column - 1)}^`);
    }
  });
  return { ename: 'TypeScriptError', evalue: `${place(first)} - ${first.message}`, traceback };
}

/** Frames of the kernel's own machinery, of no use to who wrote the cell. */
const MACHINERY = /node:vm|node:internal|[\\/]tslab[\\/]dist[\\/]|[\\/]workbench[\\/]kernel[\\/]/;

/** Renders anything a cell threw: message, hint, own frames, causes. */
export function exceptionError(thrown: unknown): CellError {
  if (isInterrupt(thrown)) {
    const evalue = 'the cell was interrupted';
    return { ename: 'InterruptedError', evalue, traceback: [`InterruptedError: ${evalue}`] };
  }
  if (!isErrorLike(thrown)) {
    const evalue = typeof thrown === 'string' ? thrown : inspect(thrown);
    return { ename: 'Error', evalue, traceback: [`a value that is no Error was thrown: ${evalue}`] };
  }
  return { ename: thrown.name, evalue: thrown.message, traceback: describe(thrown) };
}

function describe(error: Error, depth = 0): string[] {
  const heading = `${depth > 0 ? 'caused by ' : ''}${error.name}: ${error.message}`;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !MACHINERY.test(line));
  const hint = error instanceof TrmError && error.hint ? [`  fix: ${error.hint}`] : [];
  const cause = isErrorLike(error.cause) && depth < 5 ? describe(error.cause, depth + 1) : [];
  return [...heading.split('\n'), ...hint, ...frames, ...cause];
}

function isErrorLike(value: unknown): value is Error {
  return value instanceof Error || (typeof value === 'object' && value !== null && 'stack' in value);
}

function isInterrupt(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return (
    thrown.message === 'Interrupted asynchronously' ||
    (thrown as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED'
  );
}
