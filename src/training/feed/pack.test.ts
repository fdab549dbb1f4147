import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cell, Column, Row } from '../../shards/columns';
import { integerAt, packColumns, packRows, recordLayout, unpackRow } from './pack';

const column = (name: string, type: Column['type']): Column => ({ name, type, description: '' });
const layout = recordLayout([
  column('id', 'string'),
  column('count', 'int32'),
  column('bytes', 'bytes'),
  column('more', 'int32'),
  column('words', 'bytes'),
]);

const rows: Row[] = [
  {
    id: 'naïve é',
    count: -7,
    bytes: new Uint8Array([1, 2, 3]),
    more: 2 ** 31 - 1,
    words: new Uint8Array(8).fill(9),
  },
  { id: '', count: 0, bytes: new Uint8Array(0), more: -(2 ** 31), words: new Uint8Array([255]) },
  { id: 'x'.repeat(100), count: 5, bytes: new Uint8Array(33).fill(4), more: 1, words: new Uint8Array(0) },
];

test('rows come back as they were packed, in place or cut out', () => {
  const { buffer, starts } = packRows(layout, rows);
  assert.is(starts.length, rows.length + 1);
  assert.is(starts[rows.length], buffer.byteLength);
  rows.forEach((row, i) => {
    assert.equal(unpackRow(layout, buffer, starts[i]), row);
    assert.equal(unpackRow(layout, buffer.slice(starts[i], starts[i + 1])), row);
    assert.is(integerAt(new Int32Array(buffer), starts[i], layout.integers.indexOf('more')), row.more);
  });
});

test('arrays of wider numbers can be laid over unpacked bytes', () => {
  const { buffer, starts } = packRows(layout, rows);
  for (const start of starts.subarray(0, rows.length)) {
    const { bytes, words } = unpackRow(layout, buffer, start) as { bytes: Uint8Array; words: Uint8Array };
    assert.is(bytes.byteOffset % 4, 0);
    assert.is(words.byteOffset % 4, 0);
  }
});

test('a cell of another type and a column without a layout are refused', () => {
  const cells: Cell[][] = [['a'], [1], [new Uint8Array(1)], [2], [new Uint8Array(1)]];
  assert.throws(
    () => packColumns(layout, cells.with(1, ['1']), 1),
    /column "count": expected an integer, got string/,
  );
  assert.throws(
    () => packColumns(layout, cells.with(2, [null]), 1),
    /column "bytes": expected bytes, got null/,
  );
  assert.throws(() => packColumns(layout, cells.with(1, [0.5]), 1), /expected an integer, got number/);
  assert.throws(() => recordLayout([column('share', 'double')]), /"share": expected int32, string or bytes/);
});

test.run();
