import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { Critic } from './critic';
import { lex } from '../tokens/lexer';
import { tokenOfError } from '../tokens/positions';

let critic: Critic;
test.before(async () => {
  critic = await Critic.start({ workers: 2, timeoutMs: 20_000 });
});
test.after(() => critic.close());

test('valid and invalid sources, with class, line and column', async () => {
  const verdicts = await critic.check([
    'def f(x):\n    return x\n',
    'def f(x)\n    return x\n',
    'def f():\nreturn 1\n',
    'if a:\n        b\n\tc\n',
    'x = "\u{1f600}" y\n',
    'return 1\n',
  ]);
  assert.equal(
    verdicts.map(({ valid, error }) => [valid, error?.type, error?.line]),
    [
      [true, undefined, undefined],
      [false, 'SyntaxError', 1],
      [false, 'IndentationError', 2],
      [false, 'TabError', 3],
      [false, 'SyntaxError', 1],
      [false, 'SyntaxError', 1],
    ],
  );
  assert.is(verdicts[1].error?.column, 8);
  assert.match(verdicts[1].error?.message ?? '', /expected ':'/);
});

test('Ctrl-C, which reaches the whole process group, does not end the workers', async () => {
  const children = (): string =>
    readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim();
  const before = children();
  assert.is(before.split(' ').length, 2);
  for (const pid of before.split(' ')) process.kill(Number(pid), 'SIGINT');
  assert.ok((await critic.check(['x = 1\n']))[0].valid);
  assert.is(children(), before);
});

test('warnings do not matter, the file name and the caller leave no trace', async () => {
  const verdicts = await critic.check(['x = "\\d"\nassert (1, "a")\n', 'x = 1 is 1\n', 'print << 1\n']);
  assert.equal(
    verdicts.map(({ valid }) => valid),
    [true, true, true],
  );
});

test('hostile sources are judged, and the others of their batch too', async () => {
  const hostile = [
    'x = 1\n',
    'x\0y\n',
    `${'('.repeat(100_000)}${')'.repeat(100_000)}\n`,
    `x = ${'-'.repeat(500_000)}1\n`,
    `x = ${'a.b'.repeat(1)}${'.c'.repeat(300_000)}\n`,
    'x = "\ud800"\n',
    `${'x = 1\n'.repeat(50_000)}`,
    '',
    'y = 2\n',
  ];
  const verdicts = await critic.check(hostile);
  assert.is(verdicts.length, hostile.length);
  assert.ok(verdicts[0].valid && verdicts.at(-1)?.valid && verdicts.at(-2)?.valid && verdicts.at(-3)?.valid);
  for (const i of [1, 2, 5]) assert.not.ok(verdicts[i].valid);
});

test('the place of an error is a token', async () => {
  for (const [source, text] of [
    ['def f(x)\n    return x\n', ''],
    ['x = "\u{1f600}" y\n', 'y'],
    ['a = 1\nb = )\n', ')'],
    ['a\r\nb = (1\r\n', '('],
    ['if a:\nb\n', 'b'],
  ]) {
    const [{ error }] = await critic.check([source]);
    const tokens = lex(source);
    assert.is(tokens[tokenOfError(source, tokens, error) ?? -1]?.text, text, source);
  }
  assert.is(tokenOfError('x\n', lex('x\n'), { line: null, column: null }), null);
  assert.is(tokenOfError('x\n', lex('x\n'), { line: 99, column: 7 }), 2);
});

test('deep nesting of every kind, and constants that would fill the memory', async () => {
  const deep = 20_000;
  const nested = Array.from({ length: 120 }, (_, i) => `${' '.repeat(i)}if x:\n`).join('');
  const sources = [
    ...['(', '[', '{'].map((open) => `x = ${open.repeat(deep)}`),
    `x = ${'not '.repeat(deep)}1\n`,
    `x = ${'lambda: '.repeat(deep)}1\n`,
    `x = ${'a if b else '.repeat(deep)}c\n`,
    `x = ${'f('.repeat(deep)}${')'.repeat(deep)}\n`,
    `x = ${'a ** '.repeat(deep)}1\n`,
    `if a: pass\n${'elif b: pass\n'.repeat(deep)}`,
    `x = f"${'{f"'.repeat(deep)}"\n`,
    `${nested}${' '.repeat(120)}pass\n`,
    'x = 2 ** 10 ** 9\n',
    'x = "a" * 10 ** 12\n',
    'x = (0,) * 10 ** 10\n',
    'x = 1 << 10 ** 10\n',
    `x = ${'9'.repeat(1_000_000)}\n`,
    `"""${'a'.repeat(5_000_000)}"""\n`,
    '\ud800\n',
    '# coding: no-such-codec\nx = 1\n',
    '\0',
  ];
  const verdicts = await critic.check([...sources, 'last = 1\n']);
  assert.ok(verdicts.at(-1)?.valid);
  for (const i of [0, 1, 2, 10, 15, 17, 19]) assert.not.ok(verdicts[i].valid, `source ${i}`);
  for (const i of [11, 12, 13, 14, 16])
    assert.ok(verdicts[i].valid, `source ${i}: ${verdicts[i].error?.message}`);
});

test('a worker that is killed from outside is replaced, and its sources are judged', async () => {
  const own = await Critic.start({ timeoutMs: 20_000 });
  try {
    const list = (): string[] =>
      readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
    const pid = Number(list().at(-1));
    const slow = Array.from({ length: 200 }, (_, i) => `${'x = [a, b]\n'.repeat(300)}y = ${i}\n`);
    const waiting = own.check([...slow, 'x = (\n']);
    process.kill(pid, 'SIGKILL');
    const verdicts = await waiting;
    assert.ok(verdicts.slice(0, -1).every(({ valid }) => valid));
    assert.is(verdicts.at(-1)?.error?.type, 'SyntaxError');
    assert.not.ok(list().includes(String(pid)));
  } finally {
    await own.close();
  }
});

test('a hanging source times out alone', async () => {
  const quick = await Critic.start({ timeoutMs: 150 });
  try {
    // Compiles, but not in this time: millions of statements.
    const slow = 'x = [a, b, c, d]\n'.repeat(400_000);
    const verdicts = await quick.check(['a = 1\n', slow, 'b = 2\n']);
    assert.equal(
      verdicts.map(({ error }) => error?.type),
      [undefined, 'Timeout', undefined],
    );
  } finally {
    await quick.close();
  }
});

test('what the interpreter cannot hold or finish is unknown, not invalid, in every task', async () => {
  const deep = `x = ${'-'.repeat(200_000)}1\n`;
  const verdicts = await critic.check([deep, 'x = (\n', 'x = 1\n']);
  assert.equal(
    verdicts.map(({ valid, unknown }) => [valid, unknown]),
    [
      [false, true],
      [false, false],
      [true, false],
    ],
  );
  for (const digests of [await critic.fingerprint([deep, 'x = (\n']), await critic.tree([deep, 'x = (\n'])])
    assert.equal(digests, [undefined, null]);
  const quick = await Critic.start({ timeoutMs: 150 });
  try {
    const slow = 'x = [a, b, c, d]\n'.repeat(400_000);
    assert.equal(
      (await quick.check([slow])).map(({ unknown, error }) => [unknown, error?.type]),
      [[true, 'Timeout']],
    );
    assert.equal(await quick.fingerprint([slow]), [undefined]);
  } finally {
    await quick.close();
  }
});

test('many sources keep their order', async () => {
  const sources = Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? `x = (${i}\n` : `x = ${i}\n`));
  const verdicts = await critic.check(sources);
  assert.is(verdicts.length, sources.length);
  verdicts.forEach((verdict, i) => assert.is(verdict.valid, i % 7 !== 0));
});

test('fingerprints: layout and comments do not matter, behaviour does', async () => {
  const [a, b, c, d, e, f] = await critic.fingerprint([
    'def f(x):\n    return x + 1\n',
    'def f(x):\n\n    # note\n    return (x +\n      1)\n',
    'def f(x):\n    return x + 1.0\n',
    'def f(x):\n    return x + True\n',
    'def f(x:\n',
    'def f(y):\n    return y + 1\n',
  ]);
  assert.is(a, b);
  assert.is(e, null);
  assert.is(new Set([a, c, d, f]).size, 4);
});

test('a missing interpreter and a closed critic give clear errors', async () => {
  const missing = await Critic.start({ python: '/nonexistent/python' }).catch((error: Error) => error);
  assert.match((missing as Error).message, /\/nonexistent\/python did not start/);
  const other = await Critic.start();
  assert.match(other.pythonVersion, /^3\.\d+\.\d+$/);
  await other.close();
  await other.close();
  const late = await other.check(['x\n']).catch((error: Error) => error);
  assert.match((late as Error).message, /closed/);
});

test('an interpreter that cannot be started again fails all waiting checks instead of hanging', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trm-critic-'));
  try {
    const python = join(folder, 'python');
    symlinkSync(await executable(), python);
    const broken = await Critic.start({ python, timeoutMs: 50 });
    rmSync(python);
    const slow = 'x = [a, b, c, d]\n'.repeat(400_000);
    const checks = [slow, 'y\n', 'z\n'].map((source) =>
      broken.check([source]).then(String, (e: Error) => e.message),
    );
    for (const message of await Promise.all(checks)) assert.match(message, /did not start/);
    assert.match(
      ((await broken.check(['later\n']).catch((e: Error) => e)) as Error).message,
      /did not start/,
    );
    await broken.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The interpreter itself, behind any wrapper or virtual environment. */
async function executable(): Promise<string> {
  const script = 'import os, sys; print(os.path.realpath(sys.executable))';
  return (await runProcess(pythonPath(), ['-I', '-c', script])).stdout.trim();
}

test('a critic that nobody closed does not keep the program running', async () => {
  const module = JSON.stringify(require.resolve('./critic'));
  const script = `require(${module}).Critic.start().then((c) => c.check(['x\\n'])).then((v) => console.log(v[0].valid))`;
  const { stdout } = await runProcess(process.execPath, ['-e', script], { timeoutMs: 30_000 });
  assert.is(stdout.trim(), 'true');
});

test('an aborted check rejects at once, is forgotten in the queue, and others go on', async () => {
  const critic = await Critic.start();
  try {
    const stop = new AbortController();
    const slow = critic.check(
      Array.from({ length: 400 }, (_, i) => `x = ${'(1 + '.repeat(40)}${i}${')'.repeat(40)}\n`),
    );
    const mine = critic.check(['y = (\n'], stop.signal).catch((error: Error) => error.name);
    stop.abort();
    assert.is(await mine, 'InterruptedError');
    assert.is(
      await critic.check(['y\n'], stop.signal).catch((error: Error) => error.name),
      'InterruptedError',
    );
    assert.equal(
      (await critic.check(['z = 1\n'])).map(({ valid }) => valid),
      [true],
    );
    assert.is((await slow).filter(({ valid }) => valid).length, 400);
  } finally {
    await critic.close();
  }
});

test.run();
