import { join } from 'node:path';
import { throwIfAborted } from '../core/errors';
import { sha256 } from '../core/hash';
import { batchesOf, mapAhead } from '../core/processes/ahead';
import { workerCount } from '../core/processes/thread-pool';
import type { Rng } from '../core/rng';
import type { Example } from '../records/example';
import type { Resource } from '../records/manifest';
import { ROW_ORIGINS, rowOrigin } from '../records/mined-fix';
import type { Sample } from '../records/sample';
import { writeExampleShards } from '../shards/example-shard';
import type { Contexts } from '../shards/context-shard';
import { writeSampleShards } from '../shards/sample-shard';
import type { DropLog } from '../storage/drop-log';
import { readJsonLines } from '../storage/json-lines';
import type { StageContext } from '../stages/context';
import { rowCopies } from './admission/balance';
import { droppedSample, type DroppedSample } from './dropped-sample';
import type { ClosedVocabulary } from './vocabulary/closed-vocabulary';
import type { ProcessConfig } from './config';
import { isDropped, type Dropped } from './encoding/encode';
import type { SplitCounter } from './metadata';
import { shuffleRows, type KeyedRow } from './shuffle';
import type { Split } from './admission/split';
import type { Survey, ValidSample } from './survey';
import type { Tokenizer } from './tokenizer/tokenizer';
import { isClean } from './admission/validate';
import type { EncodePool, EncodeRequest } from './threads/encode-pool';

/** Rows that a thread encodes at a time. */
const BATCH = 64;

/** A row on its way through the shuffle: a sample and which of its copies it is. */
interface Row extends ValidSample {
  copy: number;
}

/** What examples are encoded with. */
export interface Vocabularies {
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
}

/** What all parts of the stage share. */
export interface Job {
  config: ProcessConfig;
  context: StageContext;
  /** Of the samples' files. */
  contexts: Contexts;
  drops: DropLog<DroppedSample>;
  /** Folder for temporary files, removed at the end. */
  scratch: string;
}

/**
 * Balances, shuffles and encodes one split, and writes `<split>/shard_*.parquet` and, row for row, the samples in
 * `samples/<split>/shard_*.parquet`.
 * @param pool encodes with the vocabularies
 * @param counter gathers the figures of the rows written
 */
export async function writeSplit(
  job: Job,
  split: Split,
  survey: Survey,
  vocabularies: Vocabularies,
  pool: EncodePool,
  counter: SplitCounter,
): Promise<Resource[]> {
  const { config, context, scratch } = job;
  const { store } = context;
  const { clean, buggy } = survey.splits[split].rows;
  const rows = await shuffleRows(copiedRows(job, split, survey), {
    folder: join(scratch, split),
    expected: 2 * Math.max(clean, buggy),
  });
  const task = context.progress.start(`encoding ${split}`, { total: rows.count });
  /** Numbers of rows that could not be encoded. */
  const skipped = new Set<number>();
  const shards = { rowsPerShard: config.rowsPerShard, split };
  const examples = await writeExampleShards(
    store,
    split,
    encodeRows(job, split, rows, pool, {
      onExample: (row, example) => counter.add(row.sample, example, row.copy),
      onSkip: (number) => skipped.add(number),
      onRow: () => task.advance(),
    }),
    { ...shards, metadata: hashesOf(vocabularies) },
  );
  const samples = await writeSampleShards(
    store,
    `samples/${split}`,
    keptSamples(rows, skipped, split),
    shards,
  );
  await rows.dispose();
  task.finish();
  return [...examples, ...samples];
}

/** The rows of a split that are taken in, each as often as balance asks, with its place in the shuffled order. */
async function* copiedRows(
  { config, context, drops }: Job,
  split: Split,
  survey: Survey,
): AsyncGenerator<KeyedRow<Row>> {
  const { seed } = context;
  const { path, rows, dropOf } = survey.splits[split];
  const options = { split, seed, maxRepeats: config.maxCleanRepeats };
  let number = 0;
  for await (const valid of readJsonLines<ValidSample>(path)) {
    const { sample } = valid;
    const reason = dropOf(number++);
    if (reason !== null) {
      await drops.drop(droppedSample(reason, sample));
      continue;
    }
    const copies = rowCopies({ id: sample.id, clean: isClean(sample) }, rows, options);
    if (copies === 0) await drops.drop(droppedSample('balance', sample));
    for (let copy = 0; copy < copies; copy++)
      yield { key: sha256(`shuffle/${seed}/${sample.id}/${copy}`), value: { ...valid, copy } };
  }
}

interface RowEvents {
  onExample: (row: Row, example: Example) => void;
  onSkip: (number: number) => void;
  onRow: () => void;
}

async function* encodeRows(
  { context, drops }: Job,
  split: Split,
  rows: AsyncIterable<Row>,
  pool: EncodePool,
  { onExample, onSkip, onRow }: RowEvents,
): AsyncGenerator<Example> {
  const encode = async (batch: Row[]): Promise<[Row, Example | Dropped][]> => {
    throwIfAborted(context.signal, 'processing');
    const encoded = await pool.run(batch.map((row) => requestOf(row, split, context.rng)));
    return batch.map((row, i) => [row, encoded[i]]);
  };
  let number = 0;
  for await (const batch of mapAhead(batchesOf(rows, BATCH), encode, 2 * workerCount(null)))
    for (const [row, example] of batch) {
      if (isDropped(example)) {
        onSkip(number);
        if (row.copy === 0) await drops.drop(droppedSample(example.dropped, row.sample));
      } else {
        onExample(row, example);
        yield example;
      }
      number++;
      onRow();
    }
}

function requestOf({ sample, stoppedAt, copy }: Row, split: Split, rng: Rng): EncodeRequest {
  const { id, before, after, edits, bugType, difficulty, context } = sample;
  return {
    sample: { id, before, after, edits, bugType, difficulty, context },
    stoppedAt,
    origin: ROW_ORIGINS.indexOf(rowOrigin(sample)),
    // What is judged is asked for edits of clean code, too.
    withNames: split === 'train' ? undefined : true,
    rng: rng.fork('window', id, copy).state(),
  };
}

async function* keptSamples(
  rows: AsyncIterable<Row>,
  skipped: ReadonlySet<number>,
  split: Split,
): AsyncGenerator<Sample> {
  let number = 0;
  for await (const { sample } of rows) if (!skipped.has(number++)) yield { ...sample, split };
}

function hashesOf({ tokenizer, vocabulary }: Vocabularies): Record<string, string> {
  return { 'trm:tokenizer': tokenizer.hash, 'trm:closedVocabulary': vocabulary.hash };
}
