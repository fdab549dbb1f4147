import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { charSpanOf } from '../python/edits/edits';
import { Critic } from '../python/critic/critic';
import type { TokenText } from '../records/sample';
import { startText } from './edited-text';
import type { Program } from './program';
import type { Candidate, Proposer } from './proposals';
import { repairInRounds, type RoundsOptions } from './rounds';
import { tierOf, type DropReason } from './evidence/verifier';

let critic: Critic;
test.before(async () => {
  critic = await Critic.start();
});
test.after(() => critic.close());

/** Proposes to write `after` for every token `before`, the earlier rules being the more confident. */
function rules(...list: readonly [before: string, after: TokenText[], confidence: number][]): Proposer {
  return async ({ program }) =>
    list.flatMap(([before, replacement, confidence]) =>
      program.tokens.flatMap(({ text }, i) =>
        text === before ? [candidate(program, i, replacement, confidence)] : [],
      ),
    );
}

function candidate(program: Program, at: number, replacement: TokenText[], confidence: number): Candidate {
  return {
    edit: { tokenSpan: [at, at + 1], charSpan: charSpanOf(program.tokens, at, at + 1), replacement },
    bugType: 0,
    probability: confidence,
    confidence,
    window: program.windows.findIndex(({ firstToken, endToken }) => firstToken <= at && at < endToken),
    steps: 1,
  };
}

const name = (text: string): TokenText => ({ kind: 'name', text });
const op = (text: string): TokenText => ({ kind: 'op', text });

function run(
  source: string,
  propose: Proposer,
  more: Partial<RoundsOptions> = {},
): ReturnType<typeof repairInRounds> {
  return repairInRounds(startText(source), {
    propose,
    maxTokens: 128,
    critic,
    threshold: 0.5,
    maxRounds: 8,
    fileParses: true,
    accept: () => true,
    dropped: new Map(),
    ...more,
  });
}

test('several bugs are mended in rounds, one of each window at a time, comments stay', async () => {
  const source = 'def f(a, b):  # keep\n    return a - b - a\n\n\ndef g(c):\n    return c - 1\n';
  const { text, applied } = await run(source, rules(['-', [op('+')], 0.9]));
  assert.is(text.current, source.replaceAll('-', '+'));
  assert.is(applied.length, 3);
  assert.equal(
    applied.map(({ start }) => source[start]),
    ['-', '-', '-'],
    'places are those of the original',
  );
});

test('an edit at the threshold is not looked at', async () => {
  const source = 'x = 1 - 2\n';
  assert.is((await run(source, rules(['-', [op('+')], 0.5]))).text.current, source);
});

test('an edit that does not parse or uses a new undefined name is dropped once, with its reason', async () => {
  const dropped = new Map<string, DropReason>();
  const source = 'def f(a, b):\n    return a - b\n';
  const proposals = rules(['-', [op(')')], 0.9], ['b', [name('zzz')], 0.8], ['-', [op('*')], 0.7]);
  const { text } = await run(source, proposals, { dropped });
  assert.is(text.current, source.replace('-', '*'));
  // The parameter `b` may become `zzz`, but then its use is undefined, and the other way round.
  assert.equal([...dropped.values()].sort(), ['does_not_parse', 'undefined_name', 'undefined_name']);
});

test('proposals that take each other back do not go on for ever', async () => {
  const { text, applied } = await run('x = 1 - 2\n', rules(['-', [op('+')], 0.9], ['+', [op('-')], 0.9]));
  assert.is(text.current, 'x = 1 + 2\n');
  assert.is(applied.length, 1);
});

test('of edits that parse alone but not together, only the most confident is applied', async () => {
  const filler = '    pass\n'.repeat(100);
  const source = `x = z = 0\n\n\ndef f():\n    y = 1\n${filler}    global z\n`;
  // Both together: "name 'x' is assigned to before global declaration".
  const dropped = new Map<string, DropReason>();
  const proposals: Proposer = async (request) =>
    (await rules(['y', [name('x')], 0.9], ['z', [name('x')], 0.8])(request)).filter(
      ({ window }) => window > 0,
    );
  const { text } = await run(source, proposals, { dropped });
  assert.is(text.current, source.replace('y = 1', 'x = 1'));
  assert.equal([...dropped.values()], ['does_not_parse'], 'the other one is dropped in the next round');
});

test('a mended undefined name is verified, another edit plausible', async () => {
  const source = 'def f(total):\n    return totl - 1\n';
  const { applied } = await run(source, rules(['totl', [name('total')], 0.9], ['-', [op('+')], 0.8]));
  assert.equal(
    applied.map(({ judgement }) => tierOf(judgement)),
    ['verified', 'plausible'],
  );
  const verified = await run(source, rules(['-', [op('+')], 0.9], ['totl', [name('total')], 0.8]), {
    accept: (judgement) => tierOf(judgement) === 'verified',
  });
  assert.is(verified.text.current, 'def f(total):\n    return total - 1\n');
});

test('in a file that does not parse, functions are judged on their own and module code is left alone', async () => {
  const source = 'x = (1 - 2\n\n\ndef f(a):\n    return a - 1\n';
  const { text } = await run(source, rules(['-', [op('+')], 0.9]), { fileParses: false });
  assert.is(text.current, source.replace('a - 1', 'a + 1'));
});

test('an aborted signal ends the repair', async () => {
  const signal = AbortSignal.abort();
  let message = '';
  await run('x = 1 - 2\n', rules(['-', [op('+')], 0.9]), { signal }).catch(
    (error: Error) => (message = error.message),
  );
  assert.match(message, /interrupted/);
});

test.run();
