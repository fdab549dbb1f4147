import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { runProcess, type ProcessResult } from '../../core/subprocess';
import type { Finding } from '../../records/finding';
import { writeTrainedModel, type Lesson } from '../../repair/testing';

const MAIN = join(projectRoot(), 'dist/src/serving/cli/main.js');

const FIXED = `"""Three functions; the model of this test knows one bug of each by heart."""


def smallest(values):
    best = values[0]
    for value in values:
        if value < best:  # the first one wins
            best = value
    return best


def total(prices):
    amount = 0
    for price in prices:
        amount += price
    return amount


def is_even(number):
    if number % 2 == 0:
        return True
    return False
`;

const BUGS: readonly [right: string, wrong: string, bugType: string][] = [
  ['if number % 2 == 0:', 'if number % 2 == 0', 'missing-colon'],
  ['return amount', 'return amont', 'misspelled-name'],
  ['if value < best:', 'if value > best:', 'wrong-comparison-operator'],
];

let folder: string;
let model: string;
let path: string;
const BUGGY = BUGS.reduce((text, [right, wrong]) => text.replace(right, wrong), FIXED);
/** Mended where a verifier saw the bug; the comparison is only plausible. */
const VERIFIED = FIXED.replace(BUGS[2][0], BUGS[2][1]);

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-cli-'));
  model = join(folder, 'model');
  path = join(folder, 'code.py');
  const lessons: Lesson[] = BUGS.map(([right, wrong, bugType]) => ({
    buggy: FIXED.replace(right, wrong),
    fixed: FIXED,
    bugType,
  }));
  await writeTrainedModel(model, lessons, { code: FIXED });
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

test('fix --diff writes nothing and prints a patch with every fix labelled, which git apply takes', async () => {
  await writeFile(path, BUGGY);
  const { stdout, stderr, exitCode } = await trm(['fix', 'code.py', '--diff', '--unsafe-fixes']);
  assert.is(exitCode, 0);
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

test('check: 1 with findings, 0 without, 2 when a file cannot be read', async () => {
  await writeFile(path, BUGGY);
  const found = await trm(['check', 'code.py']);
  assert.is(found.exitCode, 1);
  assert.match(found.stdout, /^code\.py:20:23: verified \d\.\d\d missing-colon: "" -> ":"$/m);
  assert.is(found.stdout.trim().split('\n').length, 2, 'the plausible one is for who asks');
  const json = JSON.parse((await trm(['check', 'code.py', '--json', '--unsafe-fixes'])).stdout) as Finding[];
  assert.equal(
    json.map(({ tier }) => tier),
    ['verified', 'verified', 'plausible'],
  );
  assert.is((await trm(['check', 'code.py', '--threshold', '1'])).exitCode, 1, 'a file that does not parse');
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
    [['fix', 'code.py', '--threshold', '7'], 'expected a number in 0..1'],
    [['fix', 'code.py', '--dif'], 'Did you mean --diff?'],
    [['fix'], "missing required argument 'file'"],
    [['fix', 'none.py'], 'ENOENT'],
    [['fix', 'model/config.json'], 'expected Python source in'],
  ] as const) {
    const { exitCode, stderr } = await trm(args);
    assert.is(exitCode, 2, stderr);
    assert.ok(stderr.includes(message), stderr);
  }
});

test.run();
