import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../core/errors';
import { allowedProjects, type ProjectClues } from '../core/keys/groups';
import { isReserved } from '../core/keys/reserved';
import { LEXER_VERSION } from '../python/tokens/lexer';
import { EXAMPLE_VERSION } from '../records/example';
import type { Manifest, Resource } from '../records/manifest';
import type { RowOrigin } from '../records/mined-fix';
import { SAMPLE_VERSION, type Sample } from '../records/sample';
import { EXAMPLE_COLUMNS } from '../shards/example-columns';
import { buildManifest, describeResource, readManifest, writeManifest } from '../shards/manifest';
import { readRows } from '../shards/reader';
import { Contexts, referencedContexts, writeContextShards } from '../shards/context-shard';
import { readSamples } from '../shards/sample-shard';
import { shardFiles } from '../shards/writer';
import { DropLog, DROPS_KEY } from '../storage/drop-log';
import { requireInput } from '../stages/require-input';
import type { ObjectStore } from '../storage/object-store';
import type { Stage, StageContext } from '../stages/context';
import { taxonomyHash } from '../taxonomy/table';
import { minedKind, type DroppedSample } from './dropped-sample';
import { CLOSED_VOCABULARY_VERSION, buildClosedVocabulary } from './vocabulary/closed-vocabulary';
import { PROCESS_VERSION, type ProcessConfig } from './config';
import {
  METADATA_KEY,
  METADATA_VERSION,
  SplitCounter,
  sorted,
  type DatasetMetadata,
  type SplitMetadata,
} from './metadata';
import { Projects, SPLITS, splitProjects, type Split } from './admission/split';
import { heldOutHashes } from './near/held-out';
import { createEncodePool } from './threads/encode-pool';
import { createNamePool } from './threads/name-pool';
import { surveySamples, type Survey } from './survey';
import { TOKENIZER_VERSION, trainTokenizer } from './tokenizer/tokenizer';
import { writeSplit, type Job, type Vocabularies } from './write-split';

export { PROCESS_VERSION, processConfigSchema, type ProcessConfig } from './config';

/** Where the output holds the tokenizer. */
export const TOKENIZER_KEY = 'vocabulary/tokenizer.json';
/** Where the output holds the closed vocabulary. */
export const CLOSED_VOCABULARY_KEY = 'vocabulary/closed.json';

/**
 * The process stage: samples of `collect` and `generate` become encoded examples.
 *
 * 1. Projects are divided among train, val and test by a seeded hash: a package, its history and forks go together.
 * 2. Each sample is checked (licence, tokens, CPython), and admitted to its project's split when nothing of it stands in
 *    another one, no clean code says that its bug is none, and its function is nearly no other one. Mined fixes take the bug type that explains them (`fixes` of the manifest's metrics
 *    counts them, their rows by origin and tier, and why the others were dropped).
 * 3. The tokenizer and the closed vocabulary are learnt from the clean code of train.
 * 4. Each split is balanced, shuffled, encoded and written: `<split>/shard_*.parquet`, and row for row the samples in
 *    `samples/<split>/shard_*.parquet`, with the contexts of their files in `contexts/`.
 *
 * The same inputs, config and seed give the same files. Memory is bounded by distinct tokens, ids and a shuffle bucket.
 * A run that was cut off starts over: reading is cheap beside training.
 * @throws DataError when there is no input, or a split comes out empty
 */
export const process: Stage<ProcessConfig> = async (config, context) => {
  const { store } = context;
  // A start that was killed left rows there.
  const scratch = join(context.scratch, 'rows');
  await rm(scratch, { recursive: true, force: true });
  const drops = await DropLog.create<DroppedSample>(store, minedKind);
  const contexts = await Contexts.read(...inputStores(context));
  const job: Job = { config, context, contexts, drops, scratch };
  try {
    const survey = await surveyInputs(job);
    const vocabularies = learnVocabularies(job, survey);
    const resources = await writeVocabularies(store, vocabularies);
    const counters = {} as Record<Split, SplitCounter>;
    const pool = createEncodePool(vocabularies, contexts, config.maxTokens);
    try {
      for (const split of SPLITS) {
        counters[split] = new SplitCounter();
        resources.push(...(await writeSplit(job, split, survey, vocabularies, pool, counters[split])));
      }
    } finally {
      await pool.close();
    }
    const referenced = await referencedContexts(store, ...SPLITS.map((split) => `samples/${split}`));
    resources.push(...(await writeContextShards(store, contexts.select(referenced))));
    await drops.commit();
    return await finish(job, survey, vocabularies, counters, resources);
  } finally {
    await drops.abort();
    await rm(scratch, { recursive: true, force: true });
  }
};

/** Inputs in the order in which they are read: clean code first, so that mutants find their parents. */
function inputStores(context: StageContext): ObjectStore[] {
  const collect = requireInput(context, 'process', 'collect');
  const { generate } = context.inputs;
  return generate === undefined ? [collect] : [collect, generate];
}

async function surveyInputs({ config, context, contexts, drops, scratch }: Job): Promise<Survey> {
  const { fractions, assignments, licences, allowedGroups, nearDuplicates, criticWorkers } = config;
  const stores = inputStores(context);
  const projects = new Projects();
  const isAllowed = allowedProjects(allowedGroups);
  let total = 0;
  for (const store of stores) {
    const { resources } = await readManifest(store);
    for (const { path, 'trm:rows': rows } of resources) if (path.startsWith('samples/')) total += rows ?? 0;
    for await (const clues of cluesOf(store)) if (isAllowed(clues) && !isReserved(clues)) projects.add(clues);
  }
  const splitOf = splitProjects(projects, { seed: context.seed, fractions, assignments });
  const task = context.progress.start('validating samples', { total });
  const critic = await context.machine.critic({ workers: criticWorkers });
  const names = createNamePool();
  try {
    const survey = await surveySamples({
      samples: readAll(stores),
      contexts,
      splitOf,
      licences,
      allowedGroups,
      nearDuplicates,
      critic,
      names,
      drops,
      folder: scratch,
      task,
      signal: context.signal,
    });
    requireRows(survey, config, drops);
    return survey;
  } finally {
    await names.close();
    task.finish();
  }
}

/** Where the samples of a store come from. */
async function* cluesOf(store: ObjectStore): AsyncGenerator<ProjectClues> {
  const paths = await shardFiles(store, 'samples');
  for await (const { group, origin_json: origin } of readRows(paths, ['group', 'origin_json']))
    yield { group: String(group), origin: JSON.parse(String(origin)) as ProjectClues['origin'] };
}

async function* readAll(stores: readonly ObjectStore[]): AsyncGenerator<Sample> {
  for (const store of stores) yield* readSamples(store);
}

function requireRows(
  { read, splits }: Survey,
  { fractions }: ProcessConfig,
  { counts }: Pick<DropLog<DroppedSample>, 'counts'>,
): void {
  for (const split of SPLITS) {
    if (split !== 'train' && fractions[split] === 0) continue;
    if (splits[split].rows.clean + splits[split].rows.buggy > 0) continue;
    const admission = SPLITS.flatMap((one) => Object.entries(splits[one].dropped));
    const dropped = [...Object.entries(counts), ...admission].map(([reason, count]) => `${reason} ${count}`);
    throw new DataError(
      `process: expected rows for ${split}, none of ${read} samples is left for it ` +
        `(dropped: ${dropped.join(', ') || 'none'})`,
      'add sources, change process.fractions or process.assignments, or look into drops.jsonl of the inputs',
    );
  }
}

function learnVocabularies({ config, context }: Job, { tokens }: Survey): Vocabularies {
  const { vocabularySize, closedVocabularySize, minPieceCount } = config;
  const task = context.progress.start('learning the vocabulary', { total: vocabularySize });
  let learnt = 0;
  const tokenizer = trainTokenizer(tokens.words(), {
    vocabularySize,
    minCount: minPieceCount,
    onProgress: (done) => {
      task.advance(done - learnt);
      learnt = done;
    },
  });
  const vocabulary = buildClosedVocabulary(tokens.frequent(), { size: closedVocabularySize });
  task.finish(`${tokenizer.size} pieces, ${vocabulary.size} closed entries`);
  return { tokenizer, vocabulary };
}

async function writeVocabularies(
  store: ObjectStore,
  { tokenizer, vocabulary }: Vocabularies,
): Promise<Resource[]> {
  await store.put(TOKENIZER_KEY, `${JSON.stringify(tokenizer.toJSON())}\n`);
  await store.put(CLOSED_VOCABULARY_KEY, `${JSON.stringify(vocabulary.toJSON())}\n`);
  return [await describeResource(store, TOKENIZER_KEY), await describeResource(store, CLOSED_VOCABULARY_KEY)];
}

async function finish(
  { config, context, drops }: Job,
  survey: Survey,
  { tokenizer, vocabulary }: Vocabularies,
  counters: Record<Split, SplitCounter>,
  resources: Resource[],
): Promise<Manifest> {
  const { store } = context;
  const splits = {
    train: counters.train.summary(),
    val: counters.val.summary(),
    test: counters.test.summary(),
  };
  const metadata: DatasetMetadata = {
    version: METADATA_VERSION,
    versions: {
      process: PROCESS_VERSION,
      sample: SAMPLE_VERSION,
      example: EXAMPLE_VERSION,
      lexer: LEXER_VERSION,
      tokenizer: TOKENIZER_VERSION,
      closedVocabulary: CLOSED_VOCABULARY_VERSION,
    },
    hashes: { tokenizer: tokenizer.hash, vocabulary: vocabulary.hash, taxonomy: taxonomyHash() },
    sizes: { tokenizer: tokenizer.size, vocabulary: vocabulary.size },
    maxTokens: config.maxTokens,
    splits,
    dropped: sorted(drops.counts),
  };
  await store.put(METADATA_KEY, `${JSON.stringify(metadata, null, 2)}\n`);
  for (const key of [METADATA_KEY, DROPS_KEY]) resources.push(await describeResource(store, key));
  const licences: Record<string, number> = {};
  for (const { byLicence } of Object.values(splits))
    for (const [licence, rows] of Object.entries(byLicence))
      licences[licence] = (licences[licence] ?? 0) + rows;
  const manifest = await buildManifest({
    stage: 'process',
    stageVersion: PROCESS_VERSION,
    config,
    context,
    resources,
    counts: {
      in: survey.read,
      out: splits.train.rows + splits.val.rows + splits.test.rows,
      dropped: drops.counts,
    },
    columns: EXAMPLE_COLUMNS,
    licences,
    toolVersions: { python: survey.python },
    checks: {
      projectsInTwoSplits: sharedProjects(counters),
      heldOut: await heldOutHashes(config.nearDuplicates?.heldOut ?? []),
    },
    metrics: { splits, sizes: metadata.sizes, fixes: { ...survey.fixes, ...minedFigures(splits, drops) } },
  });
  await writeManifest(store, manifest);
  return manifest;
}

/** What became of mined fixes and of their mended forms: rows by origin, and drops by reason. */
function minedFigures(
  splits: Record<Split, SplitMetadata>,
  { countsByKind }: Pick<DropLog<DroppedSample>, 'countsByKind'>,
): Record<string, Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { byOrigin } of Object.values(splits))
    for (const [origin, count] of Object.entries(byOrigin))
      if (minedKind({ origin: origin as RowOrigin }) !== null) rows[origin] = (rows[origin] ?? 0) + count;
  const { fixes = {}, mended = {} } = countsByKind;
  return { rows, dropped: sorted(fixes), droppedMended: sorted(mended) };
}

/** Projects that stand in more than one split: none, or something is badly wrong. */
function sharedProjects({ train, val, test }: Record<Split, SplitCounter>): number {
  const shared = [...train.projects].filter(
    (project) => val.projects.has(project) || test.projects.has(project),
  );
  const judged = [...val.projects].filter((project) => test.projects.has(project));
  const all = [...shared, ...judged];
  if (all.length > 0)
    throw new DataError(`process: projects in more than one split: ${all.slice(0, 5).join(', ')}`);
  return all.length;
}
