import { existsSync } from 'node:fs';
import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { collectConfigSchema, folderSourceSchema, type CollectConfig } from '../../collection/config';
import { sourceRevisions } from '../../collection/revision';
import { collect } from '../../collection/stage';
import { DataError, UserError } from '../../core/errors';
import { makeFolder, parseJson } from '../../core/files';
import { canonicalJson, hashJson } from '../../core/hash';
import type { Progress } from '../../core/progress';
import { seedStream } from '../../core/rng';
import type { GenerateConfig } from '../../generation/config';
import { generateWith } from '../../generation/stage';
import { dropsInWords } from '../../records/drop-counts';
import type { Manifest } from '../../records/manifest';
import { settledConfig } from '../../records/stage-job';
import { MANIFEST_KEY, readManifest } from '../../shards/manifest';
import { createFolderStore } from '../../storage/folder-store';
import { clearJournal } from '../../storage/journal';
import type { ObjectStore } from '../../storage/object-store';
import { localFolders, type StageContext } from '../../stages/context';
import type { Machine } from '../../stages/machine';
import { resolveSources, sourceSchema, STDLIB, type DatasetSource } from './dataset-sources';
import { lockFolder } from '../stages/lock';

/** What a dataset is to be made of. */
export interface DatasetRequest {
  /** Folders, `python:stdlib`, or packages by name, in any mixture. */
  from: readonly string[];
  /** The dataset's folder: missing, empty, or one that the same request began. */
  out: string;
  /** Samples wanted; null: as many as the code gives. */
  count: number | null;
  seed: number;
  /** How bugs are planted. Its `maxSamples` and `functionsPerShard` are set by the request. */
  generate: GenerateConfig;
  /** Mutants of each function; null: 4, or more where `count` needs them. */
  mutants: number | null;
  /** How code is read; its `sources` are set by the request. */
  collect: CollectConfig;
  /** Take tests too. */
  includeTests: boolean;
  /** SPDX id of the folders among the sources; null: read from their licence files. */
  licence: string | null;
}

/** Settings of {@link generateDataset}. */
export interface DatasetOptions {
  signal: AbortSignal;
  progress: Progress;
  machine: Machine;
  /** Folder that packages are given relative paths from. Default: the working directory. */
  cwd?: string;
}

const datasetSchema = z.strictObject({
  /** Hash of the request: the same command goes on with, or finds, its own dataset. */
  request: z.string(),
  seed: z.int(),
  /** Without the places of folders on this machine: datasets are handed on. */
  sources: z.array(sourceSchema.omit({ path: true })),
  /** Functions read, and what was left out of the sources by reason. */
  collected: z.strictObject({
    functions: z.int().nonnegative(),
    dropped: z.record(z.string(), z.int().nonnegative()),
  }),
});

type PublicSource = Omit<DatasetSource, 'path'>;

/** What {@link generateDataset} made. */
export interface Dataset {
  store: ObjectStore;
  manifest: Manifest;
  sources: PublicSource[];
  /** Functions read from the sources. */
  functions: number;
  /** True when it was there before. */
  complete: boolean;
}

/** The file that says where a dataset's code came from. */
export const DATASET_KEY = 'dataset.json';

/** What an unfinished dataset keeps to go on from; removed at the end. */
const PARTIAL = '.partial';
const REQUEST_FILE = 'request.json';

/** What decides which dataset it is. */
const SHAPES = 'what counts: sources, seed, number, settings, Python';

/** Mutants of a function when nobody says otherwise, and the most that a wanted count leads to. */
const MUTANTS = 4;
const MOST_MUTANTS = 200;
/** Draws for each sample that comes out, with room to spare. */
const DRAWS_PER_SAMPLE = 1.3;
/** Samples of a shard, about: what an interruption may cost. */
const SAMPLES_PER_SHARD = 20_000;

/**
 * Turns any Python code into a dataset of validated bugs with their fixes: `samples/*.parquet`, `contexts/*.parquet`
 * (what their files say), `drops.jsonl`, `dataset.json` (the sources) and `manifest.json`, written last. Interrupted,
 * the same request goes on where it was; asked again, it finds the finished dataset. Memory does not grow with the
 * number of samples, but for 20 bytes each and about 1 kB for each file of the code.
 * @throws UserError when a source is not there, or the folder holds something else
 * @throws InterruptedError when the signal was aborted
 */
export async function generateDataset(request: DatasetRequest, options: DatasetOptions): Promise<Dataset> {
  const out = resolve(options.cwd ?? '.', request.out);
  const identity = await identityOf(request, options);
  const done = await prepareFolder(out, identity);
  if (done) return done;
  const partial = join(out, PARTIAL);
  const unlock = await lockFolder(partial, `the dataset in ${out}`);
  try {
    const store = createFolderStore(out);
    await store.abortUnfinished();
    const state = createFolderStore(partial);
    const sources = await settleSources(request, options, state, identity);
    const collected = createFolderStore(join(partial, 'collect'));
    const functions = await collectOnce(request, sources, { state, collected }, options);
    const config = sizeGeneration(request, functions['trm:lineage'].counts.out);
    const { out: count, dropped } = functions['trm:lineage'].counts;
    const published = sources.map(({ path: _, ...source }) =>
      source.origin === 'folder' ? { ...source, from: source.name } : source,
    );
    const about: z.infer<typeof datasetSchema> = {
      request: identity,
      seed: request.seed,
      sources: published,
      collected: { functions: count, dropped },
    };
    await store.put(DATASET_KEY, `${JSON.stringify(JSON.parse(canonicalJson(about)), null, 2)}\n`);
    const context = contextFor(request, 'generate', store, { collect: collected }, options);
    const manifest = await generateWith(config, context, { files: [DATASET_KEY] });
    return { store, manifest, sources: published, functions: count, complete: false };
  } finally {
    await unlock();
    await tidy(out);
  }
}

/** Leaves nothing behind that is of no use: the state of a finished dataset, or folders of one that never began. */
async function tidy(out: string): Promise<void> {
  const partial = join(out, PARTIAL);
  const begun = existsSync(join(partial, REQUEST_FILE));
  if (begun && !existsSync(join(out, MANIFEST_KEY))) return;
  await rm(partial, { recursive: true, force: true });
  if (!begun && (await readdir(out)).length === 0) await rmdir(out);
}

/** Hash of all that shapes the dataset; where it stands and how fast it is made do not. */
async function identityOf(
  { out: _, ...request }: DatasetRequest,
  { cwd = process.cwd(), machine, signal }: DatasetOptions,
): Promise<string> {
  const python = await machine.pythonFacts();
  const from: unknown[] = [];
  for (const one of request.from) {
    const path = one === STDLIB ? one : resolve(cwd, one);
    const isLocal = one === STDLIB || (existsSync(path) && (await stat(path)).isDirectory());
    const collect = { ...request.collect, sources: [folderSourceSchema.parse({ kind: 'folder', path })] };
    from.push(isLocal ? await sourceRevisions(collect, { python, git: machine.git, signal }) : one);
  }
  const generate = settledConfig('generate', request.generate);
  const collect = settledConfig('collect', request.collect);
  return hashJson({ ...request, from, generate, collect, python: python.version });
}

function contextFor(
  { out, seed }: DatasetRequest,
  stage: 'collect' | 'generate',
  store: ObjectStore,
  inputs: StageContext['inputs'],
  { signal, progress, machine, cwd = '.' }: DatasetOptions,
): StageContext {
  const folders = localFolders(join(resolve(cwd, out), PARTIAL));
  return { seed, rng: seedStream(seed, stage), store, inputs, signal, progress, machine, ...folders };
}

/**
 * Makes sure that the folder is this request's to write to.
 * @returns the dataset, when it is finished
 */
async function prepareFolder(out: string, identity: string): Promise<Dataset | undefined> {
  if (existsSync(out) && !(await stat(out)).isDirectory())
    throw new UserError(`expected a folder at ${out}, found a file`, 'choose another --out');
  const entries = existsSync(out) ? await readdir(out) : [];
  const store = createFolderStore(out);
  if (entries.includes(MANIFEST_KEY) && entries.includes(DATASET_KEY)) {
    const about = parseJson(
      await readFile(join(out, DATASET_KEY), 'utf8'),
      datasetSchema,
      join(out, DATASET_KEY),
    );
    if (about.request !== identity)
      throw new UserError(
        `${out} holds a dataset that was asked for otherwise, or its sources have changed since (${SHAPES})`,
        'choose another --out, or delete that folder',
      );
    // What a process that was killed right behind its manifest left.
    await rm(join(out, PARTIAL), { recursive: true, force: true });
    await clearJournal(store);
    const manifest = await readManifest(store);
    return { store, manifest, sources: about.sources, functions: about.collected.functions, complete: true };
  }
  const path = join(out, PARTIAL, REQUEST_FILE);
  if (existsSync(path)) {
    const begun = parseJson(await readFile(path, 'utf8'), requestSchema, path);
    if (begun.request !== identity)
      throw new UserError(
        `${out} holds an unfinished dataset that was asked for otherwise, or its sources have changed since (${SHAPES})`,
        'give the same options to go on with it, choose another --out, or delete that folder',
      );
  } else if (entries.some((entry) => entry !== PARTIAL))
    throw new UserError(
      `${out} holds something else: ${entries.slice(0, 3).join(', ')}`,
      'choose a folder that does not exist yet',
    );
  await makeFolder(join(out, PARTIAL));
  return undefined;
}

const requestSchema = z.strictObject({ request: z.string(), sources: z.array(sourceSchema) });

/** The sources, found once: an interrupted request goes on with the same versions. */
async function settleSources(
  request: DatasetRequest,
  options: DatasetOptions,
  state: ObjectStore,
  identity: string,
): Promise<DatasetSource[]> {
  if (await state.exists(REQUEST_FILE)) {
    const text = Buffer.from(await state.get(REQUEST_FILE)).toString('utf8');
    return parseJson(text, requestSchema, `${state.location}/${REQUEST_FILE}`).sources;
  }
  const sources = await resolveSources(request, { ...options, python: options.machine.python });
  await state.put(REQUEST_FILE, JSON.stringify({ request: identity, sources }));
  return sources;
}

/**
 * Reads the sources' functions into the state folder, unless an earlier start did.
 * @throws DataError when there are none; then nothing is left to go on from, and the folder is free for another request
 */
async function collectOnce(
  request: DatasetRequest,
  sources: readonly DatasetSource[],
  { state, collected }: Record<'state' | 'collected', ObjectStore>,
  options: DatasetOptions,
): Promise<Manifest> {
  const manifest = (await collected.exists(MANIFEST_KEY))
    ? await readManifest(collected)
    : await collectFrom(request, sources, collected, options);
  const { out, dropped } = manifest['trm:lineage'].counts;
  if (out > 0) return manifest;
  await state.delete(REQUEST_FILE);
  const inside = dropped.excluded_path
    ? '; a folder of installed packages, builds or tests is passed over where it is found: name it itself, or the package'
    : '';
  throw new DataError(
    `expected Python functions in ${sources.map(({ from }) => from).join(', ')}, found none`,
    `left out: ${dropsInWords(dropped)}${inside}`,
  );
}

function collectFrom(
  request: DatasetRequest,
  sources: readonly DatasetSource[],
  store: ObjectStore,
  options: DatasetOptions,
): Promise<Manifest> {
  const { generate, count, includeTests } = request;
  // Every function gives a mutant or more, unless only some types are wanted.
  const narrowed = [generate.families, generate.types].some((weights) => Object.keys(weights).length > 0);
  const maxFunctions = count === null || narrowed ? null : count + 200;
  const config = collectConfigSchema.parse({
    ...request.collect,
    sources: sources.map(({ name, licence, url, path }) => ({
      kind: 'folder',
      path,
      name,
      licence,
      url,
      includeTests,
      maxFunctions,
    })),
  });
  return collect(config, contextFor(request, 'collect', store, {}, options));
}

/** The generate config: as many mutants a function as the count needs, and shards of a size that is quick to repeat. */
function sizeGeneration({ generate, count, mutants }: DatasetRequest, functions: number): GenerateConfig {
  const needed = count === null ? MUTANTS : Math.ceil((DRAWS_PER_SAMPLE * count) / Math.max(1, functions));
  const mutantsPerFunction = mutants ?? Math.min(MOST_MUTANTS, Math.max(MUTANTS, needed));
  return {
    ...generate,
    mutantsPerFunction,
    maxSamples: count,
    functionsPerShard: Math.max(50, Math.ceil(SAMPLES_PER_SHARD / mutantsPerFunction)),
  };
}
