/** Rows of example shards: what stands in which column. Light, so that threads can load it without a reader. */
import { DataError } from '../core/errors';
import { MAX_PIECES, SLOTS, type Example, type SlotTarget } from '../records/example';
import { ROW_ORIGINS } from '../records/mined-fix';
import { TOKEN_FEATURE_NAMES, TOKEN_FEATURES, type TokenFeatureArrays } from '../records/token-features';
import type { Column, Row } from './columns';

/** Columns of example shards. S is `length`; array columns are byte strings of little-endian numbers. */
export const EXAMPLE_COLUMNS: readonly Column[] = [
  { name: 'sample_id', type: 'string', description: 'sample the window was cut from' },
  { name: 'first_token', type: 'int32', description: "index of the window's first token in the sample" },
  { name: 'length', type: 'int32', description: 'S: program tokens, the closing END included' },
  { name: 'difficulty', type: 'int32', description: '1..5, 0 for clean code' },
  { name: 'origin', type: 'int32', description: `where the row comes from: ${ROW_ORIGINS.join(', ')}` },
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

/** The row of an example; its bytes cells are views of the example's arrays. */
export function rowOfExample(example: Example): Row {
  const { target, pieces } = example;
  return {
    sample_id: example.sampleId,
    first_token: example.firstToken,
    length: example.length,
    difficulty: example.difficulty,
    origin: example.origin,
    pieces: new Uint8Array(pieces.buffer, pieces.byteOffset, pieces.byteLength),
    ...Object.fromEntries(TOKEN_FEATURE_NAMES.map((name) => [TOKEN_FEATURES[name].column, example[name]])),
    copy_groups: example.copyGroups,
    location: target.location,
    span_length: target.spanLength,
    slots: packSlots(target.slots),
    bug_type: target.bugType,
  };
}

/**
 * The example of a row with the columns {@link EXAMPLE_COLUMNS}.
 * @param row its bytes cells must be 4-byte aligned; the example's arrays are views of them
 */
export function exampleOfRow(row: Row): Example {
  const number = (name: string): number => row[name] as number;
  const bytes = (name: string): Uint8Array => row[name] as Uint8Array;
  const pieces = bytes('pieces');
  return {
    sampleId: row.sample_id as string,
    firstToken: number('first_token'),
    length: number('length'),
    difficulty: number('difficulty'),
    origin: number('origin'),
    pieces: new Uint16Array(pieces.buffer, pieces.byteOffset, pieces.length >> 1),
    ...(Object.fromEntries(
      TOKEN_FEATURE_NAMES.map((name) => [name, bytes(TOKEN_FEATURES[name].column)]),
    ) as TokenFeatureArrays),
    copyGroups: bytes('copy_groups'),
    target: {
      location: number('location'),
      spanLength: number('span_length'),
      slots: unpackSlots(bytes('slots')),
      bugType: number('bug_type'),
    },
  };
}

function packSlots(slots: readonly SlotTarget[]): Uint8Array {
  const packed = Int32Array.from(slots.flatMap((slot) => [slot.copyGroup, slot.vocabulary, slot.piece]));
  return new Uint8Array(packed.buffer);
}

function unpackSlots(bytes: Uint8Array): SlotTarget[] {
  const packed = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  return Array.from({ length: packed.length / 3 }, (_, i) => ({
    copyGroup: packed[3 * i],
    vocabulary: packed[3 * i + 1],
    piece: packed[3 * i + 2],
  }));
}

/**
 * Checks that the arrays of an example have its length and that features stand for something.
 * @param label file or place, for the message
 * @throws DataError
 */
export function checkExample(example: Example, label: string): void {
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
