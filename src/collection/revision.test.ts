/** What changes a source's revision, and what does not. */
import { appendFile, cp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../core/errors';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { collectConfigSchema } from './config';
import type { PythonFacts } from '../python/python-facts';
import { keyedCollectConfig, sourceRevisions, type SourceRevision } from './revision';
import { git, GOOD, makeRepository, writeTree } from './testing';
import { testMachine } from '../stages/testing';

const PYTHON: PythonFacts = { path: 'python3', version: '3.11.7', stdlib: '/nowhere' };

async function revisionOf(source: object, python = PYTHON): Promise<SourceRevision> {
  const config = collectConfigSchema.parse({ sources: [source] });
  return (await sourceRevisions(config, { git: 'git', python }))[0];
}

test('a folder has the same revision elsewhere and at another time, and another one after any change', async () => {
  await withTemporaryFolder(async (folder) => {
    const files = { 'a.py': GOOD, 'sub/b.py': GOOD, LICENSE: 'MIT', 'notes.md': 'x', 'docs/conf.py': GOOD };
    const root = await writeTree(join(folder, 'one', 'project'), files);
    const now = await revisionOf({ kind: 'folder', path: root });
    assert.match(now.revision, /^sha256:[0-9a-f]{64}$/);
    assert.equal([now.name, now.uri], ['project', 'folder:project']);
    const copy = join(folder, 'two', 'project');
    await cp(root, copy, { recursive: true });
    await utimes(join(copy, 'a.py'), 1, 1);
    assert.equal(await revisionOf({ kind: 'folder', path: copy }), now);
    // What is not read does not count: prose, and what a pattern leaves out.
    await appendFile(join(copy, 'notes.md'), 'more');
    await appendFile(join(copy, 'docs', 'conf.py'), '# more');
    assert.equal(await revisionOf({ kind: 'folder', path: copy }), now);
    const seen = new Set([now.revision]);
    for (const change of [
      () => appendFile(join(copy, 'a.py'), '# more'),
      () => appendFile(join(copy, 'LICENSE'), 'more'),
      () => writeFile(join(copy, 'sub', 'c.py'), GOOD),
      () => rename(join(copy, 'a.py'), join(copy, 'z.py')),
      () => rm(join(copy, 'sub', 'b.py')),
    ]) {
      await change();
      const { revision } = await revisionOf({ kind: 'folder', path: copy });
      assert.not.ok(seen.has(revision), String(change));
      seen.add(revision);
    }
  });
});

test('the standard library is the version of its Python, a package the version asked for', async () => {
  const library = { kind: 'folder', path: 'python:stdlib' };
  assert.equal(await revisionOf(library), {
    kind: 'folder',
    name: 'cpython',
    uri: 'https://github.com/python/cpython',
    revision: '3.11.7',
  });
  assert.is((await revisionOf(library, { ...PYTHON, version: '3.12.1' })).revision, '3.12.1');
  assert.equal(await revisionOf({ kind: 'package', package: 'Py_Yaml==6.0' }), {
    kind: 'package',
    name: 'py-yaml',
    uri: 'pkg:pypi/py-yaml@6.0',
    revision: '6.0',
  });
  assert.match((await testMachine.pythonFacts()).version, /^3\.\d+\.\d+/);
});

test('a history is its commit, where a clone ends, and the remote that it belongs to', async () => {
  await withTemporaryFolder(async (folder) => {
    const commits = [1, 2, 3].map((n) => ({ message: `Fix ${n}`, files: { 'a.py': `${GOOD}# ${n}\n` } }));
    const path = join(folder, 'one');
    await makeRepository(path, commits);
    const now = await revisionOf({ kind: 'git', path });
    assert.match(now.revision, /^[0-9a-f]{40}$/);
    assert.equal(now, await revisionOf({ kind: 'git', path: join(path, '.git') }));
    const clone = join(folder, 'clone', 'one');
    await git(folder, ['clone', '--quiet', '--depth', '2', `file://${path}`, clone]);
    const cut = await revisionOf({ kind: 'git', path: clone });
    assert.match(cut.revision, new RegExp(`^${now.revision} cut at [0-9a-f]{16}$`));
    await git(clone, ['remote', 'set-url', 'origin', 'https://github.com/Someone/Thing.git']);
    assert.is((await revisionOf({ kind: 'git', path: clone })).uri, 'https://github.com/Someone/Thing');
    assert.is.not((await revisionOf({ kind: 'git', path, revision: 'HEAD~1' })).revision, now.revision);
    assert.match((await revisionOf({ kind: 'git', path: 'demo' })).revision, /^sha256:/);
  });
});

test('a config in a key has no path of this machine, and what the patterns say', async () => {
  await withTemporaryFolder(async (folder) => {
    const keys: string[] = [];
    for (const place of ['here', 'there']) {
      const path = await writeTree(join(folder, place, 'project'), { 'a.py': GOOD });
      const config = collectConfigSchema.parse({ sources: [{ kind: 'folder', path }, { kind: 'git' }] });
      keys.push(
        JSON.stringify(
          keyedCollectConfig(config, await sourceRevisions(config, { git: 'git', python: PYTHON })),
        ),
      );
    }
    assert.is(keys[0], keys[1]);
    assert.not.ok(keys[0].includes(folder));
    assert.match(keys[0], 'site-packages');
  });
});

test('two sources of one kind and name are refused: nobody could tell their samples apart', async () => {
  await withTemporaryFolder(async (folder) => {
    const [a, b] = await Promise.all(
      ['x', 'y'].map((place) => writeTree(join(folder, place, 'project'), { 'a.py': GOOD })),
    );
    const sources = [a, b].map((path) => ({ kind: 'folder' as const, path }));
    const config = collectConfigSchema.parse({ sources });
    const error = await rejection(() => sourceRevisions(config, { git: 'git', python: PYTHON }));
    assert.instance(error, UserError);
    assert.match(error.message, 'two sources of kind folder have the name "project"');
    // A package is a folder to its samples.
    const both = { sources: [sources[0], { kind: 'package' as const, package: 'project==1.0' }] };
    const twins = await rejection(() =>
      sourceRevisions(collectConfigSchema.parse(both), { git: 'git', python: PYTHON }),
    );
    assert.match(twins.message, 'two sources of kind folder have the name "project"');
    const named = collectConfigSchema.parse({ sources: [sources[0], { ...sources[1], name: 'other' }] });
    assert.is((await sourceRevisions(named, { git: 'git', python: PYTHON })).length, 2);
  });
});

test.run();
