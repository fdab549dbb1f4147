import { cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../src/core/paths';
import { runProcess, type ProcessResult } from '../src/core/processes/subprocess';

const test = suite<{ root: string }>('bin/trm');

/** A checkout before set-up: only what git holds of the command, in a folder whose name needs quotes. */
test.before.each(async (context) => {
  context.root = join(await mkdtemp(join(tmpdir(), 'trm-command-')), 'my checkout');
  await mkdir(join(context.root, 'bin'), { recursive: true });
  await cp(join(projectRoot(), 'bin', 'trm'), join(context.root, 'bin', 'trm'));
});

test.after.each(({ root }) => rm(join(root, '..'), { recursive: true, force: true }));

/** Stands in for the compiled program: says where it was called and with what. */
async function setUp(root: string): Promise<void> {
  const folder = join(root, 'dist', 'src', 'serving', 'cli');
  for (const path of [folder, join(root, 'node_modules'), join(root, 'src')])
    await mkdir(path, { recursive: true });
  await writeFile(
    join(folder, 'main.js'),
    'console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)])); process.exitCode = 7;',
  );
  await writeFile(join(root, 'dist', '.built'), '');
}

function trm(file: string, args: readonly string[], cwd: string, path?: string): Promise<ProcessResult> {
  const env = path === undefined ? {} : { PATH: [path, process.env.PATH].join(delimiter) };
  return runProcess(file, args, { cwd, env, okCodes: [0, 1, 2, 7] });
}

test('before set-up it says what to run, ends with 2 and asks no registry', async ({ root }) => {
  const tools = join(root, '..', 'tools');
  await mkdir(tools);
  for (const name of ['npm', 'npx', 'curl', 'wget'])
    await writeFile(join(tools, name), '#!/bin/sh\necho asked >&2\nexit 99\n', { mode: 0o755 });
  const { exitCode, stdout, stderr } = await trm(join(root, 'bin', 'trm'), ['fix', 'a.py'], tmpdir(), tools);
  assert.is(exitCode, 2);
  assert.is(stdout, '');
  assert.match(stderr, /my checkout is not set up; run make setup there first/);
  assert.not.match(stderr, /asked/);
});

test('it runs from any folder and through links, with arguments and exit code as they are', async ({
  root,
}) => {
  await setUp(root);
  const links = join(root, '..', 'links');
  await mkdir(links);
  await symlink('../my checkout/bin/trm', join(links, 'relative'));
  await symlink(join(links, 'relative'), join(links, 'link to a link'));
  const elsewhere = join(root, 'src');
  for (const file of [join(root, 'bin', 'trm'), join(links, 'relative'), join(links, 'link to a link')]) {
    const { exitCode, stdout, stderr } = await trm(file, ['fix', '--set', 'a b=*', ''], elsewhere);
    assert.is(exitCode, 7);
    assert.equal(JSON.parse(stdout), [elsewhere, 'fix', '--set', 'a b=*', '']);
    assert.is(stderr, '');
  }
  const { stdout } = await trm('sh', ['-c', 'trm list'], elsewhere, join(root, 'bin'));
  assert.equal(JSON.parse(stdout), [elsewhere, 'list'], 'found on PATH');
});

test('it says that the sources are newer than the compiled program, and runs that', async ({ root }) => {
  await setUp(root);
  const source = join(root, 'src', 'changed.ts');
  await writeFile(source, '');
  const later = new Date(Date.now() + 60_000);
  await utimes(source, later, later);
  const { exitCode, stderr } = await trm(join(root, 'bin', 'trm'), [], root);
  assert.is(exitCode, 7);
  assert.match(stderr, /sources are newer .*src\/changed\.ts.*make build/);
});

test.run();
