/** Rows of example shards: what stands in which column. Light, so that threads can load it without a reader. */
import { DataError } from '../core/errors';
import {
  MAX_PIECES,
  SLOTS,
  type Example,
  type ExampleNames,
  type Fill,
  type SlotTarget,
} from '../records/example';
import { MAX_FILE_NAMES, NAME_TRAITS } from '../records/file-names';
import { ROW_ORIGINS } from '../records/mined-fix';
import { TOKEN_FEATURE_NAMES, TOKEN_FEATURES, type TokenFeatureArrays } from '../records/token-features';
import type { Column, Row } from './columns';

/** Numbers of a slot in its column. */
const SLOT_NUMBERS = 5 + MAX_PIECES;

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
  { name: 'names', type: 'string', description: 'names of the file that slots may write, M lines' },
  { name: 'name_pieces', type: 'bytes', description: `uint16 [M, ${MAX_PIECES}] BPE ids, 0 = padding` },
  { name: 'name_traits', type: 'bytes', description: `uint16 [M] bits: ${NAME_TRAITS.join(', ')}` },
  {
    name: 'name_near',
    type: 'bytes',
    description: 'uint16 [M] 1 + copy group of a name spelt alike, 0 = none',
  },
  {
    name: 'fills',
    type: 'bytes',
    description: `int32 [n, ${2 + SLOT_NUMBERS}] token, 1 = replaced or 0 = hidden, then its slot as in slots`,
  },
  {
    name: 'location',
    type: 'int32',
    description: '0 = no bug, 1 + i = the edit starts at token i, -1 = not asked',
  },
  { name: 'span_length', type: 'int32', description: 'tokens replaced' },
  {
    name: 'slots',
    type: 'bytes',
    description: `int32 [n, ${SLOT_NUMBERS}] copy group, vocabulary index, BPE id, name: -1 = none; kind, BPE ids: 0 = padding`,
  },
  { name: 'bug_type', type: 'int32', description: 'taxonomy code, 0 = none' },
];

/** The row of an example; its bytes cells are views of the example's arrays. */
export function rowOfExample(example: Example): Row {
  const { target, pieces, names } = example;
  return {
    sample_id: example.sampleId,
    first_token: example.firstToken,
    length: example.length,
    difficulty: example.difficulty,
    origin: example.origin,
    pieces: bytesOf(pieces),
    ...Object.fromEntries(TOKEN_FEATURE_NAMES.map((name) => [TOKEN_FEATURES[name].column, example[name]])),
    copy_groups: example.copyGroups,
    names: names.texts.join('\n'),
    name_pieces: bytesOf(names.pieces),
    name_traits: bytesOf(names.traits),
    name_near: bytesOf(names.near),
    fills: packFills(example.fills),
    location: target.location,
    span_length: target.spanLength,
    slots: packSlots(target.slots),
    bug_type: target.bugType,
  };
}

function bytesOf(numbers: Uint16Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/**
 * The example of a row with the columns {@link EXAMPLE_COLUMNS}.
 * @param row its bytes cells must be 4-byte aligned; the example's arrays are views of them
 */
export function exampleOfRow(row: Row): Example {
  const number = (name: string): number => row[name] as number;
  const bytes = (name: string): Uint8Array => row[name] as Uint8Array;
  const words = (name: string): Uint16Array => {
    const view = bytes(name);
    return new Uint16Array(view.buffer, view.byteOffset, view.length >> 1);
  };
  const texts = row.names as string;
  return {
    sampleId: row.sample_id as string,
    firstToken: number('first_token'),
    length: number('length'),
    difficulty: number('difficulty'),
    origin: number('origin'),
    pieces: words('pieces'),
    ...(Object.fromEntries(
      TOKEN_FEATURE_NAMES.map((name) => [name, bytes(TOKEN_FEATURES[name].column)]),
    ) as TokenFeatureArrays),
    copyGroups: bytes('copy_groups'),
    names: {
      texts: texts === '' ? [] : texts.split('\n'),
      pieces: words('name_pieces'),
      traits: words('name_traits'),
      near: words('name_near'),
    },
    fills: unpackFills(bytes('fills')),
    target: {
      location: number('location'),
      spanLength: number('span_length'),
      slots: unpackSlots(bytes('slots')),
      bugType: number('bug_type'),
    },
  };
}

function packSlots(slots: readonly SlotTarget[]): Uint8Array {
  return packNumbers(slots.map(numbersOfSlot), SLOT_NUMBERS);
}

function unpackSlots(bytes: Uint8Array): SlotTarget[] {
  return unpackNumbers(bytes, SLOT_NUMBERS).map(slotOfNumbers);
}

function packFills(fills: readonly Fill[]): Uint8Array {
  const rows = fills.map(({ token, replaced, slot }) => [token, Number(replaced), ...numbersOfSlot(slot)]);
  return packNumbers(rows, 2 + SLOT_NUMBERS);
}

function unpackFills(bytes: Uint8Array): Fill[] {
  return unpackNumbers(bytes, 2 + SLOT_NUMBERS).map(([token, replaced, ...slot]) => ({
    token,
    replaced: replaced === 1,
    slot: slotOfNumbers(slot),
  }));
}

function numbersOfSlot({ copyGroup, vocabulary, piece, name, kind, pieces }: SlotTarget): number[] {
  return [copyGroup, vocabulary, piece, name, kind, ...pieces];
}

function slotOfNumbers([copyGroup, vocabulary, piece, name, kind, ...pieces]: number[]): SlotTarget {
  return { copyGroup, vocabulary, piece, name, kind, pieces: pieces.filter((id) => id !== 0) };
}

/** Rows of at most `width` numbers as int32, padded with 0. */
function packNumbers(rows: readonly number[][], width: number): Uint8Array {
  const packed = new Int32Array(rows.length * width);
  rows.forEach((row, i) => {
    packed.set(row, i * width);
  });
  return new Uint8Array(packed.buffer);
}

function unpackNumbers(bytes: Uint8Array, width: number): number[][] {
  const packed = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  return Array.from({ length: packed.length / width }, (_, i) => [
    ...packed.subarray(i * width, (i + 1) * width),
  ]);
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
  checkNames(example.names, expect);
  if (target.slots.length > SLOTS) expect('target.slots', target.slots.length, SLOTS);
  if (target.location > length) expect('target.location (at most S)', target.location, length);
}

function checkNames(
  { texts, pieces, traits, near }: ExampleNames,
  expect: (field: string, got: number, expected: number) => void,
): void {
  const count = texts.length;
  if (count > MAX_FILE_NAMES) expect('names (at most)', count, MAX_FILE_NAMES);
  expect('names.pieces', pieces.length, count * MAX_PIECES);
  expect('names.traits', traits.length, count);
  expect('names.near', near.length, count);
}
