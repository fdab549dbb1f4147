import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { runProcess } from '../core/processes/subprocess';
import { patchBytes, patchPath, unifiedDiff } from './diff';

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

/** What `git apply` makes of a file of this name and a patch. */
async function appliedBytes(
  folder: string,
  name: string,
  before: Uint8Array,
  patch: Uint8Array,
): Promise<Buffer> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, before);
  await writeFile(join(folder, 'change.diff'), patch);
  await runProcess('git', ['apply', '--whitespace=nowarn', 'change.diff'], { cwd: folder });
  return readFile(path);
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

test('a patch of bytes applies with git apply, byte for byte, whatever the encoding and line ends', async () => {
  const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
  for (const [label, before, after] of [
    ['byte order mark', Buffer.from('\ufeffx = 1 - 2\n# é\n'), Buffer.from('\ufeffx = 1 + 2\n# é\n')],
    ['byte order mark away', Buffer.from('\ufeffx = 1\n'), Buffer.from('x = 1\n')],
    [
      'cp1252',
      Buffer.from('# coding: cp1252\ns = "\x80\xe9"\nx = 1\n', 'latin1'),
      Buffer.from('# coding: cp1252\ns = "\x80\xe9"\nx = 2\n', 'latin1'),
    ],
    ['CRLF', Buffer.from('a\r\nb\r\nc\r\n'), Buffer.from('a\r\nB\r\nc\r\n')],
    ['mixed line ends', Buffer.from('a\r\nb\nc\rd\n'), Buffer.from('a\r\nB\nc\rd\n')],
    ['lone CR only', Buffer.from('a\rb\rc'), Buffer.from('a\rB\rc')],
    ['form feed', Buffer.from('a\n\f\nb\n'), Buffer.from('a\n\f\nB\n')],
    ['no final newline', Buffer.from('a\nb'), Buffer.from('a\nB')],
    ['line separators', Buffer.from('a\u2028b\u0085c\nx\n'), Buffer.from('a\u2028b\u0085c\ny\n')],
    [
      'bytes that are no UTF-8',
      Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x0a]),
      Buffer.from([0x61, 0xff, 0x0a, 0x63, 0x0a]),
    ],
    ['UTF-16', utf16('a\nb\n'), utf16('a\nc\n')],
    ['Shift JIS', Buffer.from([0x83, 0x5c, 0x0a, 0x61, 0x0a]), Buffer.from([0x83, 0x5c, 0x0a, 0x62, 0x0a])],
  ] as const)
    await inFolder(async (folder) => {
      const patch = patchBytes(before, after, { file: 'code.py' });
      assert.equal(await appliedBytes(folder, 'code.py', before, patch), Buffer.from(after), label);
    });
  assert.is(patchBytes(Buffer.from('a'), Buffer.from('a'), { file: 'code.py' }).length, 0);
});

test('git apply finds a file by the name in the header, whatever is in it', async () => {
  for (const name of [
    'plain.py',
    'with blanks.py',
    'deep/er/code.py',
    'quo"te.py',
    "apostrophe's.py",
    'tab\tin.py',
    'line\nbreak.py',
    'carriage\rreturn.py',
    'back\\slash.py',
    'é.py',
    '\u{1f40d} snake.py',
    ' leading and trailing .py ',
    '-dash.py',
    'a/b.py',
    '\x1bescape\x7f.py',
    '2020-01-01 00:00:00.000000000 +0000',
  ])
    await inFolder(async (folder) => {
      const patch = patchBytes(Buffer.from('x\n'), Buffer.from('y\n'), { file: patchPath(name, folder) });
      assert.is(
        (await appliedBytes(folder, name, Buffer.from('x\n'), patch)).toString(),
        'y\n',
        JSON.stringify(name),
      );
    });
});

test('the name is relative to the working directory, or to the root for files elsewhere', () => {
  assert.is(patchPath('./a/../b.py', '/work/here'), 'b.py');
  assert.is(patchPath('/work/here/sub/b.py', '/work/here'), 'sub/b.py');
  assert.is(patchPath('..b.py', '/work/here'), '..b.py');
  assert.is(patchPath('../b.py', '/work/here'), 'work/b.py');
  assert.is(patchPath('/tmp/b.py', '/work/here'), 'tmp/b.py');
});

test('headings of the text diff are taken over', () => {
  const text = unifiedDiff('@@ -1 +1 @@ no heading\nb\n', '@@ -1 +1 @@ no heading\nB\n', {
    file: 'x.py',
    heading: () => 'verified 0.97',
  });
  const patch = patchBytes(Buffer.from('\ufeffé\nb\n'), Buffer.from('\ufeffé\nB\n'), {
    file: 'x.py',
    like: text,
  });
  assert.match(Buffer.from(patch).toString(), /^@@ -1,2 \+1,2 @@ verified 0\.97$/m);
});

test.run();
