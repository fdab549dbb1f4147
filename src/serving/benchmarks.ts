import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../core/errors';
import { workDir } from '../core/paths';
import type { Progress } from '../core/progress';
import {
  type Benchmark,
  benchmarkFolder,
  openBenchmark,
  readBenchmark,
  readRecipe,
  RECIPE_KEY,
  rowsHashOf,
} from '../evaluation/benchmarks/benchmark';
import { buildBenchmark, whyNotAgain } from '../pipeline/datasets/build-benchmark';
import type { Manifest } from '../records/manifest';
import type { Machine } from '../stages/machine';

/** Settings of {@link makeBenchmark}. */
export interface MakeBenchmarkOptions {
  /** Where to write it; null: beside the recipe. */
  out: string | null;
  /** Make it again elsewhere and compare with what stands beside the recipe. */
  verify: boolean;
  workers: number | null;
  signal: AbortSignal;
  progress: Progress;
  machine: Machine;
}

/** What {@link makeBenchmark} made. */
export interface MadeBenchmark {
  folder: string;
  rows: number;
  rowsHash: string;
  /** The rows are those that stood there before; null when nothing was compared. */
  same: boolean | null;
  /** What differs, and why it may; empty when nothing does. */
  difference: string;
}

/**
 * Makes a benchmark of the project by its name, or one of a recipe file.
 * @throws UserError when there is no such benchmark, a package cannot be had, or rows to compare with were drawn by
 * other versions of the stages
 */
export async function makeBenchmark(name: string, options: MakeBenchmarkOptions): Promise<MadeBenchmark> {
  const { out, verify, workers, signal, progress, machine } = options;
  const path =
    existsSync(name) && name.endsWith('.yaml') ? resolve(name) : join(benchmarkFolder(name), RECIPE_KEY);
  const recipe = readRecipe(path);
  const work = join(workDir(), 'benchmarks', `${recipe.name}-v${recipe.version}`);
  const frozen = verify ? await openBenchmark(dirname(path)) : null;
  if (frozen) await checkFrozen(frozen);
  const folder = frozen ? join(work, 'again') : resolve(out ?? dirname(path));
  if (frozen) await rm(folder, { recursive: true, force: true });
  const manifest = await buildBenchmark(path, folder, { signal, progress, machine, work, workers });
  const made = { folder, rows: manifest['trm:lineage'].counts.out, rowsHash: rowsHashOf(manifest) };
  if (!frozen) return { ...made, same: null, difference: '' };
  const same = made.rowsHash === rowsHashOf(frozen.manifest);
  return { ...made, same, difference: same ? '' : describeDifference(frozen.manifest, manifest) };
}

/** The rows are what their manifest says, and this code can make them again. */
async function checkFrozen(frozen: Benchmark): Promise<void> {
  await readBenchmark(frozen);
  const reason = whyNotAgain(frozen.manifest);
  if (reason === undefined) return;
  throw new UserError(
    reason,
    `its rows are whole (their sha256 is right); to make them again, check out commit ` +
      `${frozen.manifest['trm:lineage'].codeCommit ?? '(unknown)'} and run this command there`,
  );
}

function describeDifference(frozen: Manifest, made: Manifest): string {
  const [before, now] = [frozen, made].map((manifest) => manifest['trm:lineage'].toolVersions.python);
  const rows = `the rows differ: frozen ${rowsHashOf(frozen)}, made ${rowsHashOf(made)}`;
  return before === now
    ? `${rows}; the code draws otherwise, though no stage has a new version`
    : `${rows}; they were judged by CPython ${before}, here it is ${now}`;
}
