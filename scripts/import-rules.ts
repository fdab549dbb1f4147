/**
 * Which folder of `src` may import which: the tree is the pipeline, and imports point one way. The table is explicit,
 * so that a new arrow is a decision and shows in a review. docs/ARCHITECTURE.md tells what each folder is for.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { preProcessFile } from 'typescript';

const FOUNDATION = ['core', 'records', 'storage', 'shards'];
const CODE = [...FOUNDATION, 'python', 'taxonomy'];
const STAGE = [...CODE, 'stages'];
const MODEL = [...CODE, 'processing', 'trm', 'metrics'];
const PIPELINE = [
  ...MODEL,
  'stages',
  'collection',
  'generation',
  'training',
  'sandbox',
  'repair',
  'evaluation',
  'release',
];

/** Folder -> folders it may import beside itself. A pair that is not listed is forbidden. */
export const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  records: ['core'],
  storage: ['core', 'records'],
  shards: ['core', 'records', 'storage'],
  python: ['core', 'records'],
  stages: [...FOUNDATION, 'python'],
  taxonomy: ['core', 'records'],
  collection: STAGE,
  generation: STAGE,
  // Bugs that were mined take the types of those that are planted.
  processing: [...STAGE, 'generation'],
  trm: [...CODE, 'processing'],
  metrics: ['core', 'records'],
  sandbox: ['core', 'records'],
  // Rows may be mutants that are drawn while training.
  training: [...MODEL, 'stages', 'generation'],
  // What undoes a bug is read off the code as what plants it is; tests are run to prove a repair.
  repair: [...MODEL, 'generation', 'sandbox'],
  // Real fixes are read for judging as they are for training; faults that tools see are planted as they are for it; tests run.
  evaluation: [...MODEL, 'stages', 'collection', 'generation', 'sandbox', 'repair'],
  release: [...MODEL, 'stages', 'repair', 'evaluation'],
  pipeline: PIPELINE,
  serving: [...PIPELINE, 'pipeline'],
  workbench: FOUNDATION.concat('python', 'taxonomy', 'metrics'),
};

/** Tests and what only they use (`testing.ts`) may import every folder that stands earlier in the table. */
const ORDER = Object.keys(ALLOWED_IMPORTS);
const isForTests = (file: string): boolean => /(\.test|testing)\.ts$/.test(file);

/** One import that the table forbids. */
export interface ImportViolation {
  /** Importing file, relative to the source root. */
  file: string;
  from: string;
  to: string;
}

/**
 * Imports between folders of a source tree that `allowed` does not list; files at the root (`index.ts`, the door for
 * notebooks) may import every folder, and nobody may import them.
 * @param root the `src` folder
 */
export function importViolations(
  root: string,
  allowed: Readonly<Record<string, readonly string[]>> = ALLOWED_IMPORTS,
): ImportViolation[] {
  return sourceFiles(root).flatMap((file) => {
    const from = folderOf(file);
    if (from === '') return [];
    return importsOf(root, file)
      .map(folderOf)
      .filter((to) => to !== from && !(allowed[from] ?? []).includes(to))
      .filter((to) => !(isForTests(file) && ORDER.includes(to) && ORDER.indexOf(to) < ORDER.indexOf(from)))
      .map((to) => ({ file, from, to: to === '' ? '(root)' : to }));
  });
}

/** TypeScript files below a folder, relative to it. */
function sourceFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ts$/.test(file));
}

/** What a file imports of its own tree, relative to the root and without an ending; types count, too. */
function importsOf(root: string, file: string): string[] {
  return preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(root, resolve(root, dirname(file), name)).replace(/\.js$/, ''));
}

/** Folder -> how many files stand in it, without tests and folders inside. */
export function filesByFolder(root: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|py)$/.test(name),
  )) {
    if (file.endsWith('.test.ts')) continue;
    const folder = dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}

/** A circle of files that import each other, types included, or undefined when there is none. */
export function findFileCycle(root: string): string[] | undefined {
  const files = sourceFiles(root).map((file) => file.replace(/\.ts$/, ''));
  const known = new Set(files);
  const imports = new Map(
    files.map((file) => {
      const found = importsOf(root, `${file}.ts`).map((name) =>
        known.has(name) ? name : join(name, 'index'),
      );
      return [file, found.filter((name) => known.has(name))];
    }),
  );
  return findCycle(Object.fromEntries(imports));
}

/** First folder of a relative path, '' for a file at the root. */
function folderOf(path: string): string {
  return path.includes(sep) ? path.slice(0, path.indexOf(sep)) : '';
}

/** A cycle in a table as a list of names, or undefined when imports can only point one way. */
export function findCycle(allowed: Readonly<Record<string, readonly string[]>>): string[] | undefined {
  const finished = new Set<string>();
  const visit = (folder: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(folder)) return [...path.slice(path.indexOf(folder)), folder];
    if (finished.has(folder)) return undefined;
    for (const next of allowed[folder] ?? []) {
      const cycle = visit(next, [...path, folder]);
      if (cycle) return cycle;
    }
    finished.add(folder);
    return undefined;
  };
  for (const folder of Object.keys(allowed)) {
    const cycle = visit(folder, []);
    if (cycle) return cycle;
  }
  return undefined;
}
