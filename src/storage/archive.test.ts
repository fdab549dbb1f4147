import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, UserError } from '../core/errors';
import { sha256 } from '../core/hash';
import { runProcess } from '../core/processes/subprocess';
import { readArchive, writeArchive } from './archive';
import { rejection, withTemporaryFolder } from './testing';

/** Bytes that no compressor shortens, of any length. */
const noise = (length: number): Uint8Array =>
  Buffer.concat(
    Array.from({ length: Math.ceil(length / 32) }, (_, i) => Buffer.from(sha256(String(i)), 'hex')),
  ).subarray(0, length);

test('what is written is read again in its order, and any tar lists it', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'deep/files.tar.gz');
    const long = `output/${'x'.repeat(120)}/name.bin`;
    const files = new Map<string, Uint8Array>([
      ['first.json', Buffer.from('{}')],
      ['output/empty', new Uint8Array(0)],
      [long, noise(300_000)],
    ]);
    await writeArchive(path, files);
    const got = await readArchive(path);
    assert.equal([...got.keys()], [...files.keys()]);
    for (const [name, body] of files) assert.ok(Buffer.from(body).equals(got.get(name)!), name);
    const { stdout } = await runProcess('tar', ['tzf', path]);
    assert.equal(stdout.trim().split('\n'), [...files.keys()]);
    assert.equal(await readdir(join(folder, 'deep')), ['files.tar.gz'], 'no temporary file');
  });
});

test('an archive that is cut short anywhere, changed, or none at all is one clear error', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'a.tar.gz');
    await writeArchive(path, new Map([['a', noise(50_000)]]));
    const whole = await readFile(path);
    for (const length of [0, 5, 100, whole.length - 30_000, whole.length - 1]) {
      await writeFile(path, whole);
      await truncate(path, length);
      const error = await rejection(() => readArchive(path));
      assert.instance(error, DataError, `${length} bytes: ${error.message}`);
      assert.match(error.message, /expected a whole archive at .*, got a damaged or shortened one: /);
    }
    const changed = Buffer.from(whole);
    changed[20_000] ^= 1;
    await writeFile(path, changed);
    assert.instance(await rejection(() => readArchive(path)), DataError);
    await writeFile(path, 'no archive');
    assert.instance(await rejection(() => readArchive(path)), DataError);
    const missing = await rejection(() => readArchive(join(folder, 'nothing')));
    assert.instance(missing, UserError);
    assert.match(missing.message, /nothing: there is no such file/);
  });
});

test.run();
