import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../core/errors';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { buildDemoHistory, demoProjectFolder } from './demo-history';
import { git } from './testing';

/** Changes whenever the demo project changes; then look at the new history and write the new id here. */
const HEAD = 'e4b456a35fa8315e0437d3e2f6f584b90596b72c';

test('the same commit ids everywhere, in a repository that git finds whole', async () => {
  await withTemporaryFolder(async (folder) => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    assert.is(await buildDemoHistory(one, 'git'), HEAD);
    process.env.GIT_AUTHOR_NAME = 'somebody else';
    try {
      assert.is(await buildDemoHistory(two, 'git'), HEAD);
    } finally {
      delete process.env.GIT_AUTHOR_NAME;
    }
    await git(one, ['fsck', '--strict']);
    const dates = (await git(one, ['log', '--format=%aI', 'main'])).trim().split('\n');
    assert.is(dates.length, 41);
    assert.match(dates[40], '2024-01-08T09:00:00');
  });
});

test('a history that does not fit its files is refused with the commit and the text', async () => {
  await withTemporaryFolder(async (folder) => {
    const project = join(folder, 'project');
    await cp(demoProjectFolder(), project, { recursive: true });
    const path = join(project, 'history.yaml');
    const text = await readFile(path, 'utf8');
    const attempts: [string, string, RegExp][] = [
      [
        'find: while date < until',
        'find: while nothing',
        /commit 25: expected "while nothing" once .* found it 0 times/,
      ],
      ['find: while date < until', 'find: date', /commit 25: expected "date" once .* found it \d+ times/],
      ['author: ada', 'author: bob', /"bob", who is not listed/],
      ['start: 2024', 'begin: 2024', /unknown key "begin"/],
    ];
    for (const [find, replace, expected] of attempts) {
      await writeFile(path, text.replace(find, replace));
      const error = await rejection(() => buildDemoHistory(join(folder, 'target'), 'git', project));
      assert.match(error.message, expected);
    }
    await writeFile(path, text.replace('find: while date < until', 'find: while nothing'));
    assert.instance(await rejection(() => buildDemoHistory(join(folder, 't'), 'git', project)), DataError);
  });
});

test.run();
