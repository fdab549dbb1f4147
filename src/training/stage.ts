import { DataError, InterruptedError } from '../core/errors';
import { requireNativeEngine } from '../core/engine';
import { seedStream } from '../core/rng';
import { loadClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { readMetadata } from '../processing/metadata';
import { loadTokenizer } from '../processing/tokenizer/tokenizer';
import { capPerGroup } from '../metrics/cap-per-group';
import type { ArtefactHashes } from '../records/checkpoint';
import type { Example } from '../records/example';
import type { Manifest } from '../records/manifest';
import { buildManifest, datasetDigest, readManifest, writeManifest } from '../shards/manifest';
import { readSamples } from '../shards/sample-shard';
import { requireInput } from '../stages/require-input';
import type { ObjectStore } from '../storage/object-store';
import type { Stage, StageContext } from '../stages/context';
import { describeParameters } from '../trm/config';
import { createModelData, type ModelData } from '../trm/model';
import type { Precision } from '../trm/precision';
import { vocabularyTables } from '../trm/vocabulary';
import { modelConfigOf, runMixture, TRAIN_VERSION, type TrainConfig } from './config';
import { EditTask, editWeight, isClean } from './edit-task';
import type { RowFeed } from './feed/feed';
import { MemoryFeed } from './feed/memory-feed';
import { isReal } from './feed/mixture';
import { readCheckedExamples } from './feed/checked-examples';
import { openStreamFeed } from './feed/open';
import { TrainingRun, type RunSummary } from './run';
import type { RunIdentity } from './checkpoint';
import { describeTraining } from './output';
import { settleInitialWeights, withInitialWeights } from './initial-weights';
import { INITIAL_WEIGHTS, WEIGHT_FILES } from './initial-weights-folder';
import { settlePrecision } from './precision';

/**
 * The train stage: trains a model on the process stage's examples, in the calling process, and resumes from its own
 * checkpoints. Writes `metrics.jsonl`, `checkpoints/<step>/`, `model/{config.json,model.safetensors}` (averaged
 * weights of the best evaluation) and the manifest.
 * @throws InterruptedError when aborted, after a checkpoint; ConfigError, DataError, DivergedError
 */
export const train: Stage<TrainConfig> = async (asked, given) => {
  await requireNativeEngine();
  const precision = await settlePrecision(asked.precision, given.store);
  const config = { ...asked, precision };
  const context = config.seed === null ? given : { ...given, rng: seedStream(config.seed, 'train') };
  const input = requireInput(context, 'train', 'process');
  const { model, identity, hashes, initialWeights, beside } = await openModel(config, input, context);
  const validation = await collectValidation(input, context, config);
  if (validation.length === 0)
    throw new DataError(
      'expected validation examples, got none',
      'raise process.valFraction or collect more groups',
    );
  const feed = await openFeed(config, input, context);
  const task = new EditTask({ model, hashes, config, precision });
  let run: TrainingRun<Example> | undefined;
  try {
    const mixture = runMixture(config);
    run = await TrainingRun.open({ config, task, feed, mixture, validation, identity, context, beside });
    await run.train();
    const { rows } = (await readMetadata(input)).splits.train;
    const dropped = feed.dropped?.() ?? {};
    const summary = { ...run.summary(), precision, initialWeights };
    return await finish(asked, context, model, { ...summary, examples: rows, dropped });
  } finally {
    run?.dispose();
    task.dispose();
    await feed.close();
  }
};

/** The feed that a config asks for. */
async function openFeed(
  { feed: config, bucketLengths, cleanShare }: TrainConfig,
  input: ObjectStore,
  context: StageContext,
): Promise<RowFeed<Example>> {
  const rng = context.rng.fork('trainer', 'batches');
  const shared = { bucketLengths, cleanShare };
  if (config.source !== 'memory')
    return openStreamFeed({
      ...shared,
      ...{ config, input, rng },
      metadata: await readMetadata(input),
      python: context.machine.python,
    });
  const examples = await collectExamples(input, 'train', context);
  const ofRows = { lengthOf: ({ length }: Example) => length, isClean, isReal, weightOf: editWeight };
  return new MemoryFeed(examples, { ...shared, ...ofRows }, rng);
}

async function openModel(
  config: TrainConfig,
  input: ObjectStore,
  context: StageContext,
): Promise<{
  model: ModelData;
  identity: RunIdentity;
  hashes: ArtefactHashes;
  /** Hash of the weights it begins with; null where they are drawn. */
  initialWeights: string | null;
  /** The vocabularies, under the names that a model folder has for them. */
  beside: Record<string, string>;
}> {
  const metadata = await readMetadata(input);
  const text = async (key: string): Promise<string> => Buffer.from(await input.get(key)).toString('utf8');
  const beside = {
    [WEIGHT_FILES.tokenizer]: await text('vocabulary/tokenizer.json'),
    [WEIGHT_FILES.vocabulary]: await text('vocabulary/closed.json'),
  };
  const tokenizer = loadTokenizer(beside[WEIGHT_FILES.tokenizer]);
  const vocabulary = loadClosedVocabulary(beside[WEIGHT_FILES.vocabulary]);
  for (const [what, expected, got] of [
    ['tokenizer', metadata.hashes.tokenizer, tokenizer.hash],
    ['closed vocabulary', metadata.hashes.vocabulary, vocabulary.hash],
  ])
    if (expected !== got)
      throw new DataError(
        `${what} of ${input.location}: expected hash ${expected}, got ${got}`,
        'run the process stage again',
      );
  const modelConfig = modelConfigOf(config, metadata);
  const hashes: ArtefactHashes = {
    dataset: datasetDigest(await readManifest(input)),
    tokenizer: tokenizer.hash,
    vocabulary: vocabulary.hash,
    taxonomy: metadata.hashes.taxonomy,
    lexerVersion: metadata.versions.lexer,
    exampleVersion: metadata.versions.example,
  };
  const tables = vocabularyTables(vocabulary, tokenizer);
  const drawn = createModelData(modelConfig, tables, context.rng.fork('model'));
  const initial = await settleInitialWeights(config.initialWeights, context.store);
  const promised = context.sources?.[INITIAL_WEIGHTS];
  if (initial && promised !== undefined && promised !== initial.hash)
    throw new DataError(
      `train.initialWeights: expected the weights that the stage was begun for (${promised}), got ${initial.hash}`,
      'run the same command again: it begins with the folder as it is now',
    );
  const model = initial
    ? await withInitialWeights(drawn, initial, {
        vocabularies: { tokenizer, vocabulary },
        store: context.store,
      })
    : drawn;
  const identity: RunIdentity = {
    model: modelConfig,
    training: config,
    hashes: { ...hashes, ...(initial && { [INITIAL_WEIGHTS]: initial.hash }) },
  };
  return { model, identity, hashes, initialWeights: initial?.hash ?? null, beside };
}

/** The first `evaluateExamples` val examples, of a group no more than `evaluateRowsPerGroup`. */
async function collectValidation(
  input: ObjectStore,
  context: StageContext,
  { evaluateExamples, evaluateRowsPerGroup }: TrainConfig,
): Promise<Example[]> {
  if (evaluateRowsPerGroup === null) return collectExamples(input, 'val', context, evaluateExamples);
  const groups = new Map<string, string>();
  for await (const { id, group } of readSamples(input, 'samples/val')) groups.set(id, group);
  const examples = await collectExamples(input, 'val', context);
  return capPerGroup(
    examples,
    ({ sampleId }) => groups.get(sampleId) ?? sampleId,
    evaluateRowsPerGroup,
  ).slice(0, evaluateExamples);
}

/** The first examples of a split. @throws DataError when a shard or row is not of this dataset */
async function collectExamples(
  input: ObjectStore,
  split: 'train' | 'val',
  { progress, signal }: StageContext,
  limit = Infinity,
): Promise<Example[]> {
  const task = progress.start(`reading ${split} examples`);
  const metadata = await readMetadata(input);
  const out: Example[] = [];
  for await (const example of readCheckedExamples(input, split, metadata)) {
    if (signal.aborted)
      throw new InterruptedError('reading examples was interrupted', 'run the same command again');
    out.push(example);
    task.advance();
    if (out.length >= limit) break;
  }
  task.finish();
  return out;
}

async function finish(
  config: TrainConfig,
  context: StageContext,
  model: ModelData,
  {
    dropped,
    ...summary
  }: RunSummary & {
    precision: Precision;
    initialWeights: string | null;
    examples: number;
    dropped: Readonly<Record<string, number>>;
  },
): Promise<Manifest> {
  const { store } = context;
  const { embedding, core, heads, total } = describeParameters(model.config);
  const manifest = await buildManifest({
    stage: 'train',
    stageVersion: TRAIN_VERSION,
    config,
    context,
    resources: await describeTraining(store),
    counts: { in: summary.examples, out: summary.samplesSeen, dropped: {} },
    // `dropped`: rows that the feed left out since this start; an epoch deals the others.
    metrics: { ...summary, dropped, parameters: { embedding, core, heads, total } },
  });
  await writeManifest(store, manifest);
  return manifest;
}
