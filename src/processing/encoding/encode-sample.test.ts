import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { fileContext, functionsInContext } from '../../python/names/file-context';
import { windowsOf } from '../../python/structure/windows';
import { lex } from '../../python/tokens/lexer';
import { makeSample } from '../../python/edits/sample-testing';
import { contextAround } from '../../records/file-context';
import { BINDINGS } from '../../records/example';
import type { Sample, TokenText } from '../../records/sample';
import { buildClosedVocabulary, tokenKey } from '../vocabulary/closed-vocabulary';
import { encodeWindow, isDropped, type Dropped, type TokenEdit } from './encode';
import { encodeSample, pickWindow, type EncodeSampleOptions } from './encode-sample';
import type { Example } from '../../records/example';
import { trainTokenizer } from '../tokenizer/tokenizer';
import { answers, piecesAt } from '../testing';
import { fileTokenFacts } from './token-facts';

const BODY = Array.from(
  { length: 40 },
  (_, i) => `    if value > ${i}:\n        total = step(total, items[${i}])\n`,
).join('');
const LONG = `def long(items, value):\n    total = 0\n${BODY}    return total\n`;
const SHORT = 'def f(a, b):\n    if a == b:\n        return [a]\n    return b\n';

const words = [LONG, SHORT].flatMap((source) => lex(source).map(({ text }) => [text, 2] as const));
const tokenizer = trainTokenizer(words, { vocabularySize: 400 });
const vocabulary = buildClosedVocabulary([]);

function encode(sample: Sample, options: Partial<EncodeSampleOptions> = {}): Example | Dropped {
  return encodeSample(sample, { tokenizer, vocabulary, ...options });
}

function example(sample: Sample, options: Partial<EncodeSampleOptions> = {}): Example {
  const result = encode(sample, options);
  if (isDropped(result)) throw new Error(`dropped: ${result.dropped}`);
  return result;
}

/** Tokens of the window that an example shows, with its END. */
function windowTokens(source: string, { firstToken, length }: Example): TokenText[] {
  const window: TokenText[] = lex(source).slice(firstToken, firstToken + length);
  if (window.length === length && window[length - 1].kind === 'end') return window;
  return [...window.slice(0, length - 1), { kind: 'end', text: '' }];
}

/** Every way to fill the slots must spell the fixed code; the window's own END may hide the rest of it. */
function assertMends(sample: Sample, result: Example): void {
  const fixed = lex(sample.after).map(tokenKey);
  const all = lex(sample.before).map(tokenKey);
  const shown = windowTokens(sample.before, result);
  for (const answer of answers(result, shown, { tokenizer, vocabulary })) {
    const last = result.firstToken + result.length >= all.length ? result.length : result.length - 1;
    const rest = all.slice(result.firstToken + last);
    const body = last === result.length ? answer : answer.slice(0, -1);
    assert.equal([...all.slice(0, result.firstToken), ...body, ...rest], fixed);
  }
}

const EDITS: [what: string, from: string, to: string][] = [
  ['operator', 'a == b', 'a != b'],
  ['deleted colon', 'b:', 'b'],
  ['wrong name', 'return b', 'return a'],
  ['inserted not', 'if a', 'if not a'],
  ['deleted bracket', '[a]', '[a'],
  ['missing return', 'return [a]', '[a]'],
  ['wrong indentation', '    return b', '        return b'],
];

for (const [what, right, wrong] of EDITS)
  test(`the target mends: ${what}`, () => {
    const sample = makeSample(SHORT.replace(right, wrong), SHORT);
    const result = example(sample);
    assert.ok(result.target.location > 0);
    assertMends(sample, result);
  });

test('long functions: the window fits, holds the edit, and its target mends the function', () => {
  for (let i = 0; i < 40; i++) {
    const buggy = LONG.replace(`value > ${i}:`, `value >= ${i}:`);
    const sample = makeSample(buggy, LONG);
    for (const seed of [1, 2, 3]) {
      const result = example(sample, { rng: seedStream(seed, i), maxTokens: 64 });
      assert.ok(result.length <= 64);
      assertMends(sample, result);
    }
  }
});

test('a long function gives the windows that repair would cut it into, those of a bug hold the edit', () => {
  const tokens = lex(LONG);
  const windows = windowsOf(tokens, { maxTokens: 63 }).map(({ firstToken, endToken }) => [
    firstToken,
    endToken,
  ]);
  const picked = (edit: TokenEdit | null): number[][] => {
    const found = new Map<string, number[]>();
    for (let seed = 0; seed < 300; seed++) {
      const { firstToken, endToken } = pickWindow(tokens, edit, 64, seedStream(seed));
      found.set(`${firstToken}`, [firstToken, endToken]);
    }
    return [...found.values()].sort((x, y) => x[0] - y[0]);
  };
  assert.equal(picked(null), windows);
  const cut = windows[0][1];
  const [second] = windows[1];
  const edits: [tokenSpan: [number, number], windows: number[][]][] = [
    [[0, 1], windows.slice(0, 1)],
    [[second - 1, second + 1], windows.slice(0, 1)],
    [[second, second + 1], windows.slice(0, 2)],
    [[cut - 1, cut], windows.slice(0, 2)],
    // An insertion at the cut belongs to the window behind it, which sees more of the code around.
    [[cut, cut], windows.slice(1, 2)],
    [[tokens.length - 1, tokens.length - 1], windows.slice(-1)],
  ];
  for (const [tokenSpan, expected] of edits)
    assert.equal(picked({ tokenSpan, replacement: [] }), expected, tokenSpan.join('-'));
});

test('an edit that is too long is refused as such, also where no window holds it', () => {
  const sample = makeSample(LONG, LONG.replace('value > 3:', 'value > 3:'.repeat(4)));
  assert.equal(encode(sample, { maxTokens: 64 }), { dropped: 'replacement_too_long' });
  const [first, ...rest] = LONG.split('\n');
  const lost = makeSample(LONG, [first, ...rest.slice(40)].join('\n'));
  assert.equal(encode(lost, { maxTokens: 64 }), { dropped: 'span_too_long' });
});

test('an edit at either end of a long function stays in the window', () => {
  for (const [right, wrong] of [
    ['def long(', 'def long'],
    ['return total\n', 'return total total\n'],
  ]) {
    const sample = makeSample(LONG.replace(right, wrong), LONG);
    for (let seed = 0; seed < 50; seed++) assertMends(sample, example(sample, { rng: seedStream(seed) }));
  }
});

test('clean code has no target; a function longer than the window is cut, not dropped', () => {
  assert.is(example(makeSample(SHORT)).target.location, 0);
  const long = example(makeSample(LONG), { maxTokens: 128 });
  assert.ok(long.length <= 128);
  assert.is(long.target.location, 0);
  assert.equal(
    example(makeSample(LONG), { maxTokens: 128 }),
    long,
    'without a stream the id seeds the window',
  );
});

test('names that the module binds are seen as such', () => {
  const source = 'def f(a):\n    return json.dumps(LIMIT + a + other)\n';
  const file = 'import json, unused\nLIMIT = 1\n';
  const surroundings = contextAround(fileContext(lex(file)), null);
  const { bindings } = example(makeSample(source), { surroundings });
  const tokens = lex(source);
  const bindingOf = (text: string): string =>
    BINDINGS[bindings[tokens.findLastIndex((token) => token.text === text)]];
  assert.is(bindingOf('json'), 'import');
  assert.is(bindingOf('LIMIT'), 'global');
  assert.is(bindingOf('a'), 'parameter');
  assert.is(bindingOf('dumps'), 'attribute');
  assert.is(bindingOf('other'), 'unknown');
});

const FILE = `import json
LIMIT = 3

class Box(list):
    def first(self, count=LIMIT):
        if count > LIMIT:
            return json.dumps(self[0])

    @property
    def size(self):
        return len(self) - other(LIMIT)

def other(value):
    def inner():
        return value
    return inner
`;

test('a function encodes alone as it does inside its file', () => {
  const tokens = lex(FILE);
  const facts = fileTokenFacts(tokens);
  const functions = functionsInContext(FILE, tokens);
  assert.is(functions.length, 3);
  for (const { span, surroundings } of functions) {
    const inFile = encodeWindow({ tokens, window: span, facts, tokenizer, vocabulary });
    const sample = makeSample(span.source);
    const alone = example(sample, { surroundings });
    assert.equal({ ...inFile, firstToken: 0, sampleId: sample.id }, alone, span.name);
  }
});

test('the difficulty is that of the bug', () => {
  const mutant = SHORT.replace('a == b', 'a != b');
  assert.is(example(makeSample(mutant, SHORT, { difficulty: 4 })).difficulty, 4);
  assert.is(example(makeSample(SHORT, SHORT, { difficulty: 4 })).difficulty, 0);
});

test('pieces are those of the tokens', () => {
  const result = example(makeSample(SHORT));
  lex(SHORT).forEach((token, i) => assert.equal(piecesAt(result, i), [...tokenizer.encode(token)]));
});

test('an unknown bug type is refused with the nearest name', () => {
  const sample = makeSample(SHORT.replace('==', '!='), SHORT, { bugType: 'no-such-type' });
  assert.throws(() => encode(sample), /no-such-type/);
});

test.run();
