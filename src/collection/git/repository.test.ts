import { appendFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError, UserError } from '../../core/errors';
import { sha256File } from '../../core/hash';
import { collectAll, rejection, withTemporaryFolder } from '../../storage/testing';
import { git, makeRepository } from '../testing';
import { GitRepository } from './repository';

/** Opens a repository, closes it afterwards. */
async function withRepository<T>(path: string, use: (repository: GitRepository) => Promise<T>): Promise<T> {
  const repository = await GitRepository.open(path, { git: 'git' });
  try {
    return await use(repository);
  } finally {
    await repository.close();
  }
}

for (const bare of [false, true])
  test(`reads commits, changes and blobs of a ${bare ? 'bare' : 'plain'} repository`, async () => {
    await withTemporaryFolder(async (folder) => {
      const ids = await makeRepository(
        folder,
        [
          { message: 'First\n\nWith a body.\n', files: { 'a.py': 'x = 1\n', 'b\nc "d".py': 'y = 1\n' } },
          { message: 'Zweiter: ä 😀\n', files: { 'a.py': 'x = 2\nz = 3\n', 'b\nc "d".py': null } },
          { message: 'Third', files: { 'ü.py': '', 'b\nc "d".py': 'y = 2\n' } },
          { message: '', files: {} },
        ],
        { bare },
      );
      await withRepository(folder, async (repository) => {
        assert.is(await repository.resolve('main'), ids[3]);
        const commits = await collectAll(repository.commits(ids[3]));
        assert.equal(
          commits.map((commit) => commit.id),
          [...ids].reverse(),
        );
        assert.is(commits[3].message, 'First\n\nWith a body.\n');
        assert.is(commits[2].message, 'Zweiter: ä 😀\n');
        assert.is(commits[2].committedAt, new Date((1_700_000_000 + 60) * 1000).toISOString());

        const changes = await collectAll(repository.changes([...ids].reverse()));
        assert.equal(
          changes.map(({ commit, files, lines }) => [
            commit,
            lines,
            files.map((file) => [file.status, file.path]),
          ]),
          [
            [
              ids[2],
              1,
              [
                ['A', 'b\nc "d".py'],
                ['A', 'ü.py'],
              ],
            ],
            [
              ids[1],
              4,
              [
                ['M', 'a.py'],
                ['D', 'b\nc "d".py'],
              ],
            ],
          ],
          'root and empty commits are left out',
        );
        const modified = changes[1].files[0];
        const blobs = await Promise.all(
          [modified.beforeBlob, modified.afterBlob].map((id) => repository.readBlob(id, 100)),
        );
        assert.equal(blobs.map(String), ['x = 1\n', 'x = 2\nz = 3\n']);
        assert.equal(
          (await repository.rootFiles(ids[3])).map((file) => file.path),
          ['a.py', 'b\nc "d".py', 'ü.py'],
        );
      });
    });
  });

test('merges are left out, their sides are not', async () => {
  await withTemporaryFolder(async (folder) => {
    const [first] = await makeRepository(folder, [{ message: 'one', files: { a: '1' } }]);
    const tree = (await git(folder, ['rev-parse', `${first}^{tree}`])).trim();
    const commit = async (message: string, ...parents: string[]): Promise<string> => {
      const person = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
      const from = parents.flatMap((parent) => ['-p', parent]);
      return (await git(folder, [...person, 'commit-tree', tree, ...from, '-m', message])).trim();
    };
    const [left, right] = [await commit('left', first), await commit('right', first)];
    const merge = await commit('merge', left, right);
    await withRepository(folder, async (repository) => {
      const found = await collectAll(repository.commits(merge));
      assert.equal(found.map((item) => item.message.trim()).sort(), ['left', 'one', 'right']);
    });
  });
});

test('blobs of every size come back exactly, in any order of asking; missing ones are undefined', async () => {
  await withTemporaryFolder(async (folder) => {
    const texts = [
      '',
      '\n',
      'a',
      'no newline',
      'x'.repeat(3_000_000),
      `${'line\n'.repeat(70_000)}`,
      'é😀\0\r\n',
    ];
    const files = Object.fromEntries(texts.map((text, i) => [`f${i}`, text]));
    const [id] = await makeRepository(folder, [{ message: 'all', files }]);
    await withRepository(folder, async (repository) => {
      const listed = await repository.rootFiles(id);
      const missing = repository.readBlob('0'.repeat(40), 2 ** 30);
      const all = await Promise.all(
        [...listed, ...listed].map((file) => repository.readBlob(file.blob, 2 ** 30)),
      );
      assert.is(await missing, undefined);
      assert.is(all.length, 14);
      for (const [i, bytes] of all.entries())
        assert.ok(Buffer.isBuffer(bytes) && bytes.equals(Buffer.from(texts[i % 7])), `file ${i % 7} differs`);
      // Large ones are passed over whole, whatever stands around them.
      const some = await Promise.all(
        [...listed, ...listed].map((file) => repository.readBlob(file.blob, 20)),
      );
      for (const [i, found] of some.entries()) {
        const size = Buffer.byteLength(texts[i % 7]);
        if (size > 20) assert.equal(found, { size });
        else assert.ok(Buffer.isBuffer(found) && found.toString() === texts[i % 7]);
      }
    });
  });
});

test('a reader that stops early leaves no process waiting', async () => {
  await withTemporaryFolder(async (folder) => {
    const commits = Array.from({ length: 300 }, (_, i) => ({
      message: `c${i}`.padEnd(2000, '.'),
      files: { a: `${i}` },
    }));
    const ids = await makeRepository(folder, commits);
    await withRepository(folder, async (repository) => {
      for await (const commit of repository.commits(ids[299])) {
        assert.is(commit.id, ids[299]);
        break;
      }
    });
  });
});

test('what is no repository is refused, even inside of one', async () => {
  await withTemporaryFolder(async (folder) => {
    await makeRepository(folder, [{ message: 'one', files: { a: '1' } }]);
    const inside = join(folder, 'inside');
    await mkdir(inside);
    for (const path of [inside, join(folder, 'gone')]) {
      const error = await rejection(() => GitRepository.open(path, { git: 'git' }));
      assert.instance(error, UserError);
      assert.match(error.message, path);
    }
    await withRepository(folder, async (repository) => {
      for (const revision of ['nope', '--all', 'main:a'])
        assert.instance(await rejection(() => repository.resolve(revision)), UserError, revision);
    });
  });
});

test('settings of the repository run nothing and change nothing, and the repository stays as it was', async () => {
  await withTemporaryFolder(async (folder) => {
    const repositoryFolder = join(folder, 'r');
    const ids = await makeRepository(repositoryFolder, [
      { message: 'one', files: { 'a.py': '1\n', '.gitattributes': '*.py diff=evil\n' } },
      { message: 'two', files: { 'a.py': '2\n' } },
    ]);
    const marker = join(folder, 'ran');
    await appendFile(
      join(repositoryFolder, '.git', 'config'),
      `[diff]\n\texternal = touch ${marker}\n[diff "evil"]\n\ttextconv = touch ${marker};cat\n\tcommand = touch ${marker}\n` +
        `[core]\n\tpager = touch ${marker}\n\tfsmonitor = touch ${marker}\n[log]\n\tshowSignature = true\n` +
        '\tdate = relative\n[diff]\n\trenames = copies\n\tnoprefix = true\n[color]\n\tui = always\n',
    );
    const before = await snapshot(repositoryFolder);
    await withRepository(repositoryFolder, async (repository) => {
      const commits = await collectAll(repository.commits(await repository.resolve('HEAD')));
      assert.equal(
        commits.map((commit) => commit.message.trim()),
        ['two', 'one'],
      );
      const [change] = await collectAll(repository.changes([ids[1]]));
      assert.equal([change.lines, change.files.length], [2, 1]);
      assert.equal(await repository.readBlob(change.files[0].afterBlob, 10), Buffer.from('2\n'));
    });
    assert.equal(await snapshot(repositoryFolder), before);
    assert.is((await readdir(folder)).includes('ran'), false);
  });
});

test('variables of a surrounding git hook do not lead elsewhere', async () => {
  await withTemporaryFolder(async (folder) => {
    await makeRepository(join(folder, 'a'), [{ message: 'of a', files: { f: '1' } }]);
    await makeRepository(join(folder, 'b'), [{ message: 'of b', files: { f: '2' } }]);
    process.env.GIT_DIR = join(folder, 'b', '.git');
    try {
      await withRepository(join(folder, 'a'), async (repository) => {
        const [commit] = await collectAll(repository.commits(await repository.resolve('main')));
        assert.is(commit.message.trim(), 'of a');
      });
    } finally {
      delete process.env.GIT_DIR;
    }
  });
});

test('an abort ends a walk with InterruptedError', async () => {
  await withTemporaryFolder(async (folder) => {
    const commits = Array.from({ length: 400 }, (_, i) => ({
      message: `c${i}`.padEnd(4000, '.'),
      files: { a: `${i}` },
    }));
    const ids = await makeRepository(folder, commits);
    const controller = new AbortController();
    const repository = await GitRepository.open(folder, { git: 'git', signal: controller.signal });
    let seen = 0;
    const error = await rejection(async () => {
      for await (const _ of repository.commits(ids[399])) if (++seen === 3) controller.abort();
    });
    assert.instance(error, InterruptedError);
    assert.ok(seen < 400);
    await repository.close();
  });
});

async function snapshot(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) files.push(`${name} ${await sha256File(path)}`);
    else files.push(name);
  }
  return files;
}

test('an empty repository has no commit to read', async () => {
  await withTemporaryFolder(async (folder) => {
    await git(folder, ['init', '-q']);
    await writeFile(join(folder, 'a'), '1');
    await withRepository(folder, async (repository) => {
      assert.match((await rejection(() => repository.resolve('HEAD'))).message, 'no commit "HEAD"');
    });
  });
});

test.run();
