import { DataError, throwIfAborted } from '../core/errors';
import { hashJson } from '../core/hash';
import type { Manifest, Resource } from '../records/manifest';
import type { Sample } from '../records/sample';
import { Critic } from '../python/critic';
import { buildManifest, describeResource, readManifest, writeManifest } from '../shards/manifest';
import { readSamples, SAMPLE_COLUMNS, writeSampleShards } from '../shards/sample-shard';
import { requireInput } from '../storage/require-input';
import type { ObjectStore, Stage, StageContext } from '../storage/stage';
import { BUG_TYPES, taxonomyHash } from '../taxonomy/table';
import { GENERATE_VERSION, type GenerateConfig } from './config';
import { clearJournal, finishedShards, recordShard, type ShardRecord } from './journal';
import { createMixture } from './sampling';
import { generateSamples } from './samples';
import { addTallies, emptyTally, type Tally } from './tally';

/** Where the dropped mutants and functions stand, one JSON object a line. */
export const REJECTS_KEY = 'rejects.jsonl';

/**
 * The generate stage: plants bugs into the clean functions of `collect` and writes those that CPython confirms as
 * `samples/shard_*.parquet`, with `rejects.jsonl` and the manifest.
 *
 * Mutants depend on the seed and their own function alone. Each shard is made from `functionsPerShard` functions and
 * recorded in a journal, so that an interrupted run goes on after its last whole shard.
 *
 * `trm:metrics` of the manifest: `functions` (mutated), `clean` (clean samples written), `yield` (mutants written a
 * mutant drawn), `equivalentRate` (share of the drawn mutants that meant the same), `types` (by bug type: `family`,
 * `drawn`, `kept`), `seconds` (wall time of this start), `samplesPerHour` (of this start).
 * @throws DataError when there is no `collect` input, or nothing to mutate in it
 */
export const generate: Stage<GenerateConfig> = async (config, context) => {
  const collected = requireInput(context, 'generate', 'collect');
  const started = performance.now();
  const critic = await Critic.start({ workers: config.criticWorkers });
  const python = critic.pythonVersion;
  let finished: ShardRecord[];
  let shards: ShardRecord[];
  try {
    const identity = await identityOf(config, context, collected, python);
    finished = await finishedShards(context.store, identity);
    shards = await writeShards(config, context, { collected, critic, identity, finished });
  } finally {
    await critic.close();
  }
  const tally = addTallies(
    shards.map((shard) => shard.tally),
    config.maxRejectsPerReason,
  );
  if (tally.functions === 0)
    throw new DataError(
      `generate: expected clean functions in ${collected.location}, could use none of ${tally.read} samples`,
      `dropped: ${JSON.stringify(tally.dropped)}; check collect.sources and generate.allowedGroups`,
    );
  const seconds = (performance.now() - started) / 1000;
  const fresh = shards.slice(finished.length).reduce((sum, shard) => sum + shard.tally.written, 0);
  const speed = { seconds, samplesPerHour: (3600 * fresh) / seconds };
  return finish(config, context, { shards, tally, speed, python });
};

/** What a shard's content depends on. */
async function identityOf(
  config: GenerateConfig,
  { seed }: StageContext,
  collected: ObjectStore,
  python: string,
): Promise<string> {
  const { resources } = await readManifest(collected);
  const inputs = resources.map(({ path, hash }) => [path, hash]);
  return hashJson({ version: GENERATE_VERSION, config, seed, inputs, python, taxonomy: taxonomyHash() });
}

interface Work {
  collected: ObjectStore;
  critic: Critic;
  identity: string;
  finished: readonly ShardRecord[];
}

/** Writes the shards that are not there yet; returns the records of all. */
async function writeShards(
  config: GenerateConfig,
  context: StageContext,
  { collected, critic, identity, finished }: Work,
): Promise<ShardRecord[]> {
  const { store, signal, progress, rng } = context;
  const shards = [...finished];
  const total = await countInput(collected);
  const restored = finished.reduce((sum, { tally }) => sum + tally.read, 0);
  const task = progress.start('mutating functions', { total, done: restored });
  const seen = new Set<string>();
  const shared = { config, rng, seen, critic, mixture: createMixture(config) };
  const input = readSamples(collected)[Symbol.asyncIterator]();
  let written = finished.reduce((sum, { tally }) => sum + tally.written, 0);
  try {
    for (const { tally } of finished) await skip(input, tally.read, seen);
    for (let index = finished.length; written < (config.maxSamples ?? Infinity); index++) {
      const tally = emptyTally();
      const onSample = (): void => {
        throwIfAborted(signal, 'generate');
        task.advance(1, `${written + tally.written} samples`);
      };
      const part = take(input, config.functionsPerShard, onSample);
      const limit = (config.maxSamples ?? Infinity) - written;
      const resource = await writeShard(store, index, generateSamples(part, { ...shared, tally, limit }));
      if (tally.read === 0 && index > 0) {
        await store.delete(resource.path);
        break;
      }
      written += tally.written;
      shards.push({ resource, tally });
      await recordShard(store, index, identity, { resource, tally });
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

/** Passes over samples of a finished shard; their functions count as seen. */
async function skip(input: AsyncIterator<Sample>, count: number, seen: Set<string>): Promise<void> {
  for (let i = 0; i < count; i++) {
    const next = await input.next();
    if (next.done) return;
    seen.add(next.value.id);
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
  tally: Tally;
  /** Of this start. */
  speed: { seconds: number; samplesPerHour: number };
  /** Version of the interpreter that judged. */
  python: string;
}

/** Writes the rejects and, last, the manifest. */
async function finish(
  config: GenerateConfig,
  context: StageContext,
  { shards, tally, speed, python }: Outcome,
): Promise<Manifest> {
  const { store } = context;
  await store.put(REJECTS_KEY, tally.rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
  const manifest = await buildManifest({
    stage: 'generate',
    stageVersion: GENERATE_VERSION,
    config,
    context,
    resources: [...shards.map(({ resource }) => resource), await describeResource(store, REJECTS_KEY)],
    counts: { in: tally.read, out: tally.written, dropped: tally.dropped },
    columns: SAMPLE_COLUMNS,
    licences: tally.licences,
    toolVersions: { python },
    checks: { taxonomyHash: taxonomyHash() },
    metrics: { ...figures(tally), ...speed },
  });
  await clearJournal(store);
  await writeManifest(store, manifest);
  return manifest;
}

function figures(tally: Tally): Record<string, unknown> {
  const drawn = Object.values(tally.drawn).reduce((sum, n) => sum + n, 0);
  const { same_tokens: sameTokens = 0, same_bytecode: sameBytecode = 0 } = tally.dropped;
  const types = BUG_TYPES.filter(({ id }) => tally.drawn[id]).map(({ id, family }) => [
    id,
    { family, drawn: tally.drawn[id], kept: tally.kept[id] ?? 0 },
  ]);
  return {
    functions: tally.functions,
    clean: tally.clean,
    yield: (tally.written - tally.clean) / Math.max(1, drawn),
    equivalentRate: (sameTokens + sameBytecode) / Math.max(1, drawn),
    types: Object.fromEntries(types) as Record<string, unknown>,
  };
}
