import type { RecordBatch } from 'apache-arrow';
import { DataError } from '../core/errors';
import { EXAMPLE_VERSION, MAX_PIECES, SLOTS, type Example, type SlotTarget } from '../records/example';
import type { Resource } from '../records/manifest';
import { TOKEN_FEATURE_NAMES, TOKEN_FEATURES, type TokenFeatureArrays } from '../records/token-features';
import type { ObjectStore } from '../storage/stage';
import type { Column, Row } from './columns';
import { readBatches, readFooterMetadata } from './reader';
import { listShards, writeShards, type ShardsOptions } from './writer';

/** Columns of example shards. S is `length`; array columns are byte strings of little-endian numbers. */
export const EXAMPLE_COLUMNS: readonly Column[] = [
  { name: 'sample_id', type: 'string', description: 'sample the window was cut from' },
  { name: 'first_token', type: 'int32', description: "index of the window's first token in the sample" },
  { name: 'length', type: 'int32', description: 'S: program tokens, the closing END included' },
  { name: 'difficulty', type: 'int32', description: '1..5, 0 for clean code' },
  { name: 'pieces', type: 'bytes', description: `uint16 [S, ${MAX_PIECES}] BPE ids, 0 = padding` },
  ...Object.values(TOKEN_FEATURES).map(({ column, description }): Column => ({
    name: column,
    type: 'bytes',
    description: `uint8 [S] ${description}`,
  })),
  {
    name: 'copy_groups',
    type: 'bytes',
    description: 'uint8 [S] tokens of equal kind and text share a number',
  },
  { name: 'location', type: 'int32', description: '0 = no bug, 1 + i = the edit starts at token i' },
  { name: 'span_length', type: 'int32', description: 'tokens replaced' },
  {
    name: 'slots',
    type: 'bytes',
    description: 'int32 [n, 3] copy group, vocabulary index, BPE id; -1 = none',
  },
  { name: 'bug_type', type: 'int32', description: 'taxonomy code, 0 = none' },
];

/**
 * Writes examples as `<folder>/shard_00000.parquet`, ... in their order, streaming.
 * @returns the manifest's resources, in order
 * @throws DataError when an array of an example does not have its length
 */
export async function writeExampleShards(
  store: ObjectStore,
  folder: string,
  examples: AsyncIterable<Example> | Iterable<Example>,
  options: ShardsOptions = {},
): Promise<Resource[]> {
  const metadata = { 'trm:exampleVersion': String(EXAMPLE_VERSION), ...options.metadata };
  return writeShards(store, folder, EXAMPLE_COLUMNS, mapRows(examples), { ...options, metadata });
}

/**
 * Reads the examples of a folder's shards in order, streaming.
 * @throws DataError when there is no shard, one is damaged or of another version, or an array does not fit its example
 */
export async function* readExamples(store: ObjectStore, folder: string): AsyncGenerator<Example> {
  for (const key of await listShards(store, folder)) yield* readExampleShard(store.localPath(key));
}

/** Reads the examples of one shard file. See {@link readExamples}. */
export async function* readExampleShard(path: string): AsyncGenerator<Example> {
  await checkVersion(path);
  const columns = EXAMPLE_COLUMNS.map((column) => column.name);
  for await (const batch of readBatches(path, { columns }))
    for (const example of examplesOf(batch)) {
      checkExample(example, path);
      yield example;
    }
}

async function checkVersion(path: string): Promise<void> {
  const { 'trm:exampleVersion': version } = await readFooterMetadata(path);
  if (version !== String(EXAMPLE_VERSION))
    throw new DataError(
      `${path}: expected examples of version ${EXAMPLE_VERSION}, got ${version ?? 'a file that names none'}`,
      'run the process stage again: it encodes the samples anew',
    );
}

async function* mapRows(examples: AsyncIterable<Example> | Iterable<Example>): AsyncGenerator<Row> {
  for await (const example of examples) {
    checkExample(example, 'example to write');
    yield toRow(example);
  }
}

function toRow(example: Example): Row {
  const { target, pieces } = example;
  return {
    sample_id: example.sampleId,
    first_token: example.firstToken,
    length: example.length,
    difficulty: example.difficulty,
    pieces: new Uint8Array(pieces.buffer, pieces.byteOffset, pieces.byteLength),
    ...Object.fromEntries(TOKEN_FEATURE_NAMES.map((name) => [TOKEN_FEATURES[name].column, example[name]])),
    copy_groups: example.copyGroups,
    location: target.location,
    span_length: target.spanLength,
    slots: packSlots(target.slots),
    bug_type: target.bugType,
  };
}

function* examplesOf(batch: RecordBatch): Generator<Example> {
  const vectors = new Map(EXAMPLE_COLUMNS.map(({ name }) => [name, batch.getChild(name)]));
  for (let i = 0; i < batch.numRows; i++) {
    const number = (name: string): number => vectors.get(name)?.get(i) as number;
    // Copies: a view would keep the whole batch alive, and Uint16Array needs its own alignment.
    const bytes = (name: string): Uint8Array => (vectors.get(name)?.get(i) as Uint8Array).slice();
    const features = Object.fromEntries(
      TOKEN_FEATURE_NAMES.map((name) => [name, bytes(TOKEN_FEATURES[name].column)]),
    ) as TokenFeatureArrays;
    const pieces = bytes('pieces');
    yield {
      sampleId: vectors.get('sample_id')?.get(i) as string,
      firstToken: number('first_token'),
      length: number('length'),
      difficulty: number('difficulty'),
      pieces: new Uint16Array(pieces.buffer, 0, pieces.length >> 1),
      ...features,
      copyGroups: bytes('copy_groups'),
      target: {
        location: number('location'),
        spanLength: number('span_length'),
        slots: unpackSlots(bytes('slots')),
        bugType: number('bug_type'),
      },
    };
  }
}

function packSlots(slots: readonly SlotTarget[]): Uint8Array {
  const packed = Int32Array.from(slots.flatMap((slot) => [slot.copyGroup, slot.vocabulary, slot.piece]));
  return new Uint8Array(packed.buffer);
}

function unpackSlots(bytes: Uint8Array): SlotTarget[] {
  const packed = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  return Array.from({ length: packed.length / 3 }, (_, i) => ({
    copyGroup: packed[3 * i],
    vocabulary: packed[3 * i + 1],
    piece: packed[3 * i + 2],
  }));
}

function checkExample(example: Example, label: string): void {
  const { length, target } = example;
  const fail = (what: string): never => {
    throw new DataError(
      `${label}, window of sample ${example.sampleId} at token ${example.firstToken}: ${what}`,
      'encode the example again',
    );
  };
  const expect = (field: string, got: number, expected: number): void => {
    if (got !== expected) fail(`expected ${expected} entries in ${field}, got ${got}`);
  };
  expect('pieces', example.pieces.length, length * MAX_PIECES);
  expect('copyGroups', example.copyGroups.length, length);
  for (const name of TOKEN_FEATURE_NAMES) {
    expect(name, example[name].length, length);
    // A larger value would stand for another feature.
    const most = Math.max(1, TOKEN_FEATURES[name].size - 1);
    for (const value of example[name]) if (value > most) fail(`expected 0..${most} in ${name}, got ${value}`);
  }
  if (target.slots.length > SLOTS) expect('target.slots', target.slots.length, SLOTS);
  if (target.location > length) expect('target.location (at most S)', target.location, length);
}
