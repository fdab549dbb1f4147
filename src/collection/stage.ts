import { createHash, type Hash } from 'node:crypto';
import { InterruptedError, throwIfAborted } from '../core/errors';
import { hashJson } from '../core/hash';
import { runProcess } from '../core/processes/subprocess';
import type { Manifest } from '../records/manifest';
import type { Sample } from '../records/sample';
import {
  buildManifest,
  describeResource,
  MANIFEST_KEY,
  readManifest,
  writeManifest,
} from '../shards/manifest';
import { writeContextShards } from '../shards/context-shard';
import { SAMPLE_COLUMNS, writeSampleShards } from '../shards/sample-shard';
import { DROPS_KEY, writeDrops } from '../storage/drop-log';
import { clearJournal } from '../storage/journal';
import type { ObjectStore } from '../storage/object-store';
import type { Stage, StageContext } from '../stages/context';
import { settledConfig } from '../records/stage-job';
import { COLLECT_VERSION, type CollectConfig } from './config';
import { openFolder } from './folders/folder';
import { openHistory } from './git/history';
import { fetchPackage } from './packages/packages';
import { openPairs } from './pairs/pairs';
import {
  appendJournal,
  journalContexts,
  journalDrops,
  journalSamples,
  readJournal,
  type JournalSample,
  type JournalState,
} from './journal';
import type { PythonFacts } from '../python/python-facts';
import {
  keyedCollectConfig,
  refuseChanged,
  revisionsByName,
  sourceRevisions,
  type SourceRevision,
} from './revision';
import type { OpenSource, SourceTools } from './source';

/**
 * Reads functions from folders and packages and fixes from git histories and files of mined fixes. Writes `samples/shard_*.parquet` (files of
 * the sources alternate), `contexts/shard_*.parquet` (what the samples' files say, each once), `drops.jsonl` (one line
 * for each thing left out and why) and the manifest. A collection that was
 * cut off goes on after its last finished batch and ends with the same shards; one that was killed while it cleaned up is
 * complete, and cleans up when it is asked for again.
 *
 * Counts in the manifest: `in` = functions, and files, folders or commits left out as a whole; `out` = samples.
 * `trm:metrics`: `clean`, `fixes`, `groups`, and `sources` (name, kind, licence, units read, samples).
 */
export const collect: Stage<CollectConfig> = async (config, context) => {
  const { store, signal, machine } = context;
  const tools = { python: await machine.pythonFacts(), git: machine.git, signal };
  const revisions = await sourceRevisions(config, tools);
  refuseChanged(context.sources ?? {}, revisions);
  const keyed = keyedCollectConfig(config, revisions);
  const finished = await finishedBefore(store, keyed);
  if (finished) return finished;
  const git = await gitVersion(machine.git);
  const summaries = await readSources(config, context, { python: tools.python, revisions });
  refuseChanged(revisionsByName(revisions), await sourceRevisions(config, tools));
  const tally = createTally();
  const resources = await writeSampleShards(
    store,
    'samples',
    tally.watch(journalSamples(store, config.sources.length)),
    { rowsPerShard: config.rowsPerShard },
  );
  resources.push(...(await writeContextShards(store, journalContexts(store, config.sources.length))));
  const dropped = await writeDrops(store, journalDrops(store, config.sources.length));
  resources.push(await describeResource(store, DROPS_KEY));
  const { out, clean, licences, groups, digestOf } = tally.result();
  const manifest = await buildManifest({
    stage: 'collect',
    stageVersion: COLLECT_VERSION,
    config: keyed,
    context,
    resources,
    columns: SAMPLE_COLUMNS,
    counts: { in: out + Object.values(dropped).reduce((sum, count) => sum + count, 0), out, dropped },
    licences,
    sources: revisions.map(({ uri, revision }, i) => ({
      uri,
      revision,
      digest: digestOf(i),
      licence: summaries[i].licence,
    })),
    toolVersions: { python: tools.python.version, git },
    metrics: { clean, fixes: out - clean, groups, sources: summaries },
  });
  await writeManifest(store, manifest);
  return manifest;
};

/** The manifest of a collection of this config that was killed while it removed its journal. */
async function finishedBefore(store: ObjectStore, keyed: object): Promise<Manifest | undefined> {
  if (!(await store.exists(MANIFEST_KEY))) return undefined;
  const manifest = await readManifest(store);
  const { configHash, stageVersion } = manifest['trm:lineage'];
  if (configHash !== hashJson(settledConfig('collect', keyed)) || stageVersion !== COLLECT_VERSION)
    return undefined;
  await clearJournal(store);
  return manifest;
}

interface SourceSummary {
  name: string;
  kind: string;
  licence: string;
  /** Files or commits read. */
  units: number;
  samples: number;
}

/** Sources that are read at the same time: while one waits for a disk, a process or a server, others go on. */
const SIDE_BY_SIDE = 4;

/** Reads all sources, some side by side; each has its own random numbers, by name, and its own journal. */
async function readSources(
  config: CollectConfig,
  context: StageContext,
  { python, revisions }: { python: PythonFacts; revisions: readonly SourceRevision[] },
): Promise<SourceSummary[]> {
  const states = await readJournal(context.store, config.sources.length);
  const { git } = context.machine;
  const critic = await context.machine.critic({ workers: config.criticWorkers });
  // What goes wrong in one source ends the others at their next batch: all of them can be resumed.
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const summaries: SourceSummary[] = [];
  const waiting = [...config.sources.keys()];
  const readNext = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const { kind, name } = revisions[index];
      const rng = context.rng.fork(kind, name);
      const tools: SourceTools = { config, critic, python, git, rng, signal };
      summaries[index] = await readSource(context, tools, index, states[index]);
    }
  };
  const readers = Array.from({ length: SIDE_BY_SIDE }, async () => {
    try {
      await readNext();
    } catch (error) {
      waiting.length = 0;
      failed.abort();
      throw error;
    }
  });
  const ends = await Promise.allSettled(readers);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  // However a read or a subprocess words it: who interrupted wants to hear of that.
  throwIfAborted(context.signal, 'collecting');
  // The first failure is the one to tell; the others are the interruptions that it caused.
  if (failures.length > 0)
    throw failures.find((error) => !(error instanceof InterruptedError)) ?? failures[0];
  return summaries;
}

async function readSource(
  { store, progress }: StageContext,
  tools: SourceTools,
  index: number,
  begun: JournalState,
): Promise<SourceSummary> {
  const settings = tools.config.sources[index];
  const source = await openSource(settings, tools);
  try {
    let state = begun;
    const { name, licence } = source;
    const task = progress.start(`collecting from ${name}`, {
      total: source.total ?? (state.complete ? state.units : undefined),
      done: state.units,
    });
    if (!state.complete) {
      for await (const batch of source.batches(state)) {
        state = await appendJournal(store, index, state, batch);
        task.advance(batch.units, `${state.taken} samples`);
        throwIfAborted(tools.signal, 'collecting');
      }
      state = await appendJournal(store, index, state, null);
    }
    task.finish(`${state.taken} samples${source.warning === null ? '' : `; ${source.warning}`}`);
    return { name, kind: settings.kind, licence, units: state.units, samples: state.taken };
  } finally {
    await source.close();
  }
}

async function openSource(
  settings: CollectConfig['sources'][number],
  tools: SourceTools,
): Promise<OpenSource> {
  switch (settings.kind) {
    case 'folder':
      return openFolder(settings, tools);
    case 'git':
      return openHistory(settings, tools);
    case 'pairs':
      return openPairs(settings, tools);
    case 'package': {
      const { package: spec, name, licence, ...rest } = settings;
      const found = await fetchPackage(spec, { python: tools.python.path, signal: tools.signal });
      const own = {
        name: name ?? found.name,
        licence: licence ?? found.licence,
        url: rest.url ?? found.url,
      };
      return openFolder({ ...rest, kind: 'folder', path: found.folder, ...own }, tools);
    }
  }
}

interface Tally {
  watch(samples: AsyncIterable<JournalSample>): AsyncGenerator<Sample>;
  result(): {
    out: number;
    clean: number;
    licences: Record<string, number>;
    groups: number;
    /** SHA-256 of the ids of a source's samples, in order. @param source its number in the config */
    digestOf: (source: number) => string;
  };
}

/** Counts samples on their way to the shards. */
function createTally(): Tally {
  const licences: Record<string, number> = {};
  const groups = new Set<string>();
  const hashes = new Map<number, Hash>();
  const hashOf = (source: number): Hash => {
    const hash = hashes.get(source) ?? createHash('sha256');
    hashes.set(source, hash);
    return hash;
  };
  let [out, clean] = [0, 0];
  return {
    async *watch(samples) {
      for await (const { source, sample } of samples) {
        out++;
        if (sample.edits.length === 0) clean++;
        licences[sample.licence] = (licences[sample.licence] ?? 0) + 1;
        groups.add(sample.group);
        hashOf(source).update(`${sample.id}\n`);
        yield sample;
      }
    },
    result: () => ({
      out,
      clean,
      licences,
      groups: groups.size,
      digestOf: (source) => hashOf(source).copy().digest('hex'),
    }),
  };
}

async function gitVersion(program: string): Promise<string> {
  const { stdout } = await runProcess(program, ['--version'], { timeoutMs: 60_000 });
  return stdout.trim().replace(/^git version /, '');
}
