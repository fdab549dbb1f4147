import { hashJson } from '../core/hash';
import { runProcess } from '../core/processes/subprocess';
import { pythonPath } from '../core/paths';
import { Critic } from '../python/critic/critic';
import type { Manifest } from '../records/manifest';
import type { Sample } from '../records/sample';
import {
  buildManifest,
  describeResource,
  MANIFEST_KEY,
  readManifest,
  writeManifest,
} from '../shards/manifest';
import { SAMPLE_COLUMNS, writeSampleShards } from '../shards/sample-shard';
import { DROPS_KEY, writeDrops } from '../storage/drop-log';
import { clearJournal } from '../storage/journal';
import type { ObjectStore } from '../storage/object-store';
import type { Stage, StageContext } from '../storage/stage';
import { COLLECT_VERSION, type CollectConfig } from './config';
import { openFolder } from './folders/folder';
import { openHistory } from './git/history';
import { fetchPackage } from './packages/packages';
import { appendJournal, journalDrops, journalSamples, readJournal, type JournalState } from './journal';
import { pythonFacts } from './python-facts';
import type { OpenSource, SourceTools } from './source';

/**
 * Reads functions from folders and packages and fixes from git histories. Writes `samples/shard_*.parquet` (files of the sources
 * alternate), `drops.jsonl` (one line for each thing left out and why) and the manifest. A collection that was
 * cut off goes on after its last finished batch and ends with the same shards; one that was killed while it cleaned up is
 * complete, and cleans up when it is asked for again.
 *
 * Counts in the manifest: `in` = functions, and files, folders or commits left out as a whole; `out` = samples.
 * `trm:metrics`: `clean`, `fixes`, `groups`, and `sources` (name, kind, licence, units read, samples).
 */
export const collect: Stage<CollectConfig> = async (config, context) => {
  const { store } = context;
  const finished = await finishedBefore(store, config);
  if (finished) return finished;
  const python = await pythonFacts();
  const git = await gitVersion();
  const sources = await readSources(config, context);
  const tally = createTally();
  const resources = await writeSampleShards(
    store,
    'samples',
    tally.watch(journalSamples(store, config.sources.length)),
    { rowsPerShard: config.rowsPerShard },
  );
  const dropped = await writeDrops(store, journalDrops(store, config.sources.length));
  resources.push(await describeResource(store, DROPS_KEY));
  const { out, clean, licences, groups } = tally.result();
  const manifest = await buildManifest({
    stage: 'collect',
    stageVersion: COLLECT_VERSION,
    config,
    context,
    resources,
    columns: SAMPLE_COLUMNS,
    counts: { in: out + Object.values(dropped).reduce((sum, count) => sum + count, 0), out, dropped },
    licences,
    toolVersions: { python: python.version, git },
    metrics: { clean, fixes: out - clean, groups, sources },
  });
  await writeManifest(store, manifest);
  return manifest;
};

/** The manifest of a collection of this config that was killed while it removed its journal. */
async function finishedBefore(store: ObjectStore, config: CollectConfig): Promise<Manifest | undefined> {
  if (!(await store.exists(MANIFEST_KEY))) return undefined;
  const manifest = await readManifest(store);
  const { configHash, stageVersion } = manifest['trm:lineage'];
  if (configHash !== hashJson(config) || stageVersion !== COLLECT_VERSION) return undefined;
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

async function readSources(config: CollectConfig, context: StageContext): Promise<SourceSummary[]> {
  const critic = await Critic.start({ workers: config.criticWorkers, python: pythonPath() });
  try {
    const states = await readJournal(context.store, config.sources.length);
    const summaries: SourceSummary[] = [];
    for (const [index, state] of states.entries())
      summaries.push(await readSource(config, context, critic, index, state));
    return summaries;
  } finally {
    await critic.close();
  }
}

async function readSource(
  config: CollectConfig,
  context: StageContext,
  critic: Critic,
  index: number,
  begun: JournalState,
): Promise<SourceSummary> {
  const settings = config.sources[index];
  const tools: SourceTools = { config, critic, rng: context.rng.fork(index), signal: context.signal };
  const source = await openSource(settings, tools);
  try {
    let state = begun;
    const { name, licence } = source;
    const task = context.progress.start(`collecting from ${name}`, {
      total: source.total ?? (state.complete ? state.units : undefined),
      done: state.units,
    });
    if (!state.complete) {
      for await (const batch of source.batches(state)) {
        state = await appendJournal(context.store, index, state, batch);
        task.advance(batch.units, `${state.taken} samples`);
      }
      state = await appendJournal(context.store, index, state, null);
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
    case 'package': {
      const { package: spec, name, licence, ...rest } = settings;
      const found = await fetchPackage(spec, { signal: tools.signal });
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
  watch(samples: AsyncIterable<Sample>): AsyncGenerator<Sample>;
  result(): { out: number; clean: number; licences: Record<string, number>; groups: number };
}

/** Counts samples on their way to the shards. */
function createTally(): Tally {
  const licences: Record<string, number> = {};
  const groups = new Set<string>();
  let [out, clean] = [0, 0];
  return {
    async *watch(samples) {
      for await (const sample of samples) {
        out++;
        if (sample.edits.length === 0) clean++;
        licences[sample.licence] = (licences[sample.licence] ?? 0) + 1;
        groups.add(sample.group);
        yield sample;
      }
    },
    result: () => ({ out, clean, licences, groups: groups.size }),
  };
}

async function gitVersion(): Promise<string> {
  const { stdout } = await runProcess('git', ['--version'], { timeoutMs: 60_000 });
  return stdout.trim().replace(/^git version /, '');
}
