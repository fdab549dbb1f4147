import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../python/critic/critic';
import { editedTokens, judgeMend } from './real-syntax';

const BEFORE = 'def f(a)\n    return (a\n';
const AFTER = 'def f(a):\n    return (a)\n';
const critic = {
  pythonVersion: '3.12.0',
  check: (sources: readonly string[]): Promise<Verdict[]> =>
    Promise.resolve(sources.map((source) => ({ valid: !source.includes('?'), error: null }) as Verdict)),
};

test('edited tokens: inserted, deleted, replaced, changed places; layout and comments are nothing', () => {
  assert.is(editedTokens(BEFORE, AFTER), 2);
  assert.is(editedTokens('f(a, b)', 'f(b, a)'), 2);
  assert.is(editedTokens('f(a b)', 'f(b a)'), 1);
  assert.is(editedTokens('f(a)  # x', 'f( a )'), 0);
  assert.is(editedTokens('x = 1\ny = 2', 'x = 1'), 4, 'y, =, 2 and its line end');
});

test('a mended text is held to the author’s: parses, not larger, the same', async () => {
  const judge = async (mended: string): Promise<boolean[]> => {
    const { parses, small, exact } = await judgeMend(
      { repo: 'a/b', before: BEFORE, after: AFTER },
      mended,
      critic,
    );
    return [parses, small, exact];
  };
  assert.equal(await judge(AFTER), [true, true, true]);
  assert.equal(await judge('def f(a):\n    return a\n'), [true, true, false]);
  assert.equal(await judge('def g(a, b):\n    return (a)\n'), [true, false, false]);
  assert.equal(await judge(`${AFTER}?`), [false, false, false]);
});

test.run();
