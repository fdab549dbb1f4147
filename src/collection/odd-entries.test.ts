import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, UserError } from '../core/errors';
import { pythonPath } from '../core/paths';
import { createProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { runProcess } from '../core/processes/subprocess';
import { Critic } from '../python/critic/critic';
import { createFolderStore } from '../storage/folder-store';
import { collectAll, rejection, withTemporaryFolder } from '../storage/testing';
import { collectConfigSchema, type FolderSource } from './config';
import { openFolder } from './folders/folder';
import type { Dropped } from './dropped';
import { journalDrops, journalSamples } from './journal';
import type { SourceBatch } from './source';
import { git, GOOD, makeRepository, run, writeTree, type Collected } from './testing';
import { testMachine } from '../stages/testing';

/** `path reason` of every drop, sorted. */
function drops({ drops }: Collected): string[] {
  return drops.map(({ path, reason }: Dropped) => `${path ?? '-'} ${reason}`).sort();
}

test('odd entries of a folder are one drop each, and the others are read', async () => {
  await withTemporaryFolder(async (folder) => {
    const root = await writeTree(join(folder, 'project'), {
      'good.py': GOOD,
      'large.py': `x = "${'x'.repeat(5000)}"\n`,
      'nul.py': 'def f(a):\n    return "\0" + a\n',
      'one_line.py': `x = [${'1, '.repeat(600)}]\n`,
      'license/terms.py': GOOD.replace('add', 'terms'),
      'sub/good.py': GOOD.replace('add', 'add_too'),
    });
    await symlink('nowhere', join(root, 'LICENSE'));
    await symlink('.', join(root, 'loop'));
    await symlink('good.py', join(root, 'link.py'));
    await runProcess('mkfifo', [join(root, 'pipe.py')]);
    await writeFile(
      Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.py')]),
      GOOD,
    );
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket.py'), resolve));
    try {
      const config = { sources: [{ kind: 'folder' as const, path: root }], maxFileBytes: 4000 };
      const collected = await run(join(folder, 'out'), config);
      assert.equal(drops(collected), [
        'LICENSE licence_unreadable',
        'caf\ufffd.py name_not_utf8',
        'large.py too_large',
        'license licence_unreadable',
        'link.py no_regular_file',
        'loop no_regular_file',
        'nul.py does_not_parse',
        'pipe.py no_regular_file',
        'socket.py no_regular_file',
      ]);
      assert.equal(collected.samples.map(({ origin }) => origin.path).sort(), [
        'good.py',
        'license/terms.py',
        'sub/good.py',
      ]);
      assert.equal([...new Set(collected.samples.map(({ licence }) => licence))], ['NOASSERTION']);
      const { counts } = collected.manifest['trm:lineage'];
      assert.is(counts.in, 3 + 9);
    } finally {
      server.close();
    }
  });
});

test('a file or folder without permission is a drop', async () => {
  // The super-user may read everything: the collection runs as nobody there.
  const asRoot = process.geteuid?.() === 0;
  const folder = await mkdtemp(join(tmpdir(), 'trm-odd-'));
  try {
    await chmod(folder, 0o777);
    const root = await writeTree(join(folder, 'project'), {
      'a.py': GOOD,
      'secret.py': GOOD,
      LICENSE: 'MIT',
      'closed/b.py': GOOD,
    });
    for (const name of ['secret.py', 'LICENSE', 'closed']) await chmod(join(root, name), 0);
    const config = collectConfigSchema.parse({ sources: [{ kind: 'folder', path: root }] });
    const critic = await Critic.start({ python: pythonPath() });
    const { git } = testMachine;
    const python = await testMachine.pythonFacts();
    const { signal } = new AbortController();
    const tools = { config, critic, python, git, rng: seedStream(1, 'collect'), signal };
    const batches: SourceBatch[] = [];
    if (asRoot) process.seteuid?.(65534);
    try {
      const source = await openFolder(config.sources[0] as FolderSource, tools);
      batches.push(...(await collectAll(source.batches({ cursor: null, taken: 0, units: 0 }))));
    } finally {
      if (asRoot) process.seteuid?.(0);
      await critic.close();
    }
    assert.equal(
      batches.flatMap(({ drops }) => drops.map(({ path, reason }) => `${path} ${reason}`)).sort(),
      ['LICENSE licence_unreadable', 'closed/ unreadable', 'secret.py unreadable'],
    );
    assert.is(batches.flatMap(({ samples }) => samples).length, 1);
  } finally {
    await chmod(join(folder, 'project', 'closed'), 0o700);
    await rm(folder, { recursive: true, force: true });
  }
});

test('files that vanish after the folder was listed are drops, and the collection says that its source changed', async () => {
  await withTemporaryFolder(async (folder) => {
    const files = Array.from(
      { length: 200 },
      (_, i) => [`m${i}.py`, GOOD.replace('add', `add_${i}`)] as const,
    );
    const root = await writeTree(join(folder, 'many'), Object.fromEntries(files));
    let gone: Promise<unknown> | undefined;
    const progress = createProgress({
      intervalMs: 0,
      sink: ({ done }) => {
        if (done > 0) gone ??= Promise.all(files.map(([path]) => rm(join(root, path), { force: true })));
      },
    });
    const config = { sources: [{ kind: 'folder' as const, path: root }] };
    const out = join(folder, 'out');
    const error = await rejection(() => run(out, config, { progress }));
    await gone;
    assert.instance(error, DataError);
    assert.match(error.message, /the source folder:many changed since the stage began: it was at sha256:/);
    const store = createFolderStore(out);
    assert.not.ok(await store.exists('manifest.json'));
    const drops = await collectAll(journalDrops(store, 1));
    assert.ok(drops.length > 0);
    assert.equal(
      [...new Set(drops.map(({ reason, detail }) => `${reason} ${detail}`))],
      ['unreadable ENOENT'],
    );
    assert.is((await collectAll(journalSamples(store, 1))).length + drops.length, 200);
  });
});

const BUGGY = 'def scale(value, factor):\n    result = value + factor\n    return result\n';
const FIXED = BUGGY.replace('+', '*');
const HISTORY = [
  { message: 'Start', files: { 'a.py': BUGGY } },
  { message: 'Fix scale', files: { 'a.py': FIXED } },
];

test('the .git folder of a repository is that repository', async () => {
  await withTemporaryFolder(async (folder) => {
    await makeRepository(join(folder, 'thing'), HISTORY);
    const path = join(folder, 'thing', '.git');
    const { samples } = await run(join(folder, 'out'), { sources: [{ kind: 'git', path }] });
    assert.equal(
      samples.map(({ group, origin }) => [group, origin.repo]),
      [['thing', 'thing']],
    );
  });
});

test('commit dates that are none do not matter', async () => {
  await withTemporaryFolder(async (folder) => {
    const dates = ['1700000000 +0000', '1700000060 +51800', '253402300800 +0000', '99999999999999 +0000'];
    const block = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
    const parts = dates.map((date, i) => {
      const text = BUGGY.replace('factor)', `factor, extra_${'x'.repeat(i)})`);
      const person = `T <t@example.org> ${date}`;
      return `commit refs/heads/main\nmark :${i + 1}\ncommitter ${person}\n${block('Fix it')}${i ? `from :${i}\n` : ''}M 100644 inline a.py\n${block(text)}\n`;
    });
    await mkdir(join(folder, 'r'));
    await git(join(folder, 'r'), ['init', '-q', '--initial-branch=main']);
    await git(
      join(folder, 'r'),
      ['fast-import', '--quiet', '--done', '--date-format=raw-permissive'],
      `${parts.join('')}done\n`,
    );
    const { samples } = await run(join(folder, 'out'), {
      sources: [{ kind: 'git', path: join(folder, 'r') }],
    });
    assert.equal(
      samples.map(({ origin }) => origin.committedAt),
      [null, null, new Date(1700000060 * 1000).toISOString()],
    );
  });
});

test('a shallow clone says so, and how to mend it', async () => {
  await withTemporaryFolder(async (folder) => {
    await makeRepository(join(folder, 'whole'), HISTORY);
    await git(folder, ['clone', '-q', '--depth=1', `file://${join(folder, 'whole')}`, 'part']);
    const said: string[] = [];
    const progress = createProgress({ intervalMs: 0, sink: ({ note }) => said.push(note ?? '') });
    const config = { sources: [{ kind: 'git' as const, path: join(folder, 'part') }] };
    const { samples, drops } = await run(join(folder, 'out'), config, { progress });
    assert.is(samples.length, 0);
    const [{ reason, detail }] = drops;
    assert.is(reason, 'shallow_history');
    assert.match(String(detail), /git -C .*part fetch --unshallow/);
    assert.ok(
      said.some((note) => note.includes('fetch --unshallow')),
      said.join('\n'),
    );
  });
});

test('empty repositories give nothing and say so; a revision that is not there is an error', async () => {
  await withTemporaryFolder(async (folder) => {
    for (const bare of [false, true]) {
      const path = join(folder, `empty-${bare}`);
      await mkdir(path);
      await git(path, ['init', '-q', ...(bare ? ['--bare'] : [])]);
      const collected = await run(join(folder, `out-${bare}`), { sources: [{ kind: 'git', path }] });
      assert.equal(drops(collected), ['- no_commits']);
      const config = { sources: [{ kind: 'git' as const, path, revision: 'v1' }] };
      assert.instance(await rejection(() => run(join(folder, 'other'), config)), UserError);
    }
  });
});

test('odd entries of a history: large and linked files, submodules, binary messages, names of other bytes', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'r');
    const big = (value: number): string => `def f(a):\n    return a + ${value}\n${'# x\n'.repeat(5000)}`;
    await makeRepository(path, [
      { message: 'Start', files: { 'a.py': BUGGY, 'big.py': big(1), 'caf\ufffd.py': BUGGY } },
      { message: 'Fix big', files: { 'big.py': big(2) } },
      { message: `Fix \u0001\u001b[31m${'é'.repeat(100_000)}`, files: { 'a.py': FIXED } },
      { message: 'Fix café', files: { 'caf\ufffd.py': FIXED } },
    ]);
    await mkdir(join(path, 'd'));
    for (const [target, message] of [
      ['LICENSE-TARGET', 'Add link'],
      ['elsewhere', 'Fix link'],
    ]) {
      await rm(join(path, 'd', 'link.py'), { force: true });
      await symlink(target, join(path, 'd', 'link.py'));
      await rm(join(path, 'LICENSE'), { force: true });
      await symlink(target, join(path, 'LICENSE'));
      await git(path, ['add', 'd', 'LICENSE']);
      const commit = (await git(path, ['rev-parse', message === 'Add link' ? 'HEAD~1' : 'HEAD'])).trim();
      await git(path, ['update-index', '--add', '--cacheinfo', `160000,${commit},sub.py`]);
      const person = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
      await git(path, [...person, 'commit', '-q', '-m', message]);
    }
    const config = { sources: [{ kind: 'git' as const, path }], maxFileBytes: 10_000 };
    const collected = await run(join(folder, 'out'), config);
    assert.equal(drops(collected), [
      '- no_python_file',
      'LICENSE licence_unreadable',
      'big.py too_large',
      'caf\ufffd.py name_not_utf8',
    ]);
    assert.equal(
      collected.samples.map(({ origin }) => origin.path),
      ['a.py'],
    );
  });
});

test.run();
