import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { DataError } from './errors';
import { readJson, withAtomicFile, writeFileAtomic, writeJsonAtomic } from './files';

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

test.run();
