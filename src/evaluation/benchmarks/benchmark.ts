import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../core/config';
import { DataError, UserError, nearestName } from '../../core/errors';
import { canonicalJson, sha256 } from '../../core/hash';
import { projectRoot } from '../../core/paths';
import type { Manifest } from '../../records/manifest';
import type { Sample } from '../../records/sample';
import { MANIFEST_KEY, readManifest } from '../../shards/manifest';
import { readSamples } from '../../shards/sample-shard';
import { createFolderStore } from '../../storage/folder-store';
import type { ObjectStore } from '../../storage/object-store';
import { recipeSchema, type Recipe } from './recipe';

/** File that says how a benchmark was made. */
export const RECIPE_KEY = 'recipe.yaml';

/** A frozen set of functions that models are judged on. */
export interface Benchmark {
  recipe: Recipe;
  manifest: Manifest;
  /** Its folder: recipe, `samples/`, licences and manifest. */
  store: ObjectStore;
}

/** Folder of the benchmarks that come with the project; each has the name of its recipe. */
export function benchmarksFolder(): string {
  return join(projectRoot(), 'fixtures', 'benchmarks');
}

/** Names of the benchmarks that come with the project. */
export function benchmarkNames(): string[] {
  const folder = benchmarksFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, RECIPE_KEY)))
    .sort();
}

/** Folder of a benchmark by its name. @throws UserError when the project has none of that name */
export function benchmarkFolder(name: string): string {
  const names = benchmarkNames();
  if (names.includes(name)) return join(benchmarksFolder(), name);
  const near = nearestName(name, names);
  throw new UserError(
    `expected a benchmark, got "${name}"${near ? `, did you mean ${near}?` : ''}`,
    `there are: ${names.join(', ') || 'none'}`,
  );
}

/** Reads a recipe file. @throws ConfigError when it is not valid */
export function readRecipe(path: string): Recipe {
  return loadConfig(path, recipeSchema).config;
}

/** Opens a finished benchmark. @throws DataError when the folder holds none */
export async function openBenchmark(folder: string): Promise<Benchmark> {
  const store = createFolderStore(folder);
  const manifest = await readManifest(store);
  if (!(await store.exists(RECIPE_KEY)))
    throw new DataError(`expected ${RECIPE_KEY} beside ${MANIFEST_KEY} in ${store.location}, found none`);
  return { recipe: readRecipe(await store.localFile(RECIPE_KEY)), manifest, store };
}

/**
 * Reads the rows of a benchmark.
 * @throws DataError when they are not the rows that its manifest speaks of
 */
export async function readBenchmark({
  store,
  manifest,
}: Pick<Benchmark, 'store' | 'manifest'>): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of readSamples(store)) samples.push(sample);
  const expected = rowsHashOf(manifest);
  const found = hashRows(samples);
  if (found !== expected)
    throw new DataError(
      `${store.location}: expected the frozen rows ${expected.slice(0, 12)}, found ${found.slice(0, 12)}`,
      'take the folder from the repository again: a benchmark never changes within its version',
    );
  return samples;
}

/** Identity of a benchmark: SHA-256 over its rows as canonical JSON, one a line, by id. How they are stored does not matter. */
export function hashRows(samples: readonly Sample[]): string {
  const sorted = [...samples].sort((a, b) => (a.id < b.id ? -1 : 1));
  return sha256(sorted.map((sample) => `${canonicalJson(sample)}\n`).join(''));
}

/** The rows' hash that a benchmark's manifest states. @throws DataError when it states none */
export function rowsHashOf(manifest: Manifest): string {
  const hash = manifest['trm:checks']?.rowsHash;
  if (typeof hash === 'string') return hash;
  throw new DataError(
    `manifest of ${manifest.name}: expected trm:checks.rowsHash, found none`,
    'it is no benchmark',
  );
}
