import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../core/errors';
import { runProcess } from '../core/processes/subprocess';
import type { Fix } from '../records/finding';
import { UNCALIBRATED } from '../repair/calibration';
import type { Repairer } from '../repair/repairer';
import { rejection } from '../storage/testing';
import { repairFile } from './fix-file';
import { MAX_SOURCE_BYTES } from './source-file';

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-fix-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

/** Mends the last minus sign, which no declared encoding holds. */
async function mend(source: string, { file = '' } = {}): Promise<Fix> {
  const at = source.includes(' - ') ? source.lastIndexOf(' - ') + 1 : source.length - 1;
  const fixed = `${source.slice(0, at)}+${source.slice(at + 1)}`;
  return { file, findings: [], notes: [], fixed, diff: '', dropped: {}, timings: {} };
}

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

test('the patch of a symbolic link names what it points to, and git applies it', async () => {
  const repository = await mkdtemp(join(folder, 'repository-'));
  await mkdir(join(repository, 'src'));
  await writeFile(join(repository, 'src', 'real.py'), 'x = 1 - 2\n');
  await symlink('src/real.py', join(repository, 'link.py'));
  await runProcess('git', ['init', '--quiet'], { cwd: repository });
  const before = process.cwd();
  process.chdir(repository);
  try {
    const patch = (await repairFile('link.py', repairer, {})).patch();
    assert.match(Buffer.from(patch).toString(), /^--- a\/src\/real\.py$/m);
    await writeFile(join(repository, 'fix.patch'), patch);
    await runProcess('git', ['apply', 'fix.patch'], { cwd: repository });
  } finally {
    process.chdir(before);
  }
  assert.is(await readFile(join(repository, 'src', 'real.py'), 'utf8'), 'x = 1 + 2\n');
});

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
    file.write();
    const expected = Buffer.from(bytes);
    expected[expected.indexOf('-')] = '+'.charCodeAt(0);
    assert.equal(await readFile(path), expected, label);
  }
});

test('what an editor saves while a file is repaired is not overwritten', async () => {
  const path = join(folder, 'edited.py');
  await writeFile(path, 'x = 1 - 2\n');
  const file = await repairFile(path, repairer, {});
  await writeFile(path, 'x = 1 - 2\ny = 3\n');
  assert.throws(() => file.write(), /edited\.py has changed since it was read: nothing was written/);
  assert.is(await readFile(path, 'utf8'), 'x = 1 - 2\ny = 3\n');
});

test('permissions stay, and a link is followed instead of replaced', async () => {
  const path = join(folder, 'script.py');
  const link = join(folder, 'link.py');
  await writeFile(path, 'x = 1 - 2\n');
  await chmod(path, 0o751);
  await symlink(path, link);
  (await repairFile(link, repairer, {})).write();
  assert.is(await readFile(path, 'utf8'), 'x = 1 + 2\n');
  assert.is((await stat(path)).mode & 0o777, 0o751);
});

test("a missing file and one that Python cannot decode are the user's errors", async () => {
  const problem = (name: string): Promise<string> =>
    repairFile(name, repairer, {}).then(
      () => '',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  assert.match(await problem(join(folder, 'none.py')), /^UserError: cannot read .*none\.py: .*ENOENT/);
  const path = join(folder, 'bytes.py');
  await writeFile(path, Buffer.from([0x78, 0x3d, 0xff, 0x0a]));
  assert.match(await problem(path), /^UserError: /);
});

test("what is no file, and names that cannot be, are the user's errors in words", async () => {
  const fifo = join(folder, 'pipe');
  await runProcess('mkfifo', [fifo]);
  const circle = join(folder, 'circle.py');
  await symlink('circle.py', circle);
  const huge = join(folder, 'huge.py');
  await writeFile(huge, '');
  await truncate(huge, MAX_SOURCE_BYTES + 1);
  for (const [name, message] of [
    ['', 'expected a file name, got an empty one'],
    [folder, 'is a folder'],
    [fifo, 'is a named pipe'],
    ['/dev/zero', 'is a device'],
    // The second one would never answer.
    ['/proc/self/status', 'is a file of the kernel'],
    ['/proc/kmsg', 'is a file of the kernel'],
    [circle, 'go in a circle'],
    [join(folder, 'n'.repeat(300)), 'the name is too long'],
    [join(folder, 'code.py', 'below.py'), 'is a file, not a folder'],
    [huge, 'of at most 64 MiB'],
    [join(folder, 'caf\ufffd.py'), 'no such file'],
  ] as const) {
    const error = await rejection(() => repairFile(name, repairer, {}));
    assert.instance(error, UserError, name);
    assert.ok(error.message.includes(message), error.message);
    assert.ok((error as UserError).hint, name);
  }
});

test('the patch is what write() writes, in bytes: with a byte order mark and in other encodings', async () => {
  for (const [label, bytes] of [
    ['bom', Buffer.from('\ufeffx = 1 - 2\r\n# é\r\n')],
    ['cp1252', Buffer.from('# coding: cp1252\nx = "\x80é" - 1\n', 'latin1')],
    [
      'shift-jis',
      Buffer.concat([
        Buffer.from('# coding: shift_jis\n# '),
        Buffer.from([0x83, 0x5c]),
        Buffer.from('\nx = 1 - 2\n'),
      ]),
    ],
    ['iso-2022-jp', Buffer.from('# coding: iso-2022-jp\n# \x1b$B$"\x1b(B\nx = 1 - 2\n', 'latin1')],
  ] as const) {
    const name = `${label} é "quoted".py`;
    const path = join(folder, name);
    await writeFile(path, bytes);
    const file = await repairFile(path, { ...repairer, repair: mend }, {});
    await writeFile(join(folder, 'fix.diff'), file.patch());
    // Outside of the working directory a patch applies in the root.
    await runProcess('git', ['apply', '--whitespace=nowarn', join(folder, 'fix.diff')], { cwd: '/' });
    const applied = await readFile(path);
    assert.not.equal(applied, bytes, label);
    await writeFile(path, bytes);
    file.write();
    assert.equal(await readFile(path), applied, label);
  }
});

test.run();
