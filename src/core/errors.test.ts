import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ConfigError,
  DataError,
  describeError,
  exitCodeOf,
  InterruptedError,
  nearestName,
  throwIfAborted,
  TrmError,
} from './errors';

test('exit codes: bad input 2, interrupted 130, anything else 1', () => {
  assert.equal(
    [new ConfigError('x'), new DataError('x'), new InterruptedError('x'), new TrmError('x'), 'text'].map(
      exitCodeOf,
    ),
    [2, 2, 130, 1, 1],
  );
});

test('our errors show message and hint, foreign ones their stack', () => {
  assert.is(describeError(new ConfigError('bad key', 'mend it')), 'ConfigError: bad key\n  fix: mend it');
  assert.match(describeError(new RangeError('deep')), /RangeError: deep\n\s+at /);
  assert.is(describeError('a string'), 'non-error thrown: a string');
});

test('nearestName finds close names only', () => {
  const names = ['steps', 'learningRate', 'batchTokens'];
  assert.is(nearestName('step', names), 'steps');
  assert.is(nearestName('learningrate', names), 'learningRate');
  assert.is(nearestName('batchToken', names), 'batchTokens');
  assert.is(nearestName('optimizer', names), undefined);
});

test('throwIfAborted throws only after the abort', () => {
  const controller = new AbortController();
  throwIfAborted(controller.signal);
  throwIfAborted(undefined);
  controller.abort();
  assert.throws(() => throwIfAborted(controller.signal, 'training'), /training was interrupted/);
});

test.run();
