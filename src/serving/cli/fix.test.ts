import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { runProcess, type ProcessResult } from '../../core/processes/subprocess';
import type { PrintedFinding } from '../printed-fix';
import { BUGGY, FIXED, VERIFIED, writeLessonModel } from '../testing';

const MAIN = join(projectRoot(), 'dist/src/serving/cli/main.js');

let folder: string;
let model: string;
let path: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-cli-'));
  model = join(folder, 'model');
  path = join(folder, 'code.py');
  await writeLessonModel(model);
});
test.after(() => rm(folder, { recursive: true, force: true }));

function trm(args: readonly string[], input?: string): Promise<ProcessResult> {
  return runProcess(process.execPath, [MAIN, ...args, '--model', model], {
    okCodes: [0, 1, 2],
    timeoutMs: 120_000,
    cwd: folder,
    ...(input !== undefined && { input }),
  });
}

/** Runs a line of bash, where "$0" "$1" is `trm` and "$2" the model. */
function shell(line: string, okCodes = [0]): Promise<ProcessResult> {
  return runProcess('bash', ['-c', line, process.execPath, MAIN, model], { cwd: folder, okCodes });
}

test('fix --diff writes nothing and prints a patch with every fix labelled, which git apply takes', async () => {
  await writeFile(path, BUGGY);
  const { stdout, stderr, exitCode } = await trm(['fix', 'code.py', '--diff', '--unsafe-fixes']);
  assert.is(exitCode, 1, 'something would change');
  assert.is(await readFile(path, 'utf8'), BUGGY);
  assert.match(stdout, /^@@ .* @@ .*verified \d\.\d\d missing-colon$/m);
  assert.match(stdout, /^@@ .* @@ .*plausible \d\.\d\d wrong-comparison-operator/m);
  assert.match(stderr, 'code.py: 2 verified, 1 plausible (nothing written)');
  const safe = await trm(['fix', 'code.py', '--diff']);
  assert.not.match(safe.stdout + safe.stderr, ' plausible ');
  assert.match(safe.stderr, 'code.py: 2 verified, 1 more with --unsafe-fixes (nothing written)');
  await writeFile(join(folder, 'fix.diff'), stdout);
  await runProcess('git', ['apply', 'fix.diff'], { cwd: folder });
  assert.is(await readFile(path, 'utf8'), FIXED);
});

test('fix applies the verified ones only; --unsafe-fixes applies all; a second time there is nothing to do', async () => {
  await writeFile(path, BUGGY);
  const first = await trm(['fix', 'code.py']);
  assert.is(first.exitCode, 0);
  assert.is(await readFile(path, 'utf8'), VERIFIED);
  await trm(['fix', 'code.py', '--unsafe-fixes']);
  assert.is(await readFile(path, 'utf8'), FIXED);
  const again = await trm(['fix', 'code.py']);
  assert.is(again.exitCode, 0);
  assert.match(again.stderr, '(nothing to write)');
  assert.is(await readFile(path, 'utf8'), FIXED);
});

test('fix in bf16 and int16 finds the same; a precision that there is not is refused', async () => {
  await writeFile(path, BUGGY);
  for (const precision of ['bf16', 'int16']) {
    const rounded = await trm(['fix', 'code.py', '--diff', '--unsafe-fixes', '--precision', precision]);
    assert.is(rounded.exitCode, 1);
    assert.match(rounded.stderr, 'code.py: 2 verified, 1 plausible (nothing written)');
  }
  const refused = await trm(['fix', 'code.py', '--precision', 'half']);
  assert.is(refused.exitCode, 2);
  assert.match(refused.stderr, 'Allowed choices are auto, float32, bf16, int16');
});

test('check: 1 with findings, 0 without, 2 when a file cannot be read', async () => {
  await writeFile(path, BUGGY);
  const found = await trm(['check', 'code.py']);
  assert.is(found.exitCode, 1);
  assert.match(found.stdout, /^code\.py:20:23: verified \d\.\d\d missing-colon: "" -> ":"$/m);
  assert.is(found.stdout.trim().split('\n').length, 2, 'the plausible one is for who asks');
  const json = JSON.parse(
    (await trm(['check', 'code.py', '--json', '--unsafe-fixes'])).stdout,
  ) as PrintedFinding[];
  assert.equal(
    json.map(({ tier }) => tier),
    ['verified', 'verified', 'plausible'],
  );
  assert.is(
    (await trm(['check', 'code.py', '--min-confidence', '1'])).exitCode,
    1,
    'a file that does not parse',
  );
  await writeFile(path, FIXED);
  const none = await trm(['check', 'code.py']);
  assert.equal([none.exitCode, none.stdout], [0, '']);
  assert.is((await trm(['check', 'none.py', 'code.py'])).exitCode, 2);
});

test('standard input: fixed source on standard output', async () => {
  const { stdout, exitCode } = await trm(['fix', '-'], BUGGY.replaceAll('\n', '\r\n'));
  assert.is(exitCode, 0);
  assert.is(stdout, VERIFIED.replaceAll('\n', '\r\n'));
  assert.is((await trm(['fix', '-'], FIXED)).stdout, FIXED, 'unchanged when there is nothing to do');
});

test('wrong flags and folders are exit code 2', async () => {
  for (const [args, message] of [
    [['fix', 'code.py', '--min-confidence', '7'], 'expected a number in 0..1'],
    [['fix', 'code.py', '--dif'], 'Did you mean --diff?'],
    [['fix'], "missing required argument 'path'"],
    [['fix', 'code.py', '--expected', 'none.json'], 'cannot read none.json: there is no such file'],
    [
      ['check', 'none.py', '.', '/dev/zero', 'x'.repeat(300)],
      'cannot read none.py: there is no such file or folder (ENOENT)',
    ],
    [['fix', 'model/config.json'], 'expected Python source in'],
  ] as const) {
    const { exitCode, stderr } = await trm(args);
    assert.is(exitCode, 2, stderr);
    assert.ok(stderr.includes(message), stderr);
  }
});

test('standard output holds JSON and nothing else with --json, also for standard input; the model is said', async () => {
  const { stdout, stderr } = await trm(['fix', '-', '--json'], BUGGY);
  const [fix] = JSON.parse(stdout) as { fixed: string }[];
  assert.is(fix.fixed, VERIFIED);
  assert.match(stderr, /^model: model \(.*\), made .* weights, never measured, shows edits above/m);
  assert.match(stderr, 'no manifest.json: its files are not checked');
});

test('a read-only file and a pipe are not written to: exit code 2, and the others are', async () => {
  await writeFile(path, BUGGY);
  await chmod(path, 0o444);
  const other = join(folder, 'other.py');
  await writeFile(other, BUGGY);
  const line = `"$0" "$1" fix code.py <(cat code.py) other.py --model "$2"`;
  const { exitCode, stderr } = await shell(line, [2]);
  assert.is(exitCode, 2);
  assert.match(stderr, 'code.py is read-only: nothing was written');
  assert.match(stderr, /cannot write \/dev\/fd\/\d+: it is a pipe; nothing was written/);
  assert.is(await readFile(path, 'utf8'), BUGGY);
  assert.is(await readFile(other, 'utf8'), VERIFIED);
  assert.match((await shell(`"$0" "$1" check - --model "$2" < .`, [2])).stderr, 'got a folder');
  assert.is((await trm(['fix', 'code.py', '--overwrite-read-only'])).exitCode, 0);
  assert.is(await readFile(path, 'utf8'), VERIFIED);
  await rm(path, { force: true });
});

test('a byte order mark and a declared encoding: --diff applies byte for byte', async () => {
  const declared = BUGGY.replace('"""Three', '# coding: cp1252\n"""Thr\xe9\x80e');
  const files = [
    ['bom.py', Buffer.from(`\ufeff${BUGGY}`)],
    ['cp 1252.py', Buffer.from(declared, 'latin1')],
    ['b\u00f6m.py', Buffer.from(`\ufeff${BUGGY}`.replaceAll('\n', '\r\n'))],
  ] as const;
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
  const names = files.map(([name]) => `'${name}'`).join(' ');
  await shell(`"$0" "$1" fix ${names} --diff --unsafe-fixes --model "$2" > fix.diff`, [1]);
  await runProcess('git', ['apply', '--whitespace=nowarn', 'fix.diff'], { cwd: folder });
  const applied = await Promise.all(files.map(([name]) => readFile(join(folder, name))));
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
  await trm(['fix', ...files.map(([name]) => name), '--unsafe-fixes']);
  for (const [i, [name, bytes]] of files.entries()) {
    assert.not.equal(applied[i], bytes, name);
    assert.equal(await readFile(join(folder, name)), applied[i], name);
  }
});

test('a reader that goes away ends fix --diff quietly', async () => {
  await writeFile(path, BUGGY);
  const { stdout } = await shell(
    `"$0" "$1" fix code.py --diff --model "$2" 2> errors | true; echo "\${PIPESTATUS[0]}"; cat errors`,
  );
  assert.match(stdout, /^141\n/);
  assert.not.match(stdout, /EPIPE|\n\s+at /);
});

test.run();
