import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Critic } from '../python/critic/critic';
import { diffTokens } from '../python/edits/edits';
import { lex } from '../python/tokens/lexer';
import type { Token } from '../python/tokens/token';
import { tokenOfError } from '../python/tokens/positions';
import type { TokenEdit } from '../processing/encoding/encode';
import { mendGuided } from './guided-mends';
import { guidedCounter, type GuidedRanker } from './parser-guided-ranker';

let critic: Critic;
test.before(async () => {
  critic = await Critic.start();
});
test.after(() => critic.close());

async function stopOf(source: string): Promise<number> {
  const [{ error }] = await critic.check([source]);
  const stoppedAt = tokenOfError(source, lex(source), error);
  if (stoppedAt === null) throw new Error(`it parses: ${source}`);
  return stoppedAt;
}

/** A ranker of broken sources and what mends them. */
async function learn(lessons: readonly (readonly [before: string, after: string])[]): Promise<GuidedRanker> {
  const counter = guidedCounter();
  for (const [before, after] of lessons) {
    const tokens = lex(before);
    counter.add({
      tokens,
      stoppedAt: await stopOf(before),
      edit: diffTokens(tokens, lex(after)) as unknown as TokenEdit,
    });
  }
  return counter.ranker();
}

const tokens = (...texts: string[]): Token[] =>
  [...texts, ''].map((text, i) => ({ kind: text === '' ? 'end' : 'op', text, start: i, end: i + 1 }));

test('scores are those counted by hand: share of the places, times the shares of the neighbours', () => {
  const counter = guidedCounter();
  // The parser stops at token 2. Twice `+` is put before it, once the token one before it goes.
  const plus = { tokenSpan: [2, 2] as [number, number], replacement: [{ kind: 'op' as const, text: '+' }] };
  counter.add({ tokens: tokens('(', 'a', 'b', ')'), stoppedAt: 2, edit: plus });
  counter.add({ tokens: tokens('[', 'a', 'b', ']'), stoppedAt: 2, edit: plus });
  counter.add({
    tokens: tokens('(', 'a', 'c', ')'),
    stoppedAt: 2,
    edit: { tokenSpan: [1, 2], replacement: [] },
  });
  const [first, second, ...rest] = counter
    .ranker()
    .candidates({ tokens: tokens('x', 'y', 'a', 'b', '.'), stoppedAt: 3 });
  // Before token 3: 2 of 3 functions, + 5; `a` stood before it in both, `b` behind it in both.
  assert.equal([first.tokenSpan, first.replacement], [[3, 3], [{ kind: 'op', text: '+' }]]);
  assert.ok(Math.abs(first.score - (2 / 8) * 1.02 * 1.02) < 1e-12, String(first.score));
  // `a` at distance -1: in 3 functions, once removed; neither `y` nor `b` ever stood beside it.
  assert.equal([second.tokenSpan, second.replacement], [[2, 3], []]);
  assert.ok(Math.abs(second.score - (1 / 8) * 0.02 * 0.02) < 1e-12, String(second.score));
  assert.equal(rest, []);
});

test('edits count by their distance from the stop: the same tokens elsewhere are left alone', async () => {
  const ranker = await learn([['def f(a):\n    return (a\n', 'def f(a):\n    return (a)\n']]);
  const source = 'def g(x, y):\n    z = (x)\n    return (y\n';
  const [best] = ranker.candidates({ tokens: lex(source), stoppedAt: await stopOf(source) });
  assert.equal(best.replacement, [{ kind: 'op', text: ')' }]);
  assert.is(lex(source)[best.tokenSpan[0] - 1].text, 'y');
});

const item = (before: string): { before: Token[]; sample: { before: string } } => ({
  before: lex(before),
  sample: { before },
});

test('the first edit that compiles is taken; what parses and what nothing mends has none', async () => {
  // A comma and a colon are both known one token after the stop: only the colon compiles behind `if a`.
  const comma = ['f(a b)\n', 'f(a, b)\n'] as const;
  const colon = ['if a\n    b()\n', 'if a:\n    b()\n'] as const;
  const ranker = await learn([comma, comma, comma, colon]);
  const cases = ['if x\n    y()\n', 'if x:\n    y()\n', 'class 3: pass\n'].map(item);
  const mended = await mendGuided(cases, ranker, critic);
  assert.equal(mended.get(cases[0])?.replacement, [{ kind: 'op', text: ':' }]);
  assert.equal([mended.has(cases[1]), mended.has(cases[2])], [false, false]);
  const empty = await mendGuided(cases, guidedCounter().ranker(), critic);
  assert.is(empty.size, 0);
});

test('an answer does not depend on the order of training or of the functions asked for', async () => {
  const lessons = [
    ['f(a b)\n', 'f(a, b)\n'],
    ['if a\n    b()\n', 'if a:\n    b()\n'],
    ['x = [a b]\n', 'x = [a, b]\n'],
  ] as const;
  const source = 'g(x y)\n';
  const asked = { tokens: lex(source), stoppedAt: await stopOf(source) };
  const forward = (await learn(lessons)).candidates(asked);
  const backward = (await learn([...lessons].reverse())).candidates(asked);
  assert.equal(
    forward.map(({ score }) => score),
    backward.map(({ score }) => score),
  );
  assert.equal(forward[0], backward[0]);
});

test.run();
