import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../core/errors';
import { pythonPath } from '../core/paths';
import { runProcess } from '../core/subprocess';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { fetchPackage, isPackageSpec } from './packages';

/** Makes a wheel of `wheelpkg` and a source archive of `sdistpkg`, with members that no archive should have. */
const MAKE = `
import io, sys, tarfile, zipfile
folder = sys.argv[1]
meta = "Metadata-Version: 2.1\\nName: {}\\nVersion: 1.5\\n{}\\n"
with zipfile.ZipFile(folder + "/wheelpkg-1.5-py3-none-any.whl", "w") as file:
    file.writestr("wheelpkg/__init__.py", "def f(a):\\n    return a\\n")
    file.writestr("wheelpkg/data.bin", "x")
    file.writestr("wheelpkg-1.5.data/purelib/wheelpkg/extra.py", "def g(a):\\n    return a\\n")
    file.writestr("wheelpkg-1.5.dist-info/METADATA", meta.format("wheelpkg", "License-Expression: MIT"))
    file.writestr("wheelpkg-1.5.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
    file.writestr("wheelpkg-1.5.dist-info/RECORD", "")
with zipfile.ZipFile(folder + "/evil-1.0-py3-none-any.whl", "w") as file:
    file.writestr("../../outside.py", "x = 1\\n")
    file.writestr("evil-1.0.dist-info/METADATA", meta.format("evil", ""))
with tarfile.open(folder + "/sdist_pkg-1.5.tar.gz", "w:gz") as file:
    def add(name, text, **more):
        info = tarfile.TarInfo("sdist_pkg-1.5/" + name)
        info.size = len(text)
        for key, value in more.items():
            setattr(info, key, value)
        file.addfile(info, io.BytesIO(text.encode()))
    add("PKG-INFO", meta.format("sdist_pkg", "Classifier: License :: OSI Approved :: MIT License"))
    add("setup.py", "import setuptools\\n")
    add("src/sdist_pkg/__init__.py", "def f(a):\\n    return a\\n")
    add("examples/e.py", "e = 1\\n")
    add("src/sdist_pkg/link.py", "", type=tarfile.SYMTYPE, linkname="/etc/passwd")
`;

async function archives(folder: string): Promise<string> {
  const index = join(folder, 'index');
  await mkdir(index);
  await runProcess(pythonPath(), ['-I', '-c', MAKE, index]);
  return index;
}

/** Runs with pip looking at a folder instead of a package index. */
async function withIndex<T>(index: string, use: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: index, PIP_CONFIG_FILE: '/dev/null' });
  try {
    return await use();
  } finally {
    for (const key of ['PIP_NO_INDEX', 'PIP_FIND_LINKS', 'PIP_CONFIG_FILE'])
      if (before[key] === undefined) delete process.env[key];
      else process.env[key] = before[key];
  }
}

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
