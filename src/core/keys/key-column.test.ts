import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../hash';
import { KeyColumn } from './key-column';

test('keys come back by number, as the hash begins, beyond the first room', () => {
  const column = new KeyColumn();
  const hashes = Array.from({ length: 5000 }, (_, i) => sha256(`${i}`));
  for (const hash of [...hashes, `00000000000000ff${'0'.repeat(48)}`]) column.push(hash);
  assert.is(column.size, 5001);
  hashes.forEach((hash, i) => assert.is(column.at(i), hash.slice(0, 16)));
  assert.is(column.at(5000), '00000000000000ff');
});

test('what is no hash and a number beyond the end are refused', () => {
  const column = new KeyColumn();
  for (const wrong of ['', 'abc', 'x'.repeat(64)])
    assert.throws(() => column.push(wrong), /16 hex digits or more/);
  assert.throws(() => column.at(0), RangeError);
});

test.run();
