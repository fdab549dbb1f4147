import type { RecordBatch } from 'apache-arrow';
import { DataError } from '../core/errors';
import { EXAMPLE_VERSION, MAX_PIECES, SLOTS, type Example, type SlotTarget } from '../records/example';
import type { Resource } from '../records/manifest';
import type { ObjectStore } from '../storage/stage';
import type { Column, Row } from './columns';
import { readBatches } from './reader';
import { listShards, writeShards, type ShardsOptions } from './writer';

/** Columns of example shards. S is `length`; array columns are byte strings of little-endian numbers. */
export const EXAMPLE_COLUMNS = [
  { name: 'sample_id', type: 'string', description: 'sample the window was cut from' },
  { name: 'first_token', type: 'int32', description: "index of the window's first token in the sample" },
  { name: 'length', type: 'int32', description: 'S: program tokens, the closing END included' },
  { name: 'pieces', type: 'bytes', description: `uint16 [S, ${MAX_PIECES}] BPE ids, 0 = padding` },
  { name: 'kinds', type: 'bytes', description: 'uint8 [S] index in TOKEN_KINDS' },
  { name: 'indents', type: 'bytes', description: 'uint8 [S] indentation level, capped at 15' },
  { name: 'depths', type: 'bytes', description: 'uint8 [S] bracket depth, capped at 15' },
  {
    name: 'previous_same',
    type: 'bytes',
    description: 'uint8 [S] bucket of the distance to the previous same name',
  },
  { name: 'next_same', type: 'bytes', description: 'uint8 [S] bucket of the distance to the next same name' },
  { name: 'bindings', type: 'bytes', description: 'uint8 [S] index in BINDINGS' },
  { name: 'stopped', type: 'bytes', description: 'uint8 [S] 1 where the parser stopped' },
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
] as const satisfies readonly Column[];

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
 * @throws DataError when there is no shard, one is damaged, or an array does not have its length
 */
export async function* readExamples(store: ObjectStore, folder: string): AsyncGenerator<Example> {
  for (const key of await listShards(store, folder)) yield* readExampleShard(store.localPath(key));
}

/** Reads the examples of one shard file. See {@link readExamples}. */
export async function* readExampleShard(path: string): AsyncGenerator<Example> {
  const columns = EXAMPLE_COLUMNS.map((column) => column.name);
  for await (const batch of readBatches(path, { columns }))
    for (const example of examplesOf(batch)) {
      checkLengths(example, path);
      yield example;
    }
}

async function* mapRows(examples: AsyncIterable<Example> | Iterable<Example>): AsyncGenerator<Row> {
  for await (const example of examples) {
    checkLengths(example, 'example to write');
    yield toRow(example);
  }
}

function toRow(example: Example): Row {
  const { target, pieces } = example;
  return {
    sample_id: example.sampleId,
    first_token: example.firstToken,
    length: example.length,
    pieces: new Uint8Array(pieces.buffer, pieces.byteOffset, pieces.byteLength),
    kinds: example.kinds,
    indents: example.indents,
    depths: example.depths,
    previous_same: example.previousSame,
    next_same: example.nextSame,
    bindings: example.bindings,
    stopped: example.stopped,
    copy_groups: example.copyGroups,
    location: target.location,
    span_length: target.spanLength,
    slots: packSlots(target.slots),
    bug_type: target.bugType,
  };
}

function* examplesOf(batch: RecordBatch): Generator<Example> {
  type Name = (typeof EXAMPLE_COLUMNS)[number]['name'];
  const vectors = Object.fromEntries(
    EXAMPLE_COLUMNS.map(({ name }) => [name, batch.getChild(name)]),
  ) as Record<Name, ReturnType<RecordBatch['getChild']>>;
  for (let i = 0; i < batch.numRows; i++) {
    const number = (name: Name): number => vectors[name]?.get(i) as number;
    // Copies: a view would keep the whole batch alive, and Uint16Array needs its own alignment.
    const bytes = (name: Name): Uint8Array => (vectors[name]?.get(i) as Uint8Array).slice();
    const pieces = bytes('pieces');
    yield {
      sampleId: vectors.sample_id?.get(i) as string,
      firstToken: number('first_token'),
      length: number('length'),
      pieces: new Uint16Array(pieces.buffer, 0, pieces.length >> 1),
      kinds: bytes('kinds'),
      indents: bytes('indents'),
      depths: bytes('depths'),
      previousSame: bytes('previous_same'),
      nextSame: bytes('next_same'),
      bindings: bytes('bindings'),
      stopped: bytes('stopped'),
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

const PER_TOKEN = [
  'kinds',
  'indents',
  'depths',
  'previousSame',
  'nextSame',
  'bindings',
  'stopped',
  'copyGroups',
] as const satisfies readonly (keyof Example)[];

function checkLengths(example: Example, label: string): void {
  const { length, target } = example;
  const expect = (field: string, got: number, expected: number): void => {
    if (got !== expected)
      throw new DataError(
        `${label}, window of sample ${example.sampleId} at token ${example.firstToken}: ` +
          `expected ${expected} entries in ${field}, got ${got}`,
        'encode the example again',
      );
  };
  expect('pieces', example.pieces.length, length * MAX_PIECES);
  for (const field of PER_TOKEN) expect(field, example[field].length, length);
  if (target.slots.length > SLOTS) expect('target.slots', target.slots.length, SLOTS);
  if (target.location > length) expect('target.location (at most S)', target.location, length);
}
