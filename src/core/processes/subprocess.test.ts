import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError } from '../errors';
import { runProcess, SubprocessError } from './subprocess';

const node = (code: string): [string, string[]] => [process.execPath, ['-e', code]];

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
}

test('output, input, lines and time come back', async () => {
  const lines: string[] = [];
  const result = await runProcess(...node('process.stdin.pipe(process.stdout); console.error("note")'), {
    input: 'a\nb\n',
    onStdoutLine: (line) => lines.push(line),
  });
  assert.equal([result.exitCode, result.stdout, result.stderr], [0, 'a\nb\n', 'note\n']);
  assert.equal(lines, ['a', 'b']);
  assert.ok(result.seconds > 0);
});

test('another exit code throws with command, code and the end of standard error', async () => {
  const error = (await failureOf(
    runProcess(...node('console.error("boom"); process.exit(3)')),
  )) as SubprocessError;
  assert.instance(error, SubprocessError);
  assert.equal([error.exitCode, error.timedOut], [3, false]);
  assert.match(error.message, /exited with code 3:\nboom/);
  assert.is((await runProcess(...node('process.exit(3)'), { okCodes: [0, 3] })).exitCode, 3);
});

test('a time limit kills even a process that ignores SIGTERM', async () => {
  const code = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")';
  const error = (await failureOf(
    runProcess(...node(code), { timeoutMs: 700, graceMs: 200 }),
  )) as SubprocessError;
  assert.instance(error, SubprocessError);
  assert.ok(error.timedOut);
  assert.match(error.message, /did not finish within 700 ms/);
});

test('an abort ends the process as an interruption; a missing program is named', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 200);
  assert.instance(
    await failureOf(runProcess(...node('setInterval(() => {}, 1000)'), { signal: controller.signal })),
    InterruptedError,
  );
  const missing = (await failureOf(runProcess('no-such-program-here', []))) as SubprocessError;
  assert.instance(missing, SubprocessError);
  assert.match(missing.message, /no-such-program-here.*ENOENT/s);
});

test.run();
