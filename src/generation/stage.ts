import { DataError, throwIfAborted, TrmError } from '../core/errors';
import { allowedProjects } from '../core/keys/groups';
import { hashJson } from '../core/hash';
import { KeySet } from '../core/keys/key-set';
import { dropsInWords } from '../records/drop-counts';
import type { Manifest, Resource } from '../records/manifest';
import { FAMILIES, type Sample } from '../records/sample';
import type { Judge } from '../python/critic/critic';
import {
  buildManifest,
  datasetDigest,
  describeResource,
  readManifest,
  writeManifest,
} from '../shards/manifest';
import { Contexts, referencedContexts, writeContextShards } from '../shards/context-shard';
import { readSamples, SAMPLE_COLUMNS, writeSampleShards } from '../shards/sample-shard';
import { DROPS_KEY, writeDrops } from '../storage/drop-log';
import { requireInput } from '../stages/require-input';
import type { ObjectStore } from '../storage/object-store';
import type { Stage, StageContext } from '../stages/context';
import { settledConfig } from '../records/stage-job';
import { BUG_TYPES, taxonomyHash } from '../taxonomy/table';
import { GENERATE_VERSION, type GenerateConfig } from './config';
import { finishedShards, recordedPrograms, recordShard, type ShardRecord } from './journal';
import { workerCount } from '../core/processes/thread-pool';
import { createDrawPool, type DrawPool } from './drawing/draw-pool';
import type { Breaker } from './drawing/learned-bugs';
import { familyShares } from './mixture/aims';
import { fitToCorpus } from './mixture/corpus';
import type { FittedMixture } from './mixture/fit';
import { dropInput, generateSamples, type Seen } from './samples';
import { addTallies, emptyTally, type Tally } from './tally';

/**
 * The generate stage: plants bugs into the clean functions of `collect` and writes those that CPython confirms as
 * `samples/shard_*.parquet`, with the contexts of their files in `contexts/` (a mutant has that of its clean function),
 * `drops.jsonl` and the manifest.
 *
 * The mixture is fitted to a sample of all functions (`mixture/`), so that drawn shares are the aimed ones. With it, mutants
 * depend on the seed and their own function alone. Each shard is made from `functionsPerShard` functions and
 * recorded in a journal, so that an interrupted run goes on after its last whole shard.
 *
 * `trm:metrics` of the manifest: `functions` (mutated), `clean` (clean samples written), `yield` (mutants written a
 * mutant drawn), `equivalentRate` (share of the drawn mutants that meant the same), `types` (by bug type: `family`,
 * `drawn`, `kept`, `equivalent`, and as shares of all mutants `aimed` and `reachable`), `families` (the same shares with
 * `share`, that of the mutants written), `surveyed` (functions that the mixture was fitted to), `seconds` (wall time of this start), `samplesPerHour` (of this start). Where a breaker
 * plants, `breaker`: what it `proposed`, `kept`, `dropped` by reason, and `types` of those kept; no other figure but `clean`,
 * `functions` and speed counts its bugs.
 * @throws DataError when there is no `collect` input, or nothing to mutate in it
 */
export const generate: Stage<GenerateConfig> = (config, context) => generateWith(config, context);

/** What {@link generateWith} is handed beside config and context. */
export interface GenerateExtras {
  /** Keys of further files in the store, for the manifest of a dataset that holds files of its own. Default none. */
  files?: readonly string[];
  /** The model that `config.breaker` names. Whoever hands it in closes it. */
  breaker?: Breaker;
}

/**
 * {@link generate} with what the stage cannot make itself.
 * @throws TrmError when the config names a breaker and none is handed in
 */
export async function generateWith(
  config: GenerateConfig,
  context: StageContext,
  extras: GenerateExtras = {},
): Promise<Manifest> {
  if ((config.breaker === null) !== (extras.breaker === undefined))
    throw new TrmError(
      `generate: expected ${config.breaker === null ? 'no breaker' : 'the breaker that the config names'}, got ${extras.breaker ? 'one' : 'none'}`,
      'run the stage by `generateStage`, which loads the model that generate.breaker names',
    );
  const collected = requireInput(context, 'generate', 'collect');
  const started = performance.now();
  const contexts = await Contexts.read(collected);
  const mixture = await fitToCorpus(config, context, collected, contexts);
  const critic = await context.machine.critic({ workers: workerCount(config.criticWorkers) });
  const mutantsPerFunction = config.breaker?.alone ? 0 : config.mutantsPerFunction;
  const settings = { ...config, mutantsPerFunction, weights: mixture.weights };
  const pool = createDrawPool(workerCount(config.workers), settings);
  const python = critic.pythonVersion;
  let finished: ShardRecord[];
  let shards: ShardRecord[];
  try {
    const { breaker } = extras;
    const identity = await identityOf(config, context, { collected, python, breaker });
    finished = await finishedShards(context.store, identity);
    shards = await writeShards(config, context, {
      ...{ collected, contexts, critic, pool, breaker, identity, finished },
    });
  } finally {
    await pool.close();
  }
  const tally = addTallies(
    shards.map((shard) => shard.tally),
    config.maxDropsPerReason,
  );
  if (tally.functions === 0)
    throw new DataError(
      `generate: expected clean functions in ${collected.location}, could use none of ${tally.read} samples`,
      `dropped: ${dropsInWords(tally.dropped)}; check collect.sources and generate.allowedGroups`,
    );
  const seconds = (performance.now() - started) / 1000;
  const fresh = shards.slice(finished.length).reduce((sum, shard) => sum + shard.tally.written, 0);
  const speed = { seconds, samplesPerHour: (3600 * fresh) / seconds };
  return finish(config, context, {
    shards,
    contexts,
    tally,
    mixture,
    speed,
    python,
    files: extras.files ?? [],
  });
}

/** What a shard's content depends on. */
async function identityOf(
  config: GenerateConfig,
  { seed }: StageContext,
  { collected, python, breaker }: { collected: ObjectStore; python: string; breaker?: Breaker },
): Promise<string> {
  return hashJson({
    version: GENERATE_VERSION,
    // How the work is divided changes nothing: a run may go on with more workers than it began with.
    config: settledConfig('generate', config),
    seed,
    input: datasetDigest(await readManifest(collected)),
    python,
    taxonomy: taxonomyHash(),
    ...(breaker && { breaker: breaker.revision }),
  });
}

interface Work {
  collected: ObjectStore;
  contexts: Contexts;
  critic: Judge;
  pool: DrawPool;
  breaker?: Breaker;
  identity: string;
  finished: readonly ShardRecord[];
}

/** Writes the shards that are not there yet; returns the records of all. */
async function writeShards(
  config: GenerateConfig,
  context: StageContext,
  { collected, contexts, critic, pool, breaker, identity, finished }: Work,
): Promise<ShardRecord[]> {
  const { store, signal, progress, rng } = context;
  const shards = [...finished];
  const total = await countInput(collected);
  const restored = finished.reduce((sum, { tally }) => sum + tally.read, 0);
  let written = finished.reduce((sum, { tally }) => sum + tally.written, 0);
  const { maxSamples } = config;
  const task = progress.start(
    maxSamples === null ? 'mutating functions' : 'writing samples',
    maxSamples === null ? { total, done: restored } : { total: maxSamples, done: written },
  );
  const seen = await seenBefore(store, finished.length);
  const ahead = workerCount(config.workers) + workerCount(config.criticWorkers) + 1;
  const isAllowed = allowedProjects(config.allowedGroups);
  const shared = { config, rng, isAllowed, seen, critic, pool, breaker, signal, contexts, ahead };
  const input = readSamples(collected)[Symbol.asyncIterator]();
  try {
    for (const { tally } of finished)
      await skip(input, tally.read, (sample) => dropInput(sample, isAllowed, seen));
    for (let index = finished.length; written < (maxSamples ?? Infinity); index++) {
      const tally = emptyTally();
      const onSample = (): void => {
        throwIfAborted(signal, 'generate');
        if (maxSamples === null) task.advance(1, `${written + tally.written} samples`);
      };
      const onWritten = (): void => {
        if (maxSamples !== null) task.advance();
      };
      const part = take(input, config.functionsPerShard, onSample);
      const limit = (maxSamples ?? Infinity) - written;
      const programs: string[] = [];
      const onProgram = (key: string): unknown => programs.push(key);
      const samples = generateSamples(part, { ...shared, tally, limit, onProgram, onWritten });
      const resource = await writeShard(store, index, samples);
      if (tally.read === 0 && index > 0) {
        await store.delete(resource.path);
        break;
      }
      written += tally.written;
      shards.push({ resource, tally });
      await recordShard(store, index, identity, { resource, tally, programs });
    }
  } finally {
    await input.return?.(undefined);
  }
  task.finish(`${written} samples`);
  return shards;
}

async function writeShard(
  store: ObjectStore,
  index: number,
  samples: AsyncIterable<Sample>,
): Promise<Resource> {
  const rowsPerShard = Number.MAX_SAFE_INTEGER;
  const [resource] = await writeSampleShards(store, 'samples', samples, { firstShard: index, rowsPerShard });
  return resource;
}

/** Up to `count` samples of a stream, which stays open for the next call. */
async function* take(
  input: AsyncIterator<Sample>,
  count: number,
  onSample: () => void,
): AsyncGenerator<Sample> {
  for (let i = 0; i < count; i++) {
    const next = await input.next();
    if (next.done) return;
    onSample();
    yield next.value;
  }
}

/** Programs of the finished shards; their functions are added when the input is passed over. */
async function seenBefore(store: ObjectStore, shards: number): Promise<Seen> {
  const programs = new KeySet();
  for (let index = 0; index < shards; index++)
    for await (const key of recordedPrograms(store, index)) programs.add(key);
  return { functions: new KeySet(), programs };
}

/** Passes over samples of a finished shard. */
async function skip(
  input: AsyncIterator<Sample>,
  count: number,
  onSample: (sample: Sample) => void,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const next = await input.next();
    if (next.done) return;
    onSample(next.value);
  }
}

async function countInput(collected: ObjectStore): Promise<number> {
  const { resources } = await readManifest(collected);
  return resources
    .filter(({ path }) => path.startsWith('samples/'))
    .reduce((sum, resource) => sum + (resource['trm:rows'] ?? 0), 0);
}

interface Outcome {
  shards: readonly ShardRecord[];
  contexts: Contexts;
  tally: Tally;
  mixture: FittedMixture;
  /** Of this start. */
  speed: { seconds: number; samplesPerHour: number };
  /** Version of the interpreter that judged. */
  python: string;
  /** Further files of the dataset. */
  files: readonly string[];
}

/** Writes what was dropped and, last, the manifest. */
async function finish(
  config: GenerateConfig,
  context: StageContext,
  { shards, contexts, tally, mixture, speed, python, files }: Outcome,
): Promise<Manifest> {
  const { store } = context;
  await writeDrops(store, tally.examples);
  const own = await referencedContexts(store, 'samples');
  const copied = await writeContextShards(store, contexts.select(own));
  const others = await Promise.all([DROPS_KEY, ...files].map((key) => describeResource(store, key)));
  const manifest = await buildManifest({
    stage: 'generate',
    stageVersion: GENERATE_VERSION,
    config,
    context,
    resources: [...shards.map(({ resource }) => resource), ...copied, ...others],
    counts: { in: tally.read, out: tally.written, dropped: tally.dropped },
    columns: SAMPLE_COLUMNS,
    licences: tally.licences,
    toolVersions: { python },
    checks: { taxonomyHash: taxonomyHash() },
    metrics: {
      ...figures(tally, mixture),
      ...(config.breaker && { breaker: tally.learned }),
      ...speed,
    },
  });
  await writeManifest(store, manifest);
  return manifest;
}

function figures(tally: Tally, mixture: FittedMixture): Record<string, unknown> {
  const drawn = sumOf(tally.drawn);
  const equivalent = sumOf(tally.equivalent);
  const types = BUG_TYPES.filter(({ id }) => tally.drawn[id] || mixture.aimed[id] > 0).map(
    ({ id, family }) => [
      id,
      {
        family,
        drawn: tally.drawn[id] ?? 0,
        kept: tally.kept[id] ?? 0,
        equivalent: tally.equivalent[id] ?? 0,
        aimed: mixture.aimed[id],
        reachable: mixture.reachable[id],
      },
    ],
  );
  return {
    functions: tally.functions,
    clean: tally.clean,
    yield: (tally.written - tally.clean - tally.learned.kept) / Math.max(1, drawn),
    equivalentRate: equivalent / Math.max(1, drawn),
    surveyed: mixture.functions,
    families: familyFigures(tally, mixture),
    types: Object.fromEntries(types) as Record<string, unknown>,
  };
}

/** Shares of the families among all mutants: aimed at, reachable, and of those written. */
function familyFigures(
  { kept }: Tally,
  mixture: FittedMixture,
): Record<string, { aimed: number; reachable: number; share: number }> {
  const aimed = familyShares(mixture.aimed);
  const reachable = familyShares(mixture.reachable);
  const written = familyShares(kept);
  const all = Math.max(1, sumOf(kept));
  return Object.fromEntries(
    FAMILIES.map((family) => [
      family,
      { aimed: aimed[family], reachable: reachable[family], share: written[family] / all },
    ]),
  );
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}
