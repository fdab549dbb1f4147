import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { discoverFiles, type DiscoverOptions } from './discover';

let root: string;
test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'trm-discover-'));
  for (const [path, text] of Object.entries({
    '.gitignore': 'build/\n*.gen.py\n/top.py\n',
    '.git/info/exclude': 'private.py\n',
    'top.py': '',
    'a.py': '',
    'b.gen.py': '',
    'private.py': '',
    'notes.txt': '',
    'build/made.py': '',
    '.venv/lib.py': '',
    'pkg/top.py': '',
    'pkg/types.pyi': '',
    'pkg/page.ipynb': '{}',
    'pkg/.gitignore': '!kept.gen.py\nlocal.py\n',
    'pkg/kept.gen.py': '',
    'pkg/local.py': '',
    'pkg/deep/local.py': '',
    'pkg/deep/x.py': '',
    'empty/notes.txt': '',
  })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await symlink('../a.py', join(root, 'pkg', 'link.py'));
  await symlink('..', join(root, 'pkg', 'up'));
});
test.after(() => rm(root, { recursive: true, force: true }));

async function found(names: readonly string[], options: DiscoverOptions = {}): Promise<string[]> {
  const { files } = await discoverFiles(
    names.map((name) => join(root, name)),
    { root, ...options },
  );
  return files.map((file) => file.slice(root.length + 1));
}

test('a folder gives its Python files and notebooks in order, without what git ignores, links once', async () => {
  assert.equal(await found(['']), [
    'a.py',
    'pkg/deep/x.py',
    'pkg/kept.gen.py',
    'pkg/page.ipynb',
    'pkg/top.py',
    'pkg/types.pyi',
  ]);
  assert.equal(await found(['pkg/deep']), ['pkg/deep/x.py'], 'rules of the folders above hold');
  const all = await found([''], { respectGitignore: false });
  for (const file of ['top.py', 'b.gen.py', 'build/made.py', 'private.py', 'pkg/local.py'])
    assert.ok(all.includes(file), file);
  assert.not.ok(all.includes('.venv/lib.py'));
});

test('exclude leaves out of folders; what is named is taken whatever the rules', async () => {
  assert.equal(await found([''], { exclude: ['pkg/deep', '*.ipynb', 'top.py'] }), [
    'a.py',
    'pkg/kept.gen.py',
    'pkg/types.pyi',
  ]);
  assert.equal(await found(['build/made.py', 'a.py', 'a.py'], { exclude: ['a.py'] }), [
    'build/made.py',
    'a.py',
  ]);
});

test('a folder without Python is a problem in words, and the others go on', async () => {
  const { files, problems } = await discoverFiles([
    join(root, 'empty'),
    join(root, 'a.py'),
    '-',
    '/nowhere/x.py',
  ]);
  assert.equal(files, [join(root, 'a.py'), '-', '/nowhere/x.py']);
  assert.match((problems[0] as Error).message, /expected Python files in .*empty, found none/);
});

test.run();
