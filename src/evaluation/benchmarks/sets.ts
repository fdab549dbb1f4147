import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../core/errors';
import { dataDir } from '../../core/paths';
import { MAX_ROWS_PER_GROUP } from '../../metrics/cap-per-group';
import type { Sample } from '../../records/sample';
import { Contexts } from '../../shards/context-shard';
import { readSamples } from '../../shards/sample-shard';
import { createFolderStore } from '../../storage/folder-store';
import type { ObjectStore } from '../../storage/object-store';
import { benchmarkFolder, benchmarkNames, openBenchmark, readBenchmark, RECIPE_KEY } from './benchmark';
import type { EvaluationSet } from './measure-model';
import { REAL_SET_NAMES, readRealPairs } from './real-pairs';

/** A set that cannot be had here, and why: reported, not an error. */
export interface SkippedSet {
  skipped: string;
}

/** Where {@link loadSet} looks. */
export interface LoadSetOptions {
  /** Output of the process stage that the model was trained on; null when it is not at hand. */
  data: ObjectStore | null;
  /** `TRM_DATA_DIR`. Default: the environment's. */
  dataFolder?: string;
}

/**
 * Loads a set by its name: a benchmark of the project (`synthetic-9`), `test` or `val` (the splits of the model's own data),
 * `real-dev` and `real-dev2` (see {@link readRealPairs}; skipped without `TRM_DATA_DIR`), or the folder of a benchmark or dataset.
 * @throws UserError when there is no such set
 */
export async function loadSet(name: string, options: LoadSetOptions): Promise<EvaluationSet | SkippedSet> {
  const { data, dataFolder = dataDir() } = options;
  if (benchmarkNames().includes(name)) return loadBenchmark(benchmarkFolder(name));
  if (name === 'test' || name === 'val') {
    if (data)
      return {
        name,
        samples: await readUnique(data, `samples/${name}`),
        contexts: await Contexts.read(data),
        maxRowsPerGroup: MAX_ROWS_PER_GROUP,
      };
    throw new UserError(
      `the set "${name}" is part of the data that a model was trained on, which a model folder does not hold`,
      'name the run or the experiment instead of the folder',
    );
  }
  const real = REAL_SET_NAMES.find((one) => one === name);
  if (real) {
    if (dataFolder !== undefined) return readRealPairs(real, dataFolder);
    return {
      skipped: `${real} needs the mined pairs: set TRM_DATA_DIR to the folder that holds real-pairs/`,
    };
  }
  if (existsSync(join(name, RECIPE_KEY))) return loadBenchmark(resolve(name));
  if (existsSync(name)) {
    const store = createFolderStore(name);
    const samples = await readUnique(store, 'samples');
    return { name: basename(resolve(name)), samples, contexts: await Contexts.read(store) };
  }
  throw new UserError(
    `expected a set to evaluate on, got "${name}"`,
    `one of ${benchmarkNames().join(', ')}, test, val, real-files, ${REAL_SET_NAMES.join(', ')}, or the folder of a dataset`,
  );
}

async function loadBenchmark(folder: string): Promise<EvaluationSet> {
  const benchmark = await openBenchmark(folder);
  const { name, version } = benchmark.recipe;
  const samples = await readBenchmark(benchmark);
  return { name: `${name} v${version}`, samples, contexts: await Contexts.read(benchmark.store) };
}

/** Samples of a folder, each once: process repeats clean functions. */
async function readUnique(store: ObjectStore, folder: string): Promise<Sample[]> {
  const samples = new Map<string, Sample>();
  for await (const sample of readSamples(store, folder)) samples.set(sample.id, sample);
  return [...samples.values()];
}
