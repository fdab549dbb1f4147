import { SourceMap, type SourceMapPayload } from 'node:module';
import ts from 'typescript';

/** The two steps from a cell to what runs: TypeScript to an ES module, that to CommonJS. */
interface Steps {
  toModule: SourceMap;
  toCommonJs: SourceMap;
  /** Lines of the CommonJS code; tslab's call of the cell stands on the line after it. */
  lines: number;
}

const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

/**
 * Where generated code comes from: keeps the source maps of every cell, so that stack traces name the lines that the
 * author wrote.
 */
export class CellSources {
  #latest: Steps | undefined;
  readonly #cells = new Map<number, Steps>();

  /** `ts.transpileModule` for tslab's second step: takes the first step's map from the end of its input and keeps both. */
  transpile(input: string, options: ts.TranspileOptions): ts.TranspileOutput {
    const inline = INLINE_MAP.exec(input);
    if (!inline) return ts.transpileModule(input, options);
    const compilerOptions = { ...options.compilerOptions, sourceMap: true };
    const output = ts.transpileModule(input.slice(0, inline.index), { ...options, compilerOptions });
    const outputText = output.outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
    const parse = (text: string): SourceMap => new SourceMap(JSON.parse(text) as SourceMapPayload);
    this.#latest = {
      toModule: parse(Buffer.from(inline[1], 'base64').toString()),
      toCommonJs: parse(output.sourceMapText ?? '{}'),
      lines: outputText.split('\n').length,
    };
    return { ...output, outputText };
  }

  /** The code transpiled last is about to run as the cell of this number. */
  start(cell: number): void {
    if (this.#latest) this.#cells.set(cell, this.#latest);
  }

  /** Names the author's lines in a stack trace: rewrites `cell[n]:line:column`, drops tslab's own call of the cell. */
  locate(trace: readonly string[]): string[] {
    return trace.flatMap((line) => {
      const frame = /cell\[(\d+)\]:(\d+):(\d+)/.exec(line);
      const steps = frame && this.#cells.get(Number(frame[1]));
      if (!frame || !steps) return [line];
      const [place, cell, row, column] = frame;
      if (Number(row) > steps.lines) return [];
      const position = originalPosition(steps, Number(row), Number(column));
      return [line.replace(place, `cell[${cell}]${position}`).replace(/at (async )?Proxy\./, 'at $1')];
    });
  }
}

/** `:line:column` in the cell, 1-based; empty when the place is not of the author's making. */
function originalPosition({ toModule, toCommonJs }: Steps, line: number, column: number): string {
  const inModule = toCommonJs.findEntry(line - 1, column - 1);
  if (!('originalLine' in inModule)) return '';
  const inCell = toModule.findEntry(inModule.originalLine, inModule.originalColumn);
  // tslab puts one line before the cell, so the 0-based line of the file is the 1-based line of the cell.
  if (!('originalLine' in inCell) || inCell.originalLine < 1) return '';
  return `:${inCell.originalLine}:${inCell.originalColumn + 1}`;
}
