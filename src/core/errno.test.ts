import { constants } from 'node:os';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isSystemError, systemFailure } from './errno';
import { DataError, describeError, exitCodeOf, fromSystemError, TrmError, UserError } from './errors';

/** An error as Node makes it of a failed system call. */
const refusal = (code: string, syscall = 'open', path = '/some/file'): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: words, ${syscall} '${path}'`), { code, syscall, path, errno: -1 });

test('every code comes out in words with path and remedy: no stack, exit code 2 where input or room is at fault', () => {
  for (const [code, words, Kind, exit] of [
    ['ENOENT', 'there is no such file or folder', UserError, 2],
    ['EACCES', 'permission denied', UserError, 2],
    ['EPERM', 'operation not permitted', UserError, 2],
    ['EISDIR', 'it is a folder', UserError, 2],
    ['ENOTDIR', 'is a file, not a folder', UserError, 2],
    ['ENAMETOOLONG', 'the name is too long', UserError, 2],
    ['ELOOP', 'go in a circle', UserError, 2],
    ['EROFS', 'read-only', UserError, 2],
    ['ETXTBSY', 'a program runs from it', UserError, 2],
    ['ENXIO', 'other end', UserError, 2],
    ['ENOSPC', 'the disk is full', DataError, 2],
    ['EDQUOT', 'quota', DataError, 2],
    ['EFBIG', 'too large', DataError, 2],
    ['EIO', 'the device failed', TrmError, 1],
    ['EMFILE', 'too many files', TrmError, 1],
    ['ENOMEM', 'memory', TrmError, 1],
  ] as const) {
    const error = refusal(code);
    const typed = fromSystemError(error);
    assert.instance(typed, Kind, code);
    assert.is((typed as Error).cause, error);
    assert.is(exitCodeOf(error), exit, code);
    const text = describeError(error);
    assert.ok(text.includes('cannot open /some/file: '), text);
    assert.ok(text.includes(words) && text.includes(`(${code})`), text);
    assert.match(text, /\n {2}fix: \S/);
    assert.not.match(text, /\n\s+at /);
  }
});

test('no code that this system knows ends in a stack', () => {
  for (const code of Object.keys(constants.errno))
    assert.not.match(describeError(refusal(code)), /\n\s+at /, code);
});

test('what Node itself throws is known by its code and call; other errors stay what they are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trm-errno-'));
  try {
    const caught = async (action: Promise<unknown>): Promise<unknown> =>
      action.catch((error: unknown) => error);
    const missing = await caught(readFile(join(folder, 'none')));
    assert.is(systemFailure(missing)?.code, 'ENOENT');
    assert.match(systemFailure(missing)?.message ?? '', /^cannot open .*none: there is no such file/);
    assert.match(systemFailure(missing, 'read', 'x.py')?.message ?? '', /^cannot read x\.py: /);
    assert.match(describeError(await caught(readFile(folder))), /it is a folder, not a file \(EISDIR\)/);
    const long = await caught(writeFile(join(folder, 'x'.repeat(300)), ''));
    assert.match(describeError(long), /the name is too long \(ENAMETOOLONG\)/);
    assert.match(describeError(await caught(readFile(''))), /cannot open "" \(an empty name\)/);
  } finally {
    await rm(folder, { recursive: true });
  }
  const argument = Object.assign(new TypeError('bad'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.not.ok(isSystemError(argument));
  assert.is(fromSystemError(argument), argument);
  assert.match(describeError(argument), /\n\s+at /, 'a fault of ours keeps its stack');
});

test('control characters in names reach no terminal', () => {
  const text = describeError(new UserError('no file \x1b[31mred\x1b[0m\r\x7f\u009b here\nnext', 'hint'));
  assert.is(text, 'UserError: no file \\x1b[31mred\\x1b[0m\\x0d\\x7f\\x9b here\nnext\n  fix: hint');
});

test.run();
