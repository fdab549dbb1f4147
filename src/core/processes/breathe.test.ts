import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { breathe, unlessAborted } from './breathe';
import { InterruptedError } from '../errors';

const problem = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

test('what the event loop brings is heard while work only awaits what is ready', async () => {
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  await problem(Promise.resolve());
  assert.not.ok(stop.signal.aborted, 'awaiting what is ready does not turn it');
  assert.instance(await problem(breathe(stop.signal, 'x')), InterruptedError);
});

test('waiting ends with the signal, or with the work', async () => {
  const stop = new AbortController();
  assert.is(await unlessAborted(Promise.resolve(1), stop.signal), 1);
  const never = unlessAborted(new Promise(() => undefined), stop.signal, 'x');
  stop.abort();
  assert.instance(await problem(never), InterruptedError);
  assert.instance(await problem(unlessAborted(Promise.resolve(1), stop.signal)), InterruptedError);
  assert.match(
    ((await problem(unlessAborted(Promise.reject(new Error('no')), undefined))) as Error).message,
    'no',
  );
});

test.run();
