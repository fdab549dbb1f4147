import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { DataError } from './errors';
import { runProcess } from './processes/subprocess';
import { makeFolder, readJson, withAtomicFile, writeFileAtomic, writeJsonAtomic } from './files';

const test = suite<{ folder: string }>('files');
test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'trm-files-'));
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

test('a failed write leaves the old file and no temporary one', async ({ folder }) => {
  const path = join(folder, 'deep', 'a.txt');
  await writeFileAtomic(path, 'old');
  let failure = '';
  await withAtomicFile(path, async (temporary) => {
    await writeFile(temporary, 'half');
    throw new Error('disk full');
  }).catch((error: Error) => (failure = error.message));
  assert.is(failure, 'disk full');
  assert.is(await readFile(path, 'utf8'), 'old');
  assert.equal(await readdir(join(folder, 'deep')), ['a.txt']);
});

test('a full disk is said in words; the old file stays and no temporary one is left', async ({ folder }) => {
  const path = join(folder, 'big.bin');
  await writeFileAtomic(path, 'old');
  const program = `require(${JSON.stringify(require.resolve('./files'))}).writeFileAtomic(${JSON.stringify(path)}, Buffer.alloc(1e6))
    .then(() => console.log('written'), (error) => console.log(error.name + ': ' + error.message));`;
  // A limit on the size of files stands for the full disk: the same failure in the middle of a write.
  const shell = `trap '' XFSZ; ulimit -f 100; exec "$0" -e "$1"`;
  const { stdout } = await runProcess('bash', ['-c', shell, process.execPath, program]);
  assert.match(stdout, /^DataError: no room to write .*big\.bin/);
  assert.is(await readFile(path, 'utf8'), 'old');
  assert.equal(await readdir(folder), ['big.bin']);
});

test('JSON round trip, and clear errors for missing, cut and foreign files', async ({ folder }) => {
  const schema = z.strictObject({ step: z.int() });
  const path = join(folder, 'state.json');
  await writeJsonAtomic(path, { step: 3 });
  assert.equal(await readJson(path, schema), { step: 3 });
  const messageOf = async (file: string): Promise<string> => {
    try {
      await readJson(file, schema);
      return 'no error';
    } catch (error) {
      assert.instance(error, DataError);
      return (error as Error).message;
    }
  };
  assert.match(await messageOf(join(folder, 'absent.json')), /expected a readable file at .*absent\.json/);
  await writeFile(path, '{"step": 3');
  assert.match(await messageOf(path), /not valid JSON/);
  await writeFile(path, '{"step": "three"}');
  assert.match(await messageOf(path), /step: .*expected (int|number)/);
});

test('folders are made with those above them; what cannot be is said, and is not tried for ever', async ({
  folder,
}) => {
  await makeFolder(join(folder, 'a', 'b', 'c'));
  await makeFolder(join(folder, 'a', 'b', 'c'));
  assert.equal(await readdir(join(folder, 'a', 'b')), ['c']);
  const messageOf = (path: string): Promise<string> =>
    makeFolder(path).then(
      () => 'no error',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  await writeFileAtomic(join(folder, 'file'), 'x');
  assert.match(
    await messageOf(join(folder, 'file')),
    /^UserError: cannot make the folder .*file: it is there already/,
  );
  assert.match(await messageOf(join(folder, 'file', 'below')), /a part of the path is a file/);
  assert.match(await messageOf(join(folder, 'n'.repeat(300), 'x')), /the name is too long/);
  // Node's recursive mkdir never comes back from here.
  if (existsSync('/proc/self'))
    assert.match(await messageOf('/proc/none/below'), /^UserError: cannot make the folder/);
});

test('a name as long as names may be can be written', async ({ folder }) => {
  const path = join(folder, 'n'.repeat(255));
  await writeFileAtomic(path, 'x');
  assert.is(await readFile(path, 'utf8'), 'x');
});

test.run();
