import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../core/errors';
import { pythonPath } from '../core/paths';
import { runProcess } from '../core/subprocess';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { fetchPackage, isPackageSpec } from './packages';
import { archives, withIndex } from './testing';

test('a wheel is downloaded, unpacked as installed, and kept for the next time', async () => {
  await withTemporaryFolder(async (folder) => {
    const packages = join(folder, 'packages');
    const found = await withIndex(await archives(folder), () => fetchPackage('Wheelpkg', { packages }));
    assert.equal(
      { ...found, folder: null },
      { name: 'wheelpkg', version: '1.5', licence: 'MIT', origin: 'downloaded', folder: null },
    );
    assert.equal((await readdir(found.folder, { recursive: true })).sort(), [
      'wheelpkg',
      join('wheelpkg', '__init__.py'),
      join('wheelpkg', 'extra.py'),
    ]);
    assert.equal(await readdir(packages), ['wheelpkg-1.5']);
    // No index this time.
    assert.equal(await withIndex(folder, () => fetchPackage('wheelpkg==1.5', { packages })), found);
  });
});

test('a member that points outside of the package stops everything, and nothing stays', async () => {
  await withTemporaryFolder(async (folder) => {
    const packages = join(folder, 'a', 'b', 'packages');
    const index = await archives(folder);
    const script = join(__dirname, '..', '..', '..', 'src', 'collection', 'package-files.py');
    const error = await rejection(() =>
      runProcess(pythonPath(), [
        '-I',
        script,
        'archive',
        join(index, 'evil-1.0-py3-none-any.whl'),
        join(folder, 'x', 'y'),
      ]),
    );
    assert.match(error.message, /names a file outside of itself/);
    assert.not.ok(existsSync(join(folder, 'outside.py')));
    await withIndex(index, () => rejection(() => fetchPackage('evil', { packages })));
    assert.equal(await readdir(packages), []);
  });
});

test('a source archive gives what would be installed, without links', async () => {
  await withTemporaryFolder(async (folder) => {
    const index = await archives(folder);
    const script = join(__dirname, '..', '..', '..', 'src', 'collection', 'package-files.py');
    const target = join(folder, 'out');
    const { stdout } = await runProcess(pythonPath(), [
      '-I',
      script,
      'archive',
      join(index, 'sdist_pkg-1.5.tar.gz'),
      target,
    ]);
    assert.match(stdout, /"classifiers": \["License :: OSI Approved :: MIT License"\]/);
    assert.equal((await readdir(target, { recursive: true })).sort(), [
      'sdist_pkg',
      join('sdist_pkg', '__init__.py'),
    ]);
    assert.match(await readFile(join(target, 'sdist_pkg', '__init__.py'), 'utf8'), /def f/);
  });
});

test('an installed package is copied with its version and licence', async () => {
  await withTemporaryFolder(async (folder) => {
    const packages = join(folder, 'packages');
    const found = await withIndex(folder, () => fetchPackage('Jinja2', { packages }));
    assert.equal([found.name, found.origin], ['jinja2', 'installed']);
    assert.match(found.licence, /^BSD-3-Clause$/);
    assert.ok(existsSync(join(found.folder, 'jinja2', '__init__.py')));
    const other = await withIndex(folder, () => rejection(() => fetchPackage('Jinja2==0.0.1', { packages })));
    assert.instance(other, UserError);
    assert.match(other.message, /got "Jinja2==0\.0\.1": ERROR: .*No matching distribution/);
  });
});

test('names of packages, and what is none', () => {
  for (const spec of ['requests', 'ruamel.yaml', 'a', 'scikit-learn==1.5.0', 'x==1!2.0+local'])
    assert.ok(isPackageSpec(spec), spec);
  for (const text of ['', '-r', '--index-url=x', 'a b', './x', 'x/y', 'x>=1', 'x==', 'x[y]', 'x==1; y'])
    assert.not.ok(isPackageSpec(text), text);
});

test.run();
