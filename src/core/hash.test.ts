import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalJson, hashJson, sha256, sha256File } from './hash';

test('sha256 agrees with the published test vectors', async () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.is(sha256('abc'), abc);
  assert.is(sha256(new Uint8Array([97, 98, 99])), abc);
  const folder = await mkdtemp(join(tmpdir(), 'trm-hash-'));
  await writeFile(join(folder, 'abc'), 'abc');
  assert.is(await sha256File(join(folder, 'abc')), abc);
  await rm(folder, { recursive: true });
});

test('canonical JSON does not depend on key order, at any depth', () => {
  const a = { b: 1, a: [{ y: null, x: 'é' }], c: undefined };
  const b = { a: [{ x: 'é', y: null }], b: 1 };
  assert.is(canonicalJson(a), '{"a":[{"x":"é","y":null}],"b":1}');
  assert.is(hashJson(a), hashJson(b));
  assert.is.not(hashJson({ a: [1, 2] }), hashJson({ a: [2, 1] }));
});

test.run();
