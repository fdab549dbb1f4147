import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRedactor, redactStream, redactValue } from './redact';

// Built from parts, so that no scanner takes this file for a leak.
const GITHUB = 'ghp' + '_' + 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8';
const AWS = 'AKIA' + 'ABCDEFGHIJKLMNOP';

test('values of secret variables go, longest first; ordinary variables and short values stay', () => {
  const redact = createRedactor({
    MY_TOKEN: 'abcdef',
    OTHER_SECRET: 'abcdefghij',
    HOME: '/home/someone',
    API_KEY: 'abc',
  });
  assert.is(
    redact('x abcdefghij y abcdef /home/someone abc'),
    'x [redacted OTHER_SECRET] y [redacted MY_TOKEN] /home/someone abc',
  );
});

test('token shapes go without any variable', () => {
  const redact = createRedactor({});
  assert.is(redact(`token=${GITHUB}.`), 'token=[redacted github-token].');
  assert.is(redact(`${AWS} hf_${'a'.repeat(30)}`), '[redacted aws-key-id] [redacted huggingface-token]');
  assert.is(redact('postgresql://user:hunter2x@db/trm'), 'postgresql://user:[redacted url-password]@db/trm');
  assert.is(redact('def ghp_short(): pass'), 'def ghp_short(): pass');
});

test('values inside trees go, with secret-named members blanked', () => {
  const redact = createRedactor({ WANDB_API_KEY: 'verysecret' });
  assert.equal(
    redactValue({ a: ['x verysecret'], hfToken: 'short', tokenizer: 'bpe', n: 1, none: null }, redact),
    {
      a: ['x [redacted WANDB_API_KEY]'],
      hfToken: '[redacted hfToken]',
      tokenizer: 'bpe',
      n: 1,
      none: null,
    },
  );
});

test('a redacted stream lets no secret through', () => {
  const written: unknown[] = [];
  const stream = { write: (data: unknown, encoding?: string) => written.push(data, encoding) };
  redactStream(stream, createRedactor({ DB_PASSWORD: 'hunter22' }));
  (stream.write as (data: unknown, encoding?: string) => void)('login hunter22', 'utf8');
  assert.equal(written, ['login [redacted DB_PASSWORD]', 'utf8']);
});

test.run();
