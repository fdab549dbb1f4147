import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../hash';
import { KeySet } from './key-set';

test('remembers every hash, through growth, and no other', () => {
  const keys = new KeySet();
  const hash = (i: number): string => sha256(String(i));
  for (let i = 0; i < 20_000; i++) assert.ok(keys.add(hash(i)), `${i}`);
  assert.is(keys.size, 20_000);
  for (let i = 0; i < 20_000; i++) assert.ok(keys.has(hash(i)) && !keys.add(hash(i)), `${i}`);
  for (let i = 20_000; i < 40_000; i++) assert.not.ok(keys.has(hash(i)), `${i}`);
  assert.is(keys.size, 20_000);
});

test('the first 16 digits decide, and the hash of zeros is one like any other', () => {
  const keys = new KeySet();
  const zeros = '0'.repeat(16);
  assert.not.ok(keys.has(zeros));
  assert.ok(keys.add(zeros));
  assert.ok(keys.has(zeros) && !keys.add(`${zeros}ff`));
  assert.ok(keys.add(`f${zeros}`));
  assert.is(keys.size, 2);
  assert.throws(() => keys.add('abc'), /expected a hash of 16 hex digits/);
  assert.throws(() => keys.has('not a hash at all'), /expected a hash/);
});

test.run();
