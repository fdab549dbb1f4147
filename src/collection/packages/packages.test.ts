import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../core/errors';
import { sha256 } from '../../core/hash';
import { projectRoot, pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { fetchPackage, isPackageSpec } from './packages';
import { statedRepository } from './project-links';
import { archives, withEnvironment, withIndex, writeTree } from '../testing';

const python = pythonPath();

test('a wheel is downloaded, unpacked as installed, and kept for the next time', async () => {
  await withTemporaryFolder(async (folder) => {
    const packages = join(folder, 'packages');
    const found = await withIndex(await archives(folder), () =>
      fetchPackage('Wheelpkg', { python, packages }),
    );
    const { folder: _, ...facts } = found;
    assert.equal(facts, {
      name: 'wheelpkg',
      version: '1.5',
      licence: 'MIT',
      url: 'pkg:pypi/wheelpkg',
      origin: 'downloaded',
    });
    assert.equal((await readdir(found.folder, { recursive: true })).sort(), [
      'wheelpkg',
      join('wheelpkg', '__init__.py'),
      join('wheelpkg', 'extra.py'),
    ]);
    assert.equal(await readdir(packages), ['wheelpkg-1.5']);
    // No index this time.
    assert.equal(await withIndex(folder, () => fetchPackage('wheelpkg==1.5', { python, packages })), found);
  });
});

test('a member that points outside of the package stops everything, and nothing stays', async () => {
  await withTemporaryFolder(async (folder) => {
    const packages = join(folder, 'a', 'b', 'packages');
    const index = await archives(folder);
    const script = join(projectRoot(), 'src', 'collection', 'packages', 'package-files.py');
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
    await withIndex(index, () => rejection(() => fetchPackage('evil', { python, packages })));
    assert.equal(await readdir(packages), []);
  });
});

test('what a wheel says of another package, or a version that is none, names no folder', async () => {
  await withTemporaryFolder(async (folder) => {
    const packages = join(folder, 'work', 'packages');
    const victim = await writeTree(join(folder, 'work', 'victim'), { 'kept.txt': 'mine' });
    const index = await archives(folder);
    const found = await withIndex(index, () => fetchPackage('wiper', { python, packages }));
    assert.equal([found.version, found.folder], ['1.0', join(packages, 'wiper-1.0', 'files')]);
    const script = join(projectRoot(), 'src', 'collection', 'packages', 'package-files.py');
    const wheel = join(index, 'liar-1.0-py3-none-any.whl');
    const error = await rejection(() =>
      runProcess(pythonPath(), ['-I', script, 'archive', wheel, join(folder, 'liar')]),
    );
    assert.match(error.message, /expected metadata of liar 1\.0, it names 'liar' '1\/\.\.\/\.\.\/victim'/);
    await withIndex(index, () => rejection(() => fetchPackage('liar', { python, packages })));
    assert.equal(await readdir(packages), ['wiper-1.0']);
    assert.is(await readFile(join(victim, 'kept.txt'), 'utf8'), 'mine');
  });
});

test('a broken archive and a broken record are said, and hide nothing', async () => {
  await withTemporaryFolder(async (folder) => {
    const packages = join(folder, 'packages');
    const index = await archives(folder);
    const error = await withIndex(index, () => rejection(() => fetchPackage('broken', { python, packages })));
    assert.instance(error, UserError);
    await writeTree(packages, { 'zzz-1.0/package.json': '{', 'wheelpkg-1.5/package.json': '{}' });
    const found = await withIndex(index, () => fetchPackage('wheelpkg', { python, packages }));
    assert.ok(existsSync(join(found.folder, 'wheelpkg', '__init__.py')));
  });
});

test('a source archive is unpacked, and its build script is not run', async () => {
  await withTemporaryFolder(async (folder) => {
    const index = await archives(folder);
    const found = await withIndex(index, () =>
      fetchPackage('sdist-pkg', { python, packages: join(folder, 'packages') }),
    );
    assert.equal([found.name, found.version, found.licence], ['sdist-pkg', '1.5', 'MIT']);
    assert.ok(existsSync(join(found.folder, 'sdist_pkg', '__init__.py')));
    assert.not.ok(existsSync(join(index, 'executed')), 'setup.py ran');
  });
});

for (const form of ['json', 'html'] as const)
  test(`a source archive comes from the index that pip is set to, if its hash is right (${form})`, async () => {
    await withTemporaryFolder(async (folder) => {
      const bytes = await readFile(join(await archives(folder), 'sdist_pkg-1.5.tar.gz'));
      for (const right of [true, false]) {
        const hash = sha256(right ? bytes : 'something else');
        const packages = join(folder, String(right));
        const fetched = (): Promise<{ folder: string }> =>
          fetchPackage('sdist_pkg==1.5', { python, packages });
        if (!right && form === 'html') continue;
        await withHttpIndex(form, bytes, hash, async () => {
          if (right) assert.ok(existsSync(join((await fetched()).folder, 'sdist_pkg')));
          else assert.match((await rejection(fetched)).message, /has another SHA-256 than the index states/);
        });
      }
    });
  });

/** Serves one source archive as PyPI's simple API does, behind a password. */
async function withHttpIndex(
  form: 'json' | 'html',
  bytes: Buffer,
  hash: string,
  use: () => Promise<void>,
): Promise<void> {
  const name = 'sdist_pkg-1.5.tar.gz';
  const page =
    form === 'html'
      ? `<html><a href="../../files/${name}#sha256=${hash}">${name}</a></html>`
      : JSON.stringify({
          meta: { 'api-version': '1.0' },
          name: 'sdist-pkg',
          files: [{ filename: name, url: `../../files/${name}`, hashes: { sha256: hash } }],
        });
  const type = form === 'html' ? 'text/html' : 'application/vnd.pypi.simple.v1+json';
  const server = createServer(({ url, headers }, answer) => {
    const expected = `Basic ${Buffer.from('me:se cret').toString('base64')}`;
    if (url === `/files/${name}`) answer.end(bytes);
    else if (headers.authorization !== expected) answer.writeHead(401).end();
    else if (url === '/simple/sdist-pkg/') answer.writeHead(200, { 'content-type': type }).end(page);
    else answer.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const variables = {
    PIP_INDEX_URL: `http://me:se%20cret@127.0.0.1:${port}/simple`,
    PIP_CONFIG_FILE: '/dev/null',
    PIP_FIND_LINKS: undefined,
    PIP_NO_INDEX: undefined,
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  };
  try {
    await withEnvironment(variables, use);
  } finally {
    server.close();
  }
}

test('a source archive gives what would be installed, without links', async () => {
  await withTemporaryFolder(async (folder) => {
    const index = await archives(folder);
    const script = join(projectRoot(), 'src', 'collection', 'packages', 'package-files.py');
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
    const found = await withIndex(folder, () => fetchPackage('Jinja2', { python, packages }));
    assert.equal([found.name, found.origin], ['jinja2', 'installed']);
    assert.match(found.licence, /^BSD-3-Clause$/);
    assert.ok(existsSync(join(found.folder, 'jinja2', '__init__.py')));
    const other = await withIndex(folder, () =>
      rejection(() => fetchPackage('Jinja2==0.0.1', { python, packages })),
    );
    assert.instance(other, UserError);
    assert.match(other.message, /got "Jinja2==0\.0\.1": ERROR: .*No matching distribution/);
  });
});

test('the repository of a package is read from its links', () => {
  const CASES: [home: string | null, links: string[], expected: string | undefined][] = [
    [
      null,
      ['Homepage, https://numpy.org', 'source, https://github.com/numpy/numpy'],
      'https://github.com/numpy/numpy',
    ],
    ['https://github.com/a/site', ['Source Code, https://github.com/a/code'], 'https://github.com/a/code'],
    ['https://github.com/a/b', ['Docs, https://b.readthedocs.io'], 'https://github.com/a/b'],
    [
      null,
      ['Tracker, https://github.com/a/b/issues', 'Changes, https://github.com/a/b/blob/main/C.md'],
      'https://github.com/a/b',
    ],
    [null, ['Tracker, https://github.com/a/b/issues', 'Sponsor, https://github.com/c/d'], undefined],
    ['UNKNOWN', ['no comma'], undefined],
    [null, [], undefined],
  ];
  for (const [home, links, expected] of CASES)
    assert.is(statedRepository(home, links), expected, links.join());
});

test('names of packages, and what is none', () => {
  for (const spec of ['requests', 'ruamel.yaml', 'a', 'scikit-learn==1.5.0', 'x==1!2.0+local'])
    assert.ok(isPackageSpec(spec), spec);
  for (const text of ['', '-r', '--index-url=x', 'a b', './x', 'x/y', 'x>=1', 'x==', 'x[y]', 'x==1; y'])
    assert.not.ok(isPackageSpec(text), text);
});

test.run();
