import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Column, Row } from './columns';
import { RowDigest } from './row-digest';

const COLUMNS: Column[] = [
  { name: 'text', type: 'string', nullable: true, description: 't' },
  { name: 'blob', type: 'bytes', description: 'b' },
];

function digestOf(rows: readonly Row[]): string {
  const digest = new RowDigest(COLUMNS);
  for (const row of rows) digest.add(row);
  return digest.finish();
}

test('equal rows give equal digests, whatever the order of their members', () => {
  const blob = new Uint8Array([1, 2]);
  assert.is(digestOf([{ text: 'a', blob }]), digestOf([{ blob, text: 'a' }]));
  assert.match(digestOf([]), /^[0-9a-f]{64}$/);
});

test('every difference in value, place and border shows', () => {
  const blob = (...bytes: number[]): Uint8Array => new Uint8Array(bytes);
  const all: Row[][] = [
    [],
    [{ text: 'a', blob: blob() }],
    [{ text: null, blob: blob() }],
    [{ text: 'null', blob: blob() }],
    [{ text: 'a', blob: blob(0) }],
    [{ text: 'a', blob: blob(1) }],
    [
      { text: 'a', blob: blob(1) },
      { text: 'a', blob: blob() },
    ],
    [
      { text: 'a', blob: blob() },
      { text: 'a', blob: blob(1) },
    ],
    // A byte string must not be read as the next row's line.
    [{ text: 'a', blob: Buffer.from('["a",{"bytes":0}]\n') }],
    [
      { text: 'a', blob: blob() },
      { text: 'a', blob: blob() },
    ],
  ];
  assert.is(new Set(all.map(digestOf)).size, all.length);
});

test.run();
