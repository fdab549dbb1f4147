import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { runProcess, type ProcessResult } from '../../core/processes/subprocess';
import { withTemporaryFolder } from '../../storage/testing';

const MAIN = join(projectRoot(), 'dist/src/serving/cli/main.js');

/** Runs `trm` in a process of its own. */
function trm(args: readonly string[], env: Record<string, string> = {}): Promise<ProcessResult> {
  return runProcess(process.execPath, [MAIN, ...args], { okCodes: [0, 1, 2, 130], env, timeoutMs: 120_000 });
}

/** A command that would work, to which tests add what does not. */
const GENERATE = ['data', 'generate', '--from', 'python:stdlib', '--out', '/tmp/never-made'];

test('--help lists every command and loads nothing heavy', async () => {
  const help = await trm(['--help']);
  for (const command of [
    'fix',
    'check',
    'explain',
    'apply',
    'run',
    'train',
    'sweep',
    'evaluate',
    'runs',
    'data',
    'taxonomy',
    'doctor',
    'completion',
  ])
    assert.match(help.stdout, new RegExp(`^  ${command}\\b`, 'm'));
  assert.is(help.exitCode, 0);
  // What makes a command slow to start is what it loads: an engine, a compiler, a database.
  const loaded = await runProcess(process.execPath, [
    '-e',
    `void require(${JSON.stringify(MAIN)}).main(['--help']).then(() =>
      console.error(JSON.stringify(Object.keys(require.cache))))`,
  ]);
  const packages = new Set(
    (JSON.parse(loaded.stderr) as string[]).flatMap((path) => /node_modules\/([^/]+)/.exec(path)?.[1] ?? []),
  );
  assert.equal([...packages].sort(), ['commander']);
});

test('a wrong command, subcommand, flag or argument is exit code 2 and names the nearest one', async () => {
  for (const [args, message] of [
    [['docotr'], 'Did you mean doctor?'],
    [['runs', 'lst'], 'Did you mean list?'],
    [['runs', 'list', '--jso'], 'Did you mean --json?'],
    [['sweep', 'learnig-rate'], 'did you mean "learning-rate"?'],
    [['sweep', 'tiny', '--engine', 'own', '--trials', '0'], 'expected a whole number of 1 or more, got "0"'],
    [['sweep', 'show', 'nosuch'], 'found none that matches "nosuch"'],
    [['runs', 'show'], "missing required argument 'run'"],
    [['taxonomy', 'sintax'], 'did you mean "syntax"?'],
    [['explain', 'missing-colom'], 'did you mean "missing-colon"?'],
    [['check', 'a.py', '--select', 'sintax'], 'did you mean "syntax"?'],
    [['check', 'a.py', '--format', 'xml'], 'Allowed choices are text, json, jsonl, github, sarif'],
    [['check', 'a.py', '--json', '--format', 'sarif'], 'got --json and --format sarif'],
    [['check', 'a.py', '--baseline', '/nowhere/known.json'], 'expected a baseline at'],
    [['fix', '-', '--format', 'sarif'], 'standard output is for the fixed source'],
    [['fix', 'a.py', '--diff', '--save-patch', 'p'], 'expected --diff or --save-patch, got both'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
    [['data', 'verify', '/nowhere'], 'manifest.json'],
    [['data', 'generate', '--out', '/nowhere'], 'expected --from, got none'],
    [[...GENERATE, '--count', '-3'], '--count: expected a whole number of 1 or more, got "-3"'],
    [
      ['data', 'benchmark', 'synthetic-9', '--workers', 'abc'],
      '--workers: expected a whole number of 1 or more',
    ],
    [[...GENERATE, '--type', 'missing-colom'], 'did you mean "missing-colon"?'],
    [[...GENERATE, '--family', 'logik'], 'did you mean "logic"?'],
    [[...GENERATE, '--clean', '7'], 'cleanPerMutant'],
    [[...GENERATE, '--allow-list', '/nowhere/list'], '--allow-list: expected a readable file'],
    [['data', 'generate', '--from', './no/such/folder', '--out', '/tmp/never-made'], 'there is no folder'],
    [['run', 'quickstrat'], 'did you mean "quickstart"?'],
    [['train', 'tiny', '--set', 'train.presets=x'], 'did you mean "train.preset"?'],
    [['train', 'tiny', '--resume', 'nothing-like-it'], 'found none that matches'],
  ] as const) {
    const result = await trm(args);
    assert.is(result.exitCode, 2, `${args.join(' ')}: ${result.stderr}`);
    assert.ok(result.stderr.includes(message), `${args.join(' ')}: ${result.stderr}`);
    assert.is(result.stdout, '', 'nothing on standard output');
  }
});

test('trm train refuses an impossible config before anything is written', async () => {
  await withTemporaryFolder(async (folder) => {
    for (const [experiment, set, message] of [
      ['tiny', 'train.preset=trm-smok', /train\.preset: .*, got "trm-smok", did you mean "trm-smoke"\?/],
      ['edit-cpu-deep', 'train.model.core=plain', /train\.phases\.2: expected phases without a depth/],
    ] as const) {
      const result = await trm(['train', experiment, '--set', set], { TRM_WORK_DIR: folder });
      assert.is(result.exitCode, 2, `${set}: ${result.stderr}`);
      assert.match(result.stderr, message);
      assert.is(result.stdout, '', 'nothing on standard output');
      assert.equal(readdirSync(folder), [], 'no stage folder');
    }
  });
});

test('taxonomy --json holds the whole table', async () => {
  const types = JSON.parse((await trm(['taxonomy', '--json'])).stdout) as { id: string; family: string }[];
  assert.ok(types.length >= 12);
  const syntax = JSON.parse((await trm(['taxonomy', 'syntax', '--json'])).stdout) as { family: string }[];
  assert.is(syntax.length, types.filter(({ family }) => family === 'syntax').length);
});

test('doctor names the engine, the compiler and Python, and its exit code says whether all is there', async () => {
  const { stdout, exitCode } = await trm(['doctor', '--json']);
  const { healthy, checks } = JSON.parse(stdout) as {
    healthy: boolean;
    checks: { name: string; state: string }[];
  };
  assert.is(exitCode, healthy ? 0 : 1);
  for (const name of [
    'node',
    'engine',
    'tensorflow',
    'cpu features',
    'compiler',
    'python',
    'papermill',
    'kernel',
  ])
    assert.ok(
      checks.some((check) => check.name === name),
      `no check "${name}"`,
    );
});

test('doctor says what is missing and how to get it when there is no Python', async () => {
  const { stdout, exitCode } = await trm(['doctor'], { TRM_PYTHON: '/nowhere/python' });
  assert.is(exitCode, 1);
  assert.match(stdout, /missing\s+python\s+\/nowhere\/python does not run/);
  assert.match(stdout, /-> install Python/);
});

test('data generate makes a dataset that verifies; Ctrl-C leaves what the same command goes on from', async () => {
  await withTemporaryFolder(async (folder) => {
    const out = join(folder, 'bugs');
    const demo = join(projectRoot(), 'fixtures', 'demo-project', 'files');
    const args = ['data', 'generate', '--from', demo, '--out', out, '--mutants', '900', '--json'];
    const cut = spawn(process.execPath, [MAIN, ...args, '--workers', '1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let sent = false;
    cut.stderr.on('data', (text: Buffer) => {
      if (sent || !text.toString().includes('mutating functions')) return;
      sent = true;
      cut.kill('SIGINT');
    });
    const code = await new Promise((resolve) => cut.on('close', resolve));
    assert.ok(sent, 'stopped in the middle');
    assert.is(code, 130);
    assert.ok(existsSync(join(out, '.partial')) && !existsSync(join(out, 'manifest.json')));
    const resumed = await trm(args);
    assert.is(resumed.exitCode, 0, resumed.stderr);
    const summary = JSON.parse(resumed.stdout) as { samples: number; families: unknown[]; functions: number };
    assert.ok(summary.samples > 300 && summary.families.length > 5 && summary.functions > 10);
    const verified = await trm(['data', 'verify', out]);
    assert.is(verified.exitCode, 0);
    const [, rows] = /^ok: 4 files, (\d+) rows/.exec(verified.stdout) ?? [];
    assert.ok(Number(rows) > summary.samples, `${verified.stdout}: samples, and the contexts of their files`);
    const shown = await trm(args.filter((arg) => arg !== '--json'));
    assert.match(shown.stdout, /^FAMILY +SAMPLES/m);
    assert.match(shown.stdout, /nothing to do: the dataset was complete/);
    assert.match(shown.stdout, /next: bin\/trm data verify/);
  });
});

test.run();
