import {
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type Callback } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, UserError } from '../core/errors';
import { runProcess } from '../core/processes/subprocess';
import { mayMount, rejection, withSmallDisk } from '../storage/testing';
import { replaceContent } from './replace-file';

interface Context {
  folder: string;
  path: string;
}

const test = suite<Context>('replace-file');
test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'trm-replace-'));
  context.path = join(context.folder, 'code.py');
  await writeFile(context.path, 'x = 1\n');
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

const BEFORE = Buffer.from('x = 1\n');
const AFTER = Buffer.from('x = 2  # longer\n');

/** A test that is left out by name where this machine cannot run it. */
function when(possible: boolean, why: string): (name: string, run: Callback<Context>) => void {
  return (name, run) => {
    if (possible) test(name, run);
    else test.skip(`${name} (skipped: ${why})`, run);
  };
}
const asRoot = when(process.getuid?.() === 0, 'only root can give a file away');
const onSmallDisk = when(mayMount(), 'no file system can be mounted here');
const withAttributes = when(attributesWork(), 'this file system has no extended attributes');

/** Gives a file an extended attribute; false where its file system has none. */
function setAttribute(path: string): boolean {
  const script = 'import os, sys; os.setxattr(sys.argv[1], "user.note", b"kept")';
  return spawnSync('python3', ['-c', script, path]).status === 0;
}

function attributesWork(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'trm-attributes-'));
  try {
    return setAttribute(probe);
  } finally {
    rmSync(probe, { recursive: true });
  }
}

test('what somebody saved since the file was read stays, and it is said', async ({ folder, path }) => {
  await writeFile(path, 'x = 1\ny = 2  # saved by an editor\n');
  const error = await rejection(() => replaceContent(path, BEFORE, AFTER));
  assert.instance(error, UserError);
  assert.match(error.message, /code\.py has changed since it was read: nothing was written/);
  assert.is(await readFile(path, 'utf8'), 'x = 1\ny = 2  # saved by an editor\n');
  // The same by another file of the same name, as editors save.
  await writeFile(join(folder, 'new'), 'z = 3\n');
  await rename(join(folder, 'new'), path);
  await rejection(() => replaceContent(path, BEFORE, AFTER));
  assert.is(await readFile(path, 'utf8'), 'z = 3\n');
  assert.equal(await readdir(folder), ['code.py']);
});

test('hard links, permissions and the file itself stay; a link is followed; shorter content is cut', async ({
  folder,
  path,
}) => {
  await chmod(path, 0o4751);
  const twin = join(folder, 'twin.py');
  await link(path, twin);
  await symlink('code.py', join(folder, 'link.py'));
  const before = await stat(path);
  replaceContent(join(folder, 'link.py'), BEFORE, AFTER);
  assert.is(await readFile(twin, 'utf8'), AFTER.toString());
  const after = await stat(path);
  assert.equal([after.ino, after.nlink, after.mode & 0o7777], [before.ino, 2, 0o4751]);
  replaceContent(twin, AFTER, Buffer.from('x\n'));
  assert.is(await readFile(path, 'utf8'), 'x\n');
  assert.equal((await readdir(folder)).sort(), ['code.py', 'link.py', 'twin.py']);
});

asRoot("another user's setuid file stays his", async ({ path }) => {
  await chown(path, 1234, 2345);
  await chmod(path, 0o6755);
  replaceContent(path, BEFORE, AFTER);
  const { uid, gid, mode } = await stat(path);
  assert.equal([uid, gid, mode & 0o7777], [1234, 2345, 0o6755]);
});

withAttributes('extended attributes stay', async ({ path }) => {
  setAttribute(path);
  replaceContent(path, BEFORE, AFTER);
  const read = 'import os, sys; print(os.getxattr(sys.argv[1], "user.note"))';
  assert.match((await runProcess('python3', ['-c', read, path])).stdout, /kept/);
});

test('a read-only file is refused, also for root; asked for, it is written and stays read-only', async ({
  folder,
  path,
}) => {
  await chmod(path, 0o444);
  const error = await rejection(() => replaceContent(path, BEFORE, AFTER));
  assert.instance(error, UserError);
  assert.match(error.message, /code\.py is read-only: nothing was written/);
  assert.is(await readFile(path, 'utf8'), 'x = 1\n');
  replaceContent(path, BEFORE, AFTER, { overwriteReadOnly: true });
  assert.is(await readFile(path, 'utf8'), AFTER.toString());
  assert.is((await stat(path)).mode & 0o7777, 0o444);
  await rejection(() => replaceContent(path, BEFORE, BEFORE, { overwriteReadOnly: true }));
  assert.is((await stat(path)).mode & 0o7777, 0o444, 'also where it had changed');
  assert.equal(await readdir(folder), ['code.py']);
});

test('a file or folder that vanished, a folder in its place: said in words', async ({ folder, path }) => {
  await rm(path);
  const gone = await rejection(() => replaceContent(path, BEFORE, AFTER));
  assert.instance(gone, UserError);
  assert.match(gone.message, /cannot write .*code\.py: there is no such file/);
  assert.not.ok(existsSync(path), 'it is not made again');
  await mkdir(path);
  const error = await rejection(() => replaceContent(path, BEFORE, AFTER));
  assert.match(error.message, /cannot write .*code\.py: it is a folder/);
  assert.equal(await readdir(folder), ['code.py']);
});

onSmallDisk('a disk without room leaves the file as it was, and no copy', async () => {
  await withSmallDisk(64, async (disk) => {
    const path = join(disk, 'code.py');
    const before = Buffer.alloc(20_000, '# old\n');
    await writeFile(path, before);
    // Room for the copy, none for the longer content.
    const grown = await rejection(() => replaceContent(path, before, Buffer.alloc(60_000, '# new\n')));
    assert.instance(grown, DataError);
    assert.match(grown.message, /cannot write .*code\.py: the disk is full/);
    assert.ok((await readFile(path)).equals(before), 'the old content, whole');
    assert.equal(await readdir(disk), ['code.py']);
    // No room for the copy either.
    await writeFile(join(disk, 'ballast'), Buffer.alloc(60_000)).catch(() => undefined);
    await rejection(() => replaceContent(path, before, before.subarray(0, 10)));
    assert.ok((await readFile(path)).equals(before));
    assert.equal((await readdir(disk)).sort(), ['ballast', 'code.py']);
  });
});

test('a name as long as names may be leaves room for the copy', async ({ folder }) => {
  const path = join(folder, `${'n'.repeat(252)}.py`);
  await writeFile(path, BEFORE);
  replaceContent(path, BEFORE, AFTER);
  assert.is(await readFile(path, 'utf8'), AFTER.toString());
});

test.run();
