import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { runProcess, type ProcessResult } from '../../core/processes/subprocess';
import { BUGGY, VERIFIED, writeLessonModel } from '../testing';

const MAIN = join(projectRoot(), 'dist/src/serving/cli/main.js');

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-bad-'));
  await writeLessonModel(join(folder, 'model'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

function trm(args: readonly string[], model = 'model'): Promise<ProcessResult> {
  return runProcess(process.execPath, [MAIN, ...args, '--model', model], {
    ...{ okCodes: [0, 1, 2], timeoutMs: 180_000, cwd: join(folder) },
  });
}

const text = (part: string, times: number): Buffer => Buffer.from(part.repeat(times));

/** Name, content, and what is said of it; null: nothing, for there is nothing wrong. */
const FILES: readonly (readonly [name: string, content: Buffer, said: RegExp | null])[] = [
  [
    'binary.py',
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff]),
    /binary\.py: expected Python source, got NUL bytes/,
  ],
  ['utf16.py', Buffer.from('\ufeffx = 1\n', 'utf16le'), /utf16\.py: expected Python source, got NUL bytes/],
  ['empty.py', Buffer.alloc(0), null],
  [
    'big.py',
    text('value = compute(1, 2, 3)\n', 420_000),
    /big\.py: expected at most 2 Mi characters of code, got 10\.0 Mi/,
  ],
  ['deep.py', text('(', 3000), /deep\.py:1:1: error parser does-not-parse: .* nested parentheses/],
  [
    'deeper.py',
    Buffer.concat([text('[', 900), Buffer.from('1'), text(']', 900)]),
    /deeper\.py:1:1: error parser does-not-parse/,
  ],
  ['latin.py', Buffer.from('x = "\xe9"\n', 'latin1'), /latin\.py: .*utf-8/],
  ['two.py', Buffer.from('def f(x):\n    print "old", x\n    exec "y = 1"\n'), /two\.py:\d: .*Python 2/],
  ['broken.ipynb', Buffer.from('{"cells": ['), /broken\.ipynb: expected a notebook \(JSON\)/],
  ['data.yaml', Buffer.from('a: 1\n'), /expected Python source in data\.yaml/],
];

test('each bad file is said in a sentence, none is touched, the others are mended', async () => {
  for (const [name, content] of FILES) await writeFile(join(folder, name), content);
  await mkdir(join(folder, 'none'), { recursive: true });
  await writeFile(join(folder, 'none', 'notes.txt'), 'no Python\n');
  await symlink('circle.py', join(folder, 'circle.py'));
  await writeFile(join(folder, 'locked.py'), BUGGY);
  await chmod(join(folder, 'locked.py'), 0o444);
  await writeFile(join(folder, 'good.py'), BUGGY);
  const names = [...FILES.map(([name]) => name), 'none', 'circle.py', 'missing.py', 'locked.py', 'good.py'];
  const { exitCode, stderr, stdout } = await trm(['fix', ...names]);
  assert.is(exitCode, 2, stderr);
  assert.is(stdout, '');
  for (const said of [
    ...FILES.map(([, , pattern]) => pattern ?? /empty\.py: no fixes/),
    /expected Python files in none, found none/,
    /circle\.py.* go in a circle/,
    /cannot read missing\.py/,
    /locked\.py is read-only: nothing was written/,
    /good\.py: 2 verified.* \(written\)/,
  ])
    assert.match(stderr, said);
  assert.not.match(stderr, /\n\s+at .*\.[jt]s/, 'no stack');
  for (const [name, content] of FILES) assert.equal(await readFile(join(folder, name)), content, name);
  assert.is(await readFile(join(folder, 'locked.py'), 'utf8'), BUGGY);
  assert.is(await readFile(join(folder, 'good.py'), 'utf8'), VERIFIED);
  assert.equal(
    (await readdir(folder)).filter((name) => /\.bak$|\.tmp$/.test(name)),
    [],
    'nothing is left over',
  );
});

test('a broken or foreign model folder is exit code 2, and no file is touched', async () => {
  await writeFile(join(folder, 'code.py'), BUGGY);
  for (const [name, change, said] of [
    ['cut', (copy) => writeFile(join(copy, 'model.safetensors'), 'short'), /model\.safetensors/],
    [
      'other',
      (copy) => writeFile(join(copy, 'config.json'), '{"model_type": "bert", "hidden_size": 768}'),
      /config\.json/,
    ],
    ['text', (copy) => writeFile(join(copy, 'config.json'), 'no JSON'), /config\.json/],
    ['half', (copy) => rm(join(copy, 'tokenizer.json')), /tokenizer\.json/],
  ] as [string, (copy: string) => Promise<void>, RegExp][]) {
    const copy = join(folder, name);
    await mkdir(copy);
    for (const file of await readdir(join(folder, 'model')))
      await copyFile(join(folder, 'model', file), join(copy, file));
    await change(copy);
    const { exitCode, stderr } = await trm(['fix', 'code.py'], name);
    assert.is(exitCode, 2, `${name}: ${stderr}`);
    assert.match(stderr, said);
    assert.not.match(stderr, /\n\s+at .*\.[jt]s/, 'no stack');
    assert.is(await readFile(join(folder, 'code.py'), 'utf8'), BUGGY);
  }
});

test.run();
