import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fix } from '../records/finding';
import { UNCALIBRATED } from '../repair/calibration';
import type { Repairer } from '../repair/repairer';
import { repairFile } from './fix-file';

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-fix-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

/** Stands where the model does: these tests are about bytes, links and permissions. It replaces `-` by `+`. */
const repairer: Repairer = {
  folder: '',
  calibration: UNCALIBRATED,
  engine: {
    engine: 'native',
    backend: '',
    tensorflow: null,
    binding: null,
    threads: 1,
    gpu: false,
    kernels: { off: 'no model here' },
  },
  repair: async (source, { file = '' } = {}): Promise<Fix> => ({
    file,
    findings: [],
    notes: [],
    fixed: source.replaceAll('-', '+'),
    diff: '',
    dropped: {},
    timings: {},
  }),
  close: async () => {},
};

test('byte order mark, CRLF, declared encoding and everything else stay byte for byte', async () => {
  for (const [label, bytes] of [
    ['bom and crlf', Buffer.from('\ufeffx = 1 - 2\r\n# é\r\n')],
    ['latin-1', Buffer.from('# coding: cp1252\nx = "é" - 1\n', 'latin1')],
    ['form feed and no final newline', Buffer.from('a = 1\n\f\nx = 1 - 2')],
  ] as const) {
    const path = join(folder, 'code.py');
    await writeFile(path, bytes);
    const file = await repairFile(path, repairer, {});
    assert.ok(file.changed);
    assert.equal(await readFile(path), bytes, `${label}: nothing is written before write()`);
    await file.write();
    const expected = Buffer.from(bytes);
    expected[expected.indexOf('-')] = '+'.charCodeAt(0);
    assert.equal(await readFile(path), expected, label);
  }
});

test('permissions stay, and a link is followed instead of replaced', async () => {
  const path = join(folder, 'script.py');
  const link = join(folder, 'link.py');
  await writeFile(path, 'x = 1 - 2\n');
  await chmod(path, 0o751);
  await symlink(path, link);
  await (await repairFile(link, repairer, {})).write();
  assert.is(await readFile(path, 'utf8'), 'x = 1 + 2\n');
  assert.is((await stat(path)).mode & 0o777, 0o751);
});

test("a missing file and one that Python cannot decode are the user's errors", async () => {
  const problem = (name: string): Promise<string> =>
    repairFile(name, repairer, {}).then(
      () => '',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  assert.match(await problem(join(folder, 'none.py')), /^UserError: .*ENOENT/);
  const path = join(folder, 'bytes.py');
  await writeFile(path, Buffer.from([0x78, 0x3d, 0xff, 0x0a]));
  assert.match(await problem(path), /^UserError: /);
});

test.run();
