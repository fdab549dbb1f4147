import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { charSpanOf } from '../python/edits/edits';
import { Critic } from '../python/critic/critic';
import type { TokenText } from '../records/sample';
import { analyse, type Program } from './program';
import type { Candidate, Proposer } from './proposals';
import { searchSyntax, windowsNear } from './syntax-search';

let critic: Critic;
test.before(async () => {
  critic = await Critic.start();
});
test.after(() => critic.close());

const op = (text: string): TokenText => ({ kind: 'op', text });

/** An edit of tokens [start, end) as the model would propose it. */
function candidate(
  program: Program,
  start: number,
  end: number,
  replacement: TokenText[],
  probability: number,
): Candidate {
  return {
    edit: { tokenSpan: [start, end], charSpan: charSpanOf(program.tokens, start, end), replacement },
    bugType: 0,
    probability,
    confidence: probability,
    window: 0,
    steps: 1,
  };
}

/** Proposes colons before every line end and removal of every token inside the windows asked for. */
const colonsAndDeletions: Proposer = async ({ program, windows = [] }) =>
  windows.flatMap((index) => {
    const { firstToken, endToken } = program.windows[index];
    return program.tokens.slice(firstToken, endToken).flatMap(({ kind }, i) => {
      const at = firstToken + i;
      if (kind === 'newline') return [candidate(program, at, at, [op(':')], 0.3)];
      return kind === 'op' || kind === 'keyword' ? [candidate(program, at, at + 1, [], 0.01)] : [];
    });
  });

test('what an edit wrote is not edited again, so that each edit is what it says of the text before', async () => {
  const next: Readonly<Record<string, string>> = { '?': '$', $: '+' };
  const chain: Proposer = async ({ program }) =>
    program.tokens.flatMap(({ text }, i) =>
      text in next ? [candidate(program, i, i + 1, [op(next[text])], 0.9)] : [],
    );
  assert.is(
    (await searchSyntax('x = 1 $ 2\n', { propose: chain, critic, maxTokens: 128 })).text,
    'x = 1 + 2\n',
  );
  assert.is((await searchSyntax('x = 1 ? 2\n', { propose: chain, critic, maxTokens: 128 })).parses, false);
});

test('a file that parses is left alone without asking the model', async () => {
  const never: Proposer = () => {
    throw new Error('the model was asked');
  };
  const result = await searchSyntax('x = 1\n', { propose: never, critic, maxTokens: 128 });
  const verdict = { valid: true, unknown: false, error: null };
  assert.equal(result, { steps: [], text: 'x = 1\n', parses: true, verdict, guess: null });
});

test('a mark that the parser itself asks for is vouched for, however unsure the model; another place is not', async () => {
  const vouched = async (source: string, propose: Proposer): Promise<boolean[]> =>
    (await searchSyntax(source, { propose, critic, maxTokens: 128 })).steps.map((step) => step.vouched);
  assert.equal(await vouched('def f(a)\n    return a\n', colonsAndDeletions), [true]);
  // A closing bracket may go elsewhere: nobody but the model says where.
  const closing: Proposer = async ({ program }) => {
    const at = program.tokens.findIndex(({ kind }) => kind === 'newline');
    return [candidate(program, at, at, [op(')')], 0.3)];
  };
  assert.equal(await vouched('print(f(a)\n', closing), [false]);
});

test('errors in several functions are mended one after the other, from the top', async () => {
  const source =
    'def f(a)\n    return a\n\n\ndef g(b):\n    if b\n        return 1\n    while b\n        b -= 1\n';
  const result = await searchSyntax(source, { propose: colonsAndDeletions, critic, maxTokens: 128 });
  assert.ok(result.parses);
  assert.is(
    result.text,
    source.replace('f(a)', 'f(a):').replace('if b', 'if b:').replace('while b', 'while b:'),
  );
  assert.is(result.steps.length, 3);
});

test('of edits that make it parse, the one with the fewest tokens wins, then the most probable', async () => {
  const source = 'x = (1 + 2))\n';
  const program = analyse(source, { maxTokens: 128 });
  const close = program.tokens.length - 3;
  assert.is(program.tokens[close].text, ')');
  const options: Candidate[] = [
    // Likely but larger: replaces four tokens.
    candidate(program, close - 3, close + 1, [{ kind: 'number', text: '3' }, op(')')], 0.9),
    candidate(program, 2, 2, [op('(')], 0.2),
    candidate(program, close, close + 1, [], 0.4),
  ];
  const result = await searchSyntax(source, { propose: async () => options, critic, maxTokens: 128 });
  assert.is(result.text, 'x = (1 + 2)\n');
});

test('two edits are combined when no single one is enough', async () => {
  const source = 'def f(a:\n    return a)\n';
  const wanted: Proposer = async ({ program }) => {
    const { tokens } = program;
    const colon = tokens.findIndex(({ text }) => text === ':');
    const last = tokens.map(({ text }) => text).lastIndexOf(')');
    return [
      ...(tokens[colon - 1].text === ')' ? [] : [candidate(program, colon, colon, [op(')')], 0.5)]),
      ...(last > colon ? [candidate(program, last, last + 1, [], 0.4)] : []),
      candidate(program, 1, 2, [{ kind: 'name', text: 'g' }], 0.6),
    ];
  };
  const result = await searchSyntax(source, { propose: wanted, critic, maxTokens: 128 });
  assert.is(result.text, 'def f(a):\n    return a\n');
  assert.is(result.steps.length, 2);
});

test('when nothing helps, the text stays and the first guess is told', async () => {
  const source = 'if x\n    pass\n';
  const useless: Proposer = async ({ program }) => [
    candidate(program, 1, 2, [{ kind: 'name', text: 'y' }], 0.8),
    candidate(program, 1, 2, [{ kind: 'name', text: 'z' }], 0.1),
  ];
  const result = await searchSyntax(source, { propose: useless, critic, maxTokens: 128 });
  assert.not.ok(result.parses);
  assert.is(result.text, source);
  assert.equal(result.steps, []);
  assert.is(result.guess?.change.text, 'y');
});

test('the windows of a search are those around the place and the one before', () => {
  const program = analyse('import os\n\n\ndef f():\n    pass\n\n\ndef g():\n    pass\n', { maxTokens: 128 });
  assert.is(program.windows.length, 3);
  assert.equal(windowsNear(program, program.windows[1].firstToken), [0, 1]);
  assert.equal(windowsNear(program, 0), [0]);
  assert.equal(windowsNear(program, program.tokens.length - 1), [1, 2], 'END belongs to the last window');
});

test.run();
