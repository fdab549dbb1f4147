import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { runProcess } from '../core/subprocess';
import { unifiedDiff } from './diff';

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-diff-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What `git apply` makes of `before` and our diff. */
async function applied(folder: string, before: string, diff: string): Promise<string> {
  await writeFile(join(folder, 'code.py'), before);
  await writeFile(join(folder, 'change.diff'), diff);
  await runProcess('git', ['apply', '--whitespace=nowarn', 'change.diff'], { cwd: folder });
  return readFile(join(folder, 'code.py'), 'utf8');
}

/** What `diff -u` prints below its two header lines. */
async function reference(folder: string, before: string, after: string): Promise<string> {
  await writeFile(join(folder, 'old'), before);
  await writeFile(join(folder, 'new'), after);
  const { stdout } = await runProcess('diff', ['-u', 'old', 'new'], { cwd: folder, okCodes: [0, 1] });
  return stdout.split('\n').slice(2).join('\n');
}

test('equal texts have no diff', () => {
  assert.is(unifiedDiff('a\nb\n', 'a\nb\n', { file: 'code.py' }), '');
});

test('one changed line is printed as diff -u prints it, byte for byte', async () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join('');
  for (const [label, after] of [
    ['changed', before.replace('line 9', 'line nine')],
    ['inserted at the end', `${before}more\n`],
    ['removed at the start', before.slice(before.indexOf('\n') + 1)],
    ['two hunks', before.replace('line 2\n', '').replace('line 15\n', 'x\ny\n')],
    ['touching contexts', before.replace('line 4', 'four').replace('line 10', 'ten')],
    ['final line end lost', before.slice(0, -1)],
    ['emptied', ''],
  ] as const) {
    const ours = unifiedDiff(before, after, { file: 'code.py' });
    const theirs = await inFolder((folder) => reference(folder, before, after));
    assert.is(ours.split('\n').slice(2).join('\n'), theirs, label);
  }
});

test('random edits: git apply turns the old text into the new one', async () => {
  const rng = seedStream(7, 'diff');
  await inFolder(async (folder) => {
    for (let round = 0; round < 25; round++) {
      // Few distinct lines, so that the shortest script has many ties; CRLF and missing line ends among them.
      const lines = Array.from({ length: 1 + rng.int(30) }, () =>
        rng.pick(['a\n', 'b\n', '\n', 'c\r\n', '  d\n']),
      );
      const changed = lines.flatMap((line) =>
        rng.pick([[line], [line], [line], [], ['new\n', line], ['b\n']]),
      );
      const before = lines.join('') + rng.pick(['', 'end']);
      const after = changed.join('') + rng.pick(['', 'end', 'end\n']);
      // git sees an emptied file as a deleted one.
      if (before === after || after === '') continue;
      const diff = unifiedDiff(before, after, { file: 'code.py' });
      assert.is(await applied(folder, before, diff), after, JSON.stringify({ before, after }));
    }
  });
});

test('the script is the shortest: as many changed lines as diff --minimal has', async () => {
  const rng = seedStream(8, 'diff');
  await inFolder(async (folder) => {
    for (let round = 0; round < 10; round++) {
      const text = (): string => Array.from({ length: 25 }, () => `${rng.int(4)}\n`).join('');
      const [before, after] = [text(), text()];
      await writeFile(join(folder, 'old'), before);
      await writeFile(join(folder, 'new'), after);
      const { stdout } = await runProcess('diff', ['--minimal', 'old', 'new'], {
        cwd: folder,
        okCodes: [0, 1],
      });
      const changes = (diff: string, signs: RegExp): number =>
        diff.split('\n').filter((l) => signs.test(l)).length;
      const ours = unifiedDiff(before, after, { file: 'f' }).split('\n').slice(2).join('\n');
      assert.is(changes(ours, /^[-+]/), changes(stdout, /^[<>]/));
    }
  });
});

test('a heading stands behind the ranges and does not disturb git apply', async () => {
  const before = 'a\nb\nc\n';
  const diff = unifiedDiff(before, 'a\nB\nc\n', {
    file: 'code.py',
    heading: (first, last) => `lines ${first}-${last}`,
  });
  assert.match(diff, '@@ -1,3 +1,3 @@ lines 1-3\n');
  assert.is(await inFolder((folder) => applied(folder, before, diff)), 'a\nB\nc\n');
});

test('thousands of differences end as one block instead of taking forever', () => {
  const text = (word: string): string => Array.from({ length: 4000 }, (_, i) => `${word} ${i}\n`).join('');
  const started = performance.now();
  const diff = unifiedDiff(text('old'), text('new'), { file: 'f' });
  assert.is(diff.split('\n').length, 2 + 1 + 8000 + 1);
  assert.ok(performance.now() - started < 5000);
});

test('file names with blanks and quotes are written as git writes them', () => {
  const head = (file: string): string => unifiedDiff('a\n', 'b\n', { file }).split('\n')[0];
  assert.is(head('my file.py'), '--- a/my file.py\t');
  assert.is(head('/tmp/x.py'), '--- a/tmp/x.py');
  assert.is(head('a"b.py'), '--- "a/a\\"b.py"');
});

test.run();
