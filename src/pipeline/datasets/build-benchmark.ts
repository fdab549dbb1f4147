import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COLLECT_VERSION, collectConfigSchema } from '../../collection/config';
import { collect } from '../../collection/stage';
import { NO_ASSERTION } from '../../collection/licences/licences';
import { sha256 } from '../../core/hash';
import type { Progress } from '../../core/progress';
import { seedStream } from '../../core/rng';
import { hashRows, readRecipe, RECIPE_KEY } from '../../evaluation/benchmarks/benchmark';
import { BUG_KINDS } from '../../evaluation/benchmarks/kinds';
import type { Recipe } from '../../evaluation/benchmarks/recipe';
import { programKey, selectBenchmark } from '../../evaluation/benchmarks/select';
import { kindOfSample } from '../../evaluation/benchmarks/kinds';
import { GENERATE_VERSION, generateConfigSchema } from '../../generation/config';
import type { Manifest, Source } from '../../records/manifest';
import { fileOrigin, type Sample } from '../../records/sample';
import {
  buildManifest,
  describeResource,
  MANIFEST_KEY,
  readManifest,
  writeManifest,
} from '../../shards/manifest';
import { recompressShard } from '../../shards/recompress';
import { Contexts, referencedContexts, writeContextShards } from '../../shards/context-shard';
import { readSamples, SAMPLE_COLUMNS, writeSampleShards } from '../../shards/sample-shard';
import { createFolderStore } from '../../storage/folder-store';
import type { ObjectStore } from '../../storage/object-store';
import { listKeys } from '../../storage/objects';
import { localFolders } from '../../stages/context';
import type { Machine } from '../../stages/machine';
import { BUG_TYPES } from '../../taxonomy/table';
import { generateDataset, type Dataset } from './dataset';
import { resolveSources } from './dataset-sources';

/** Version of the choice of rows among the candidates; raised when the same candidates would give others. */
export const BENCHMARK_VERSION = 1;

/** Versions of the stages that draw the candidates, as a benchmark's manifest states them beside its tools. */
const DRAWN_BY = { collect: String(COLLECT_VERSION), generate: String(GENERATE_VERSION) };

/**
 * Can this code make the rows of a benchmark again? Not when another version of a stage drew its candidates, or of the
 * choice: other rows come out then, and those that are frozen are as good as before.
 * @returns why not, or undefined
 */
export function whyNotAgain({ name, 'trm:lineage': lineage }: Manifest): string | undefined {
  const versions = (of: Readonly<Record<string, string>>, choice: number): string =>
    Object.keys(DRAWN_BY)
      .map((stage) => `${stage} ${of[stage] ?? 'of an older version'}`)
      .concat(`choice ${choice}`)
      .join(', ');
  const then = versions(lineage.toolVersions, lineage.stageVersion);
  const now = versions(DRAWN_BY, BENCHMARK_VERSION);
  return then === now ? undefined : `${name} was drawn by other code: ${then}; this code has ${now}`;
}

/** Settings of {@link buildBenchmark}. */
export interface BuildBenchmarkOptions {
  signal: AbortSignal;
  progress: Progress;
  machine: Machine;
  /** Folder for what is needed on the way; an interrupted build goes on from it. */
  work: string;
  /** Threads and critic processes. Null: one a core. */
  workers?: number | null;
}

/** Rows of this version name no repository beside their package: samples have named one since. */
async function* withoutUrls(samples: AsyncIterable<Sample>): AsyncGenerator<Sample> {
  for await (const sample of samples)
    yield { ...sample, origin: { ...fileOrigin(sample.origin), url: null } };
}

/**
 * Makes a benchmark from its recipe: mutants of the recipe's packages, less all functions that stand in the training
 * code, chosen by `selectBenchmark`. Writes `samples/`, a copy of the recipe and the manifest into `out`; other files there
 * (licences) become part of the manifest. The same recipe gives the same rows with the same CPython.
 * @throws UserError when a package cannot be had
 * @throws DataError when the packages do not give enough of a kind
 */
export async function buildBenchmark(
  path: string,
  out: string,
  options: BuildBenchmarkOptions,
): Promise<Manifest> {
  const recipe = readRecipe(path);
  const dataset = await drawCandidates(recipe, options);
  const seen = await trainingPrograms(recipe, options);
  const { samples, dropped } = await selectBenchmark(
    withoutUrls(readSamples(dataset.store)),
    recipe,
    seen,
    seedStream(recipe.seed, recipe.name, recipe.version),
  );
  const store = createFolderStore(out);
  await store.delete(MANIFEST_KEY);
  await store.put(RECIPE_KEY, await readFile(path));
  const written = await writeSampleShards(store, 'samples', samples, { split: 'test' });
  const candidates = await Contexts.read(dataset.store);
  const ids = await referencedContexts(store, 'samples');
  written.push(...(await writeContextShards(store, candidates.select(ids))));
  const shards = await Promise.all(written.map((shard) => recompressShard(store, shard, options.work)));
  const manifest = await describe(store, recipe, {
    ...{ samples, dropped, dataset, shards },
    programs: seen.size,
    machine: options.machine,
  });
  await writeManifest(store, manifest);
  return manifest;
}

/** All mutants of the kinds, with the clean functions they came from. */
function drawCandidates(
  recipe: Recipe,
  { signal, progress, machine, work, workers = null }: BuildBenchmarkOptions,
): Promise<Dataset> {
  const wanted = new Set(Object.values(recipe.kinds).flat());
  const generate = generateConfigSchema.parse({
    types: Object.fromEntries(BUG_TYPES.filter(({ id }) => !wanted.has(id)).map(({ id }) => [id, 0])),
    bugsPerMutant: { syntax: [1, 0, 0], other: [1, 0, 0] },
    cleanPerMutant: 1,
    workers,
    criticWorkers: workers,
  });
  const [minTokens, maxTokens] = recipe.tokens;
  return generateDataset(
    {
      from: recipe.packages,
      out: join(work, 'candidates'),
      count: null,
      seed: recipe.seed,
      generate,
      mutants: recipe.drawn,
      collect: collectConfigSchema.parse({ minTokens, maxTokens }),
      includeTests: false,
      licence: null,
    },
    { signal, progress, machine },
  );
}

/** Keys of all functions of the training code that are short enough to be equal to one of the benchmark. */
async function trainingPrograms(
  recipe: Recipe,
  { signal, progress, machine, work }: BuildBenchmarkOptions,
): Promise<Set<string>> {
  const seen = new Set<string>();
  if (recipe.training.length === 0) return seen;
  const store = createFolderStore(join(work, 'training'));
  if (!(await store.exists(MANIFEST_KEY))) {
    const tools = { python: machine.python, signal };
    const sources = await resolveSources({ from: recipe.training, licence: null }, tools);
    const [minTokens, maxTokens] = recipe.tokens;
    const config = collectConfigSchema.parse({
      minTokens,
      maxTokens,
      sources: sources.map(({ name, licence, path }) => ({
        kind: 'folder',
        path,
        name,
        licence,
        includeTests: true,
      })),
    });
    const rng = seedStream(recipe.seed, 'training');
    const context = { store, inputs: {}, signal, progress, machine, ...localFolders(work) };
    await collect(config, { seed: recipe.seed, rng, ...context });
  }
  for await (const { after } of readSamples(store)) seen.add(programKey(after));
  return seen;
}

interface Parts {
  samples: readonly Sample[];
  dropped: Record<string, number>;
  dataset: Dataset;
  shards: Manifest['resources'];
  /** Functions of the training code. */
  programs: number;
  machine: Machine;
}

async function describe(
  store: ObjectStore,
  recipe: Recipe,
  { samples, dropped, dataset, shards, programs, machine }: Parts,
): Promise<Manifest> {
  const known = new Set([MANIFEST_KEY, ...shards.map(({ path }) => path)]);
  const others = (await listKeys(store)).filter((key) => !known.has(key));
  const { toolVersions, counts } = (await readManifest(dataset.store))['trm:lineage'];
  const manifest = await buildManifest({
    stage: 'generate',
    stageVersion: BENCHMARK_VERSION,
    config: recipe,
    context: { seed: recipe.seed, inputs: {}, machine },
    resources: [...shards, ...(await Promise.all(others.map((key) => describeResource(store, key))))],
    counts: { in: counts.out, out: samples.length, dropped },
    columns: SAMPLE_COLUMNS,
    licences: countBy(samples, ({ licence }) => licence),
    sources: sourcesOfRows(samples, dataset.sources),
    toolVersions: { python: toolVersions.python, ...DRAWN_BY },
    checks: { rowsHash: hashRows(samples), trainingFunctionsCompared: programs, sharedWithTraining: 0 },
    metrics: {
      kinds: Object.fromEntries(
        BUG_KINDS.map((kind) => [kind, samples.filter((s) => kindOfSample(s) === kind).length]),
      ),
      clean: samples.filter(({ edits }) => edits.length === 0).length,
      bugTypes: countBy(samples, ({ bugType }) => bugType),
      packages: countBy(samples, ({ origin }) => fileOrigin(origin).repo),
      sources: dataset.sources,
    },
  });
  return { ...manifest, name: `${recipe.name}-v${recipe.version}` };
}

/** The packages that rows come from, each with the digest of its rows' ids in their order. */
function sourcesOfRows(samples: readonly Sample[], packages: Dataset['sources']): Source[] {
  return packages.map(({ name, version, licence }) => {
    const ids = samples.filter(({ origin }) => fileOrigin(origin).repo === name).map(({ id }) => `${id}\n`);
    return {
      uri: `pkg:pypi/${name}@${version}`,
      revision: version ?? 'unknown',
      digest: sha256(ids.join('')),
      licence: licence ?? NO_ASSERTION,
    };
  });
}

function countBy(
  samples: readonly Sample[],
  keyOf: (sample: Sample) => string | null,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const sample of samples) {
    const key = keyOf(sample);
    if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
