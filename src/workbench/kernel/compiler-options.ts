import ts from 'typescript';

/**
 * How cells are compiled and checked, in the kernel and by `scripts/notebooks.ts check`: the strictness of the
 * library's tsconfig.json (a test holds them equal), without its rules on unused names, since a cell may define what
 * only the next one uses. Resolution is Bundler because cells are modules that import packages by name.
 */
export const CELL_COMPILER_OPTIONS: ts.CompilerOptions = {
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  strict: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  skipLibCheck: true,
};
