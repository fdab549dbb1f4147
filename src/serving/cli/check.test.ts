import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { runProcess, type ProcessResult } from '../../core/processes/subprocess';
import type { PrintedFinding, PrintedFix } from '../printed-fix';
import { BUGGY, FIXED, VERIFIED, writeLessonModel } from '../testing';

const MAIN = join(projectRoot(), 'dist/src/serving/cli/main.js');

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-check-'));
  await writeLessonModel(join(folder, 'model'));
  await mkdir(join(folder, 'src', 'made'), { recursive: true });
  await write('.gitignore', 'made/\n');
  await mkdir(join(folder, '.git'));
  await write('src/made/skipped.py', BUGGY);
});
test.after(() => rm(folder, { recursive: true, force: true }));
test.before.each(async () => {
  await write('src/a.py', BUGGY);
  await write('src/b.py', FIXED);
  await write('src/page.ipynb', NOTEBOOK);
  await write('pyproject.toml', '');
});

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

const cell = (source: string): object => ({
  ...{ cell_type: 'code', execution_count: 1, metadata: {}, outputs: [{ text: ['amont\n'] }] },
  source: source.match(/[^\n]*\n|[^\n]+$/g),
});
const NOTEBOOK = `${JSON.stringify({ cells: [cell('%time 1\n'), cell(BUGGY)], metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;

function trm(args: readonly string[], input?: string): Promise<ProcessResult> {
  return runProcess(process.execPath, [MAIN, ...args], {
    ...{ okCodes: [0, 1, 2], timeoutMs: 120_000, cwd: folder, env: { TRM_MODEL: join(folder, 'model') } },
    ...(input !== undefined && { input }),
  });
}

test('a folder is checked without what git ignores, in order; 1 with findings, 0 with --exit-zero', async () => {
  const { exitCode, stdout } = await trm(['check', 'src', '--jobs', '3']);
  assert.is(exitCode, 1);
  const places = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' verified ')[0]);
  const expected = [
    'src/a.py:16:12:',
    'src/a.py:20:23:',
    'src/page.ipynb:cell 2:16:12:',
    'src/page.ipynb:cell 2:20:23:',
  ];
  assert.equal(places.sort(), expected);
  const zero = await trm(['check', 'src', '--exit-zero', '--format', 'jsonl', '--exclude', '*.ipynb']);
  assert.is(zero.exitCode, 0);
  assert.is(zero.stdout.trim().split('\n').length, 2);
});

test('fix mends a notebook in its source lines only, and ends with 0, as check does then', async () => {
  assert.is((await trm(['fix', 'src'])).exitCode, 0);
  assert.is(await read('src/a.py'), VERIFIED);
  const mended = NOTEBOOK.replace('return amont', 'return amount').replace('% 2 == 0\\n', '% 2 == 0:\\n');
  assert.is(await read('src/page.ipynb'), mended);
  assert.is((await trm(['check', 'src'])).exitCode, 0);
});

test('fix ends with 1 while something is left; --diff only when something would change', async () => {
  await write('src/a.py', 'def f(:\n    return (1\n');
  const left = await trm(['fix', 'src/a.py', 'src/b.py']);
  assert.is(left.exitCode, 1, left.stderr);
  assert.match(
    left.stderr,
    /src\/a\.py:\d:\d+: error parser does-not-parse: the file does not parse with CPython/,
  );
  assert.is((await trm(['fix', 'src/b.py', '--diff'])).exitCode, 0);
});

test('a saved patch writes nothing, and trm apply writes what fix would have', async () => {
  const saved = await trm(['fix', 'src', '--save-patch', 'fix.patch']);
  assert.is(saved.exitCode, 1);
  assert.is(await read('src/a.py'), BUGGY);
  const applied = await trm(['apply', 'fix.patch']);
  assert.is(applied.exitCode, 0, applied.stderr);
  assert.is(await read('src/a.py'), VERIFIED);
  assert.match(await read('src/page.ipynb'), 'return amount');
  assert.is((await trm(['apply', 'fix.patch'])).exitCode, 2, 'not twice');
});

test('settings of pyproject.toml hold, flags above them; a baseline hides what is known', async () => {
  await write(
    'pyproject.toml',
    '[tool.trm]\nselect = ["name", "syntax"]\nexclude = ["*.ipynb"]\nbaseline = "known.json"\n',
  );
  const missing = await trm(['check', 'src']);
  assert.is(missing.exitCode, 2);
  assert.match(missing.stderr, 'expected a baseline at');
  assert.is((await trm(['check', 'src', '--write-baseline', 'known.json'])).exitCode, 0);
  const known = await trm(['check', 'src']);
  assert.equal([known.exitCode, known.stdout], [0, '']);
  await write('src/b.py', BUGGY);
  assert.equal(
    (await trm(['check', 'src'])).stdout.match(/^\S+/gm),
    ['src/b.py:16:12:', 'src/b.py:20:23:'],
    'of another file nothing is known',
  );
  const isolated = await trm(['check', 'src/a.py', '--isolated', '--json', '--unsafe-fixes']);
  const rules = (JSON.parse(isolated.stdout) as PrintedFinding[]).map(({ rule }) => rule);
  assert.equal(rules, ['misspelled-name', 'missing-colon', 'wrong-comparison-operator'], 'no settings');
});

test('standard input has the name that it is given, also a notebook', async () => {
  const { stdout, exitCode } = await trm(['check', '-', '--stdin-filename', 'lib/x.py'], BUGGY);
  assert.is(exitCode, 1);
  assert.match(stdout, /^lib\/x\.py:16:12: verified/m);
  const fixed = await trm(['fix', '-', '--stdin-filename', 'x.ipynb'], NOTEBOOK);
  assert.match(fixed.stdout, 'return amount\\n');
  const json = await trm(['fix', '-', '--format', 'json', '--stdin-filename', 'x.ipynb'], NOTEBOOK);
  assert.is((JSON.parse(json.stdout) as PrintedFix[])[0].findings[0].cell, 2);
});

test.run();
