import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../src/core/paths';
import { runProcess } from '../src/core/processes/subprocess';

const test = suite<{ root: string }>('build');

/** A project of a few files with the real build script, the real compiler settings and the real tsc. */
test.before.each(async (context) => {
  const root = await mkdtemp(join(tmpdir(), 'trm-build-'));
  context.root = root;
  await mkdir(join(root, 'scripts'));
  for (const name of ['scripts/build.mjs', 'tsconfig.json'])
    await cp(join(projectRoot(), name), join(root, name));
  await symlink(join(projectRoot(), 'node_modules'), join(root, 'node_modules'));
  await writeFile(join(root, 'package.json'), '{}');
  await write(root, 'src/kept.ts', 'export const kept = 1;\n');
  await write(
    root,
    'src/old/gone.test.ts',
    "import { kept } from '../kept';\nexport const twice = kept * 2;\n",
  );
});

test.after.each(({ root }) => rm(root, { recursive: true, force: true }));

async function write(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

async function build(root: string, okCodes = [0]): Promise<string> {
  const script = join(root, 'scripts', 'build.mjs');
  const { stdout } = await runProcess(process.execPath, [script], { okCodes, timeoutMs: 120_000 });
  return stdout;
}

test('what has no source any more is removed from dist, the rest is not touched', async ({ root }) => {
  await build(root);
  const kept = join(root, 'dist', 'src', 'kept.js');
  const before = await stat(kept);
  assert.ok(existsSync(join(root, 'dist', 'src', 'old', 'gone.test.js')));

  await rm(join(root, 'src', 'old'), { recursive: true });
  assert.match(await build(root), /removed 3 outputs without a source/);
  assert.not.ok(existsSync(join(root, 'dist', 'src', 'old')), 'the folder is gone, too');
  const after = await stat(kept);
  assert.is(after.ino, before.ino, 'a program that runs from dist keeps its files');
  assert.is(after.mtimeMs, before.mtimeMs);
  assert.ok(existsSync(join(root, 'dist', '.tsbuildinfo')), 'the next build is incremental');
});

test('an output that was removed by hand comes back', async ({ root }) => {
  await build(root);
  const kept = join(root, 'dist', 'src', 'kept.js');
  await rm(kept);
  await build(root);
  assert.match(await readFile(kept, 'utf8'), /kept = 1/);
});

test('a source that does not compile fails the build, which leaves no stamp of success', async ({ root }) => {
  await write(root, 'src/wrong.ts', "export const n: number = 'text';\n");
  assert.match(await build(root, [1, 2]), /wrong\.ts.*TS2322/);
  assert.not.ok(existsSync(join(root, 'dist', '.built')));
});

test.run();
