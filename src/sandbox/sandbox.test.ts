import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InterruptedError, UserError } from '../core/errors';
import { wrapCommand, type WrapRequest } from './bubblewrap';
import { sandboxLimitsSchema } from './limits';
import { openSandbox } from './sandbox';

const request: WrapRequest = {
  command: ['python3', 'x.py'],
  limits: sandboxLimitsSchema.parse({}),
  readOnly: new Map([['/home/me/project', '/project']]),
  env: { HOME: '/tmp' },
  uid: null,
  bwrap: '/usr/bin/bwrap',
};

test('bwrap starts with an empty environment and the command comes last', () => {
  const line = wrapCommand(request);
  assert.equal(line.slice(0, 4), ['env', '-i', 'PATH=/usr/bin:/bin', '/usr/bin/bwrap']);
  assert.equal(line.slice(-2), request.command);
  assert.ok(line.join(' ').includes('--ro-bind /home/me/project /project'));
});

test('a root gives up its id before the limits, a plain user has a namespace of users', () => {
  assert.ok(wrapCommand(request).includes('--unshare-user'));
  const asRoot = wrapCommand({ ...request, uid: 7 });
  assert.not(asRoot.includes('--unshare-user'));
  const drop = asRoot.indexOf('--reuid=7');
  assert.ok(drop > 0 && drop < asRoot.indexOf('prlimit'));
});

test('nothing is run where no isolation can be had', async () => {
  try {
    await openSandbox({ path: '/nowhere' });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, UserError);
    assert.match((error as UserError).hint ?? '', /--unsafe-no-sandbox/);
  }
});

test('without isolation, when asked for: exit code, input, time and output are as in the sandbox', async () => {
  const { isolation, run } = await openSandbox({ unsafe: true });
  assert.is(isolation, 'none');
  const echo = await run({ command: ['sh', '-c', 'cat; echo oops >&2; exit 3'], input: 'in' });
  assert.equal([echo.exitCode, echo.stdout, echo.stderr, echo.killed], [3, 'in', 'oops\n', null]);
  const slow = await run({ command: ['sleep', '600'], limits: { wallSeconds: 0.2 } });
  assert.is(slow.killed, 'time');
  const loud = await run({ command: ['yes'], limits: { outputBytes: 1000 } });
  assert.is(loud.killed, 'output');
});

test('a signal stops the program', async () => {
  const { run } = await openSandbox({ unsafe: true });
  const stop = new AbortController();
  const running = run({ command: ['sleep', '600'], signal: stop.signal });
  stop.abort();
  try {
    await running;
    assert.unreachable();
  } catch (error) {
    assert.instance(error, InterruptedError);
  }
});

test('a program that is not there is said', async () => {
  const { run } = await openSandbox({ unsafe: true });
  try {
    await run({ command: ['no-such-program-anywhere'] });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /no-such-program-anywhere/);
  }
});

test.run();
