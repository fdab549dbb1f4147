import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../core/errors';
import { patchBytes } from '../../repair/diff';
import { rejection } from '../../storage/testing';
import { preparePatch, writePatched } from './apply-patch';

/** Files with odd names, encodings and line ends, before and after. */
const FILES: Readonly<Record<string, readonly [before: Buffer, after: Buffer]>> = {
  'b\u00f6m "q".py': [
    Buffer.from('\ufeffx = 1 - 2\r\ny = 2\r\n'),
    Buffer.from('\ufeffx = 1 + 2\r\ny = 2\r\n'),
  ],
  'cp 1252.py': [
    Buffer.from('# coding: cp1252\nx = "\xe9\x80" - 1', 'latin1'),
    Buffer.from('# coding: cp1252\nx = "\xe9\x80" + 1', 'latin1'),
  ],
};

let root: string;
test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'trm-apply-'));
});
test.after(() => rm(root, { recursive: true, force: true }));

async function writeBefore(): Promise<void> {
  for (const [name, [before]] of Object.entries(FILES)) await writeFile(join(root, name), before);
}
const patch = (): Buffer =>
  Buffer.concat(Object.entries(FILES).map(([file, [before, after]]) => patchBytes(before, after, { file })));

test('a patch gives the bytes that it was made from, permissions stay', async () => {
  await writeBefore();
  await chmod(join(root, 'cp 1252.py'), 0o751);
  writePatched(await preparePatch(patch(), { root }));
  for (const [name, [, after]] of Object.entries(FILES))
    assert.equal(await readFile(join(root, name)), after, name);
  assert.is((await stat(join(root, 'cp 1252.py'))).mode & 0o777, 0o751);
  assert.match(
    (await rejection(() => preparePatch(patch(), { root }))).message,
    'is not what the patch was made for',
  );
});

test('one file that cannot be written, or changed meanwhile, and none is', async () => {
  await writeBefore();
  const prepared = await preparePatch(patch(), { root });
  await writeFile(join(root, 'cp 1252.py'), 'saved = 1\n');
  assert.throws(() => writePatched(prepared), /has changed since it was read/);
  const [name, [before]] = Object.entries(FILES)[0];
  assert.equal(await readFile(join(root, name)), before);
  await rm(join(root, 'cp 1252.py'));
  assert.match((await rejection(() => preparePatch(patch(), { root }))).message, /cannot read .*cp 1252\.py/);
});

test('what is no patch, and one that leads out of the folder, is refused', async () => {
  const outside = '--- a/../x.py\n+++ b/../x.py\n@@ -1 +1 @@\n-x\n+y\n';
  for (const [text, message] of [
    ['hello\n', 'expected a patch (a unified diff)'],
    ['--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-x\n', 'expected a patch (a unified diff)'],
    [outside, 'expected paths inside of one folder'],
    [outside.replaceAll('../', '/etc/'), 'expected paths inside of one folder'],
  ]) {
    const error = await rejection(() => preparePatch(Buffer.from(text), { root }));
    assert.instance(error, UserError, text);
    assert.ok(error.message.includes(message), error.message);
  }
  assert.equal(await preparePatch(Buffer.from(''), { root }), []);
});

test.run();
