import ts from 'typescript';
import { TrmError } from '../../core/errors';
import { createCellProgram, topLevelAwaits } from './checker-fixes';
import type { CellSources } from './cell-sources';
import { CELL_COMPILER_OPTIONS } from './compiler-options';

/** Members of the TypeScript module that its declaration files leave out and tslab needs. */
interface Internals {
  nullTransformationContext: ts.TransformationContext;
  getTouchingPropertyName(file: ts.SourceFile, position: number): ts.Node;
  getContainerNode(node: ts.Node): ts.Node | undefined;
  createTextSpanFromNode(node: ts.Node, file: ts.SourceFile): ts.TextSpan;
  SymbolDisplay: {
    getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker: ts.TypeChecker,
      symbol: ts.Symbol,
      file: ts.SourceFile,
      container: ts.Node | undefined,
      node: ts.Node,
    ): {
      displayParts: ts.SymbolDisplayPart[];
      documentation: ts.SymbolDisplayPart[];
      symbolKind: ts.ScriptElementKind;
      tags: ts.JSDocTagInfo[] | undefined;
    };
  };
  Completions: { getCompletionsAtPosition(...args: unknown[]): ts.CompletionInfo | undefined };
}

const INTERNALS: readonly (keyof Internals)[] = [
  'nullTransformationContext',
  'getTouchingPropertyName',
  'getContainerNode',
  'createTextSpanFromNode',
  'SymbolDisplay',
  'Completions',
];

/**
 * The project's TypeScript in the shape of `@tslab/typescript-for-tslab`, the fork that tslab bundles (5.0.4 and ~100
 * lines). With it a cell is checked exactly as the library is, by the same compiler and options.
 * @param sources receives the source maps of every cell
 * @throws TrmError when the installed TypeScript lacks a member that is needed
 */
export function tslabTypeScript(sources: CellSources): object {
  const internals = ts as unknown as Internals;
  const missing = INTERNALS.filter((name) => internals[name] === undefined);
  if (missing.length > 0)
    throw new TrmError(
      `the notebook kernel cannot use TypeScript ${ts.version}: ${missing.join(', ')} not found`,
      'run `npm ci` to restore the pinned TypeScript',
    );
  return { ...ts, ...forkMembers(internals), ...cellBehaviour(sources) };
}

/** Stand-ins for what the fork adds to TypeScript. */
function forkMembers(internals: Internals): object {
  return {
    getNullTransformationContext: () => internals.nullTransformationContext,
    getDefaultTypeRoots: (folder: string) =>
      ts.getEffectiveTypeRoots({}, { getCurrentDirectory: () => folder }),
    getQuickInfoAtPosition(
      file: ts.SourceFile,
      checker: ts.TypeChecker,
      _cancellation: unknown,
      position: number,
    ): ts.QuickInfo | undefined {
      const node = internals.getTouchingPropertyName(file, position);
      const symbol = checker.getSymbolAtLocation(node);
      if (!symbol) return undefined;
      const { displayParts, documentation, symbolKind, tags } =
        internals.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind(
          checker,
          symbol,
          file,
          internals.getContainerNode(node),
          node,
        );
      const textSpan = internals.createTextSpanFromNode(node, file);
      return { kind: symbolKind, kindModifiers: '', textSpan, displayParts, documentation, tags };
    },
    Completions: {
      ...internals.Completions,
      getCompletionsAtPositionForTslab: (...args: unknown[]) =>
        internals.Completions.getCompletionsAtPosition(...args, undefined),
    },
  };
}

/** Where cells are treated otherwise than tslab does: compiler options, emit, top-level await. */
function cellBehaviour(sources: CellSources): object {
  return {
    createWatchCompilerHost: (
      roots: string[],
      options: ts.CompilerOptions,
      system: ts.System,
      _createProgram: unknown,
      ...reporters: [ts.DiagnosticReporter?, ts.WatchStatusReporter?]
    ) =>
      ts.createWatchCompilerHost(
        roots,
        { ...options, ...CELL_COMPILER_OPTIONS, inlineSourceMap: true },
        system,
        createCellProgram,
        ...reporters,
      ),
    transpileModule: (input: string, options: ts.TranspileOptions) => sources.transpile(input, options),
    getPreEmitDiagnosticsOfFiles(program: ts.Program, files: readonly ts.SourceFile[]): ts.Diagnostic[] {
      const found: ts.Diagnostic[] = [
        ...program.getConfigFileParsingDiagnostics(),
        ...program.getOptionsDiagnostics(),
        ...program.getGlobalDiagnostics(),
      ];
      for (const file of files)
        found.push(
          ...program.getSyntacticDiagnostics(file),
          ...program.getSemanticDiagnostics(file),
          ...program.getDeclarationDiagnostics(file),
        );
      // The first file is the cell itself.
      return [...ts.sortAndDeduplicateDiagnostics(found), ...topLevelAwaits(files[0])];
    },
  };
}

/** Puts {@link tslabTypeScript} in the place of the fork, which is then never loaded (saves its 0.3 s and memory). */
export function replaceTslabTypeScript(sources: CellSources): void {
  const tslabFolder = require.resolve('tslab/package.json');
  const path = require.resolve('@tslab/typescript-for-tslab', { paths: [tslabFolder] });
  const stub = {
    id: path,
    filename: path,
    loaded: true,
    exports: tslabTypeScript(sources),
    children: [],
    paths: [],
  };
  require.cache[path] = stub as unknown as NodeJS.Module;
}
