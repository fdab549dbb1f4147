import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { BINDINGS, DISTANCE_BUCKETS, MAX_PIECES, type Binding, type Example } from '../../records/example';
import { TOKEN_KINDS, type TokenText } from '../../records/sample';
import { buildClosedVocabulary } from '../vocabulary/closed-vocabulary';
import { encodeWindow, isDropped, leftmostEdit, type EncodeWindowOptions, type TokenEdit } from './encode';
import { distanceBucket } from './features';
import { tokenFacts } from './token-facts';
import { trainTokenizer } from '../tokenizer/tokenizer';

const vocabulary = buildClosedVocabulary([]);
const tokenizer = trainTokenizer(
  ['total', 'value', 'values', 'def', 'return', 'if'].map((word) => [word, 5]),
  { vocabularySize: 320 },
);

const LAYOUT: Record<string, TokenText> = {
  '⏎': { kind: 'newline', text: '' },
  '→': { kind: 'indent', text: '' },
  '←': { kind: 'dedent', text: '' },
  '∎': { kind: 'end', text: '' },
};

/** Tokens from words: keywords, numbers and operators as they look, layout as ⏎ → ← ∎, all else names. */
function tokens(text: string): TokenText[] {
  return text.split(' ').map((word): TokenText => {
    if (word in LAYOUT) return LAYOUT[word];
    if (/^(def|return|if|not|for|in)$/.test(word)) return { kind: 'keyword', text: word };
    if (/^\d/.test(word)) return { kind: 'number', text: word };
    return { kind: /^\w/.test(word) ? 'name' : 'op', text: word };
  });
}

type Options = Partial<EncodeWindowOptions> & { edit?: TokenEdit };

function encode(list: TokenText[], options: Options = {}): ReturnType<typeof encodeWindow> {
  return encodeWindow({
    tokens: list,
    window: { firstToken: 0, endToken: list.length },
    facts: tokenFacts(list),
    tokenizer,
    vocabulary,
    ...options,
  });
}

function example(list: TokenText[], options: Options = {}): Example {
  const result = encode(list, options);
  if (isDropped(result)) throw new Error(`dropped: ${result.dropped}`);
  return result;
}

const FUNCTION = tokens('def f ( a , b ) : ⏎ → if a : ⏎ → return b [ a ] ⏎ ← return a ⏎ ← ∎');

test('features of a small function', () => {
  const { length, kinds, indents, depths, previousSame, nextSame, copyGroups, pieces, stopped, target } =
    example(FUNCTION);
  assert.is(length, FUNCTION.length);
  assert.equal(
    [...kinds].map((kind) => TOKEN_KINDS[kind]),
    FUNCTION.map(({ kind }) => kind),
  );
  const row = (text: string): number[] => text.split(' ').map(Number);
  //                          def f ( a , b ) : ⏎ → if a : ⏎ → return b [ a ] ⏎ ← return a ⏎ ← ∎
  assert.equal([...indents], row('0 0 0 0 0 0 0 0 0 1 1 1 1 1 2 2 2 2 2 2 2 1 1 1 1 0 0'));
  assert.equal([...depths], row('0 0 0 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 0'));
  const previous = FUNCTION.map((_, i) => ({ 11: 8, 16: 11, 18: 7, 23: 5 })[i] ?? 0);
  assert.equal([...previousSame], previous.map(distanceBucket));
  assert.equal([nextSame[3], nextSame[11], nextSame[18], nextSame[23]], [8, 7, 5, 0].map(distanceBucket));
  assert.equal([...copyGroups.slice(0, 12)], row('0 1 2 3 4 5 6 7 8 9 10 3'));
  assert.is(pieces.length, length * MAX_PIECES);
  assert.ok(stopped.every((flag) => flag === 0));
  assert.equal(target, { location: 0, spanLength: 0, slots: [], bugType: 0 });
});

test('a window inside a file has the features of the same code on its own', () => {
  const file = tokens('x = 1 ⏎ if x : ⏎ →').concat(FUNCTION.slice(0, -1), tokens('← ∎'));
  const window = { firstToken: 9, endToken: 9 + FUNCTION.length - 1 };
  const inside = example(file, { window });
  const alone = example(FUNCTION);
  assert.equal({ ...inside, firstToken: 0 }, alone);
  assert.is(inside.firstToken, 9);
});

test('indentation counts from the shallowest code of the window, wherever that begins', () => {
  const levels = (firstToken: number, endToken: number): string =>
    example(FUNCTION, { window: { firstToken, endToken } }).indents.join(' ');
  assert.is(levels(9, 15), '0 0 0 0 0 1 1', '→ if a : ⏎ → END');
  assert.is(levels(14, 21), '0 0 0 0 0 0 0 0', '→ return b [ a ] ⏎ END');
  assert.is(levels(15, 26), '1 1 1 1 1 1 0 0 0 0 0 0', 'return b [ a ] ⏎ ← return a ⏎ ← END');
});

test('bindings and the place where the parser stopped follow the window', () => {
  const names = FUNCTION.map((_, i): Binding => (i === 3 ? 'parameter' : i === 4 ? 'none' : 'local'));
  const bindings = Uint8Array.from(names, (name) => BINDINGS.indexOf(name));
  const facts = { ...tokenFacts(FUNCTION), bindings };
  const window = { firstToken: 2, endToken: 8 };
  const { bindings: codes, stopped, length } = example(FUNCTION, { facts, window, stoppedAt: 4 });
  assert.is(length, 7);
  assert.equal(
    [...codes].map((code) => BINDINGS[code]),
    ['local', 'parameter', 'none', 'local', 'local', 'local', 'none'],
  );
  assert.equal([...stopped], [0, 0, 1, 0, 0, 0, 0]);
  assert.ok(example(FUNCTION, { window, stoppedAt: 20 }).stopped.every((flag) => flag === 0));
});

test('a target lists every way to write each token', () => {
  const edit: TokenEdit = { tokenSpan: [11, 12], replacement: tokens('b value total len') };
  const { target } = example(FUNCTION, { edit, bugType: 7 });
  assert.is(target.location, 12);
  assert.is(target.spanLength, 1);
  assert.is(target.bugType, 7);
  const [copied, piece, other, known] = target.slots;
  assert.is(copied.copyGroup, 5);
  assert.is(copied.piece, tokenizer.encodeToken('b')[0]);
  assert.equal(piece.copyGroup, -1);
  assert.is(tokenizer.nameOf(piece.piece), 'value');
  assert.is(tokenizer.nameOf(other.piece), 'total');
  assert.is(vocabulary.entries[known.vocabulary].text, 'len');
});

test('insertion at the end points to END, also where the window adds it', () => {
  const insert = (at: number): TokenEdit => ({ tokenSpan: [at, at], replacement: tokens('return b') });
  assert.is(example(FUNCTION, { edit: insert(FUNCTION.length - 1) }).target.location, FUNCTION.length);
  const window = { firstToken: 9, endToken: 14 };
  const added = example(FUNCTION, { window, edit: insert(14) });
  assert.equal([added.length, added.target.location], [6, 6]);
});

const DROPS: [reason: string, list: TokenText[], edit: TokenEdit | undefined, window?: [number, number]][] = [
  ['too_long', tokens(Array(256).fill('a').join(' ')), undefined],
  ['edit_outside_window', FUNCTION, { tokenSpan: [2, 3], replacement: [] }, [9, 14]],
  ['edit_outside_window', FUNCTION, { tokenSpan: [13, 15], replacement: [] }, [9, 14]],
  ['edit_outside_window', FUNCTION, { tokenSpan: [26, 27], replacement: [] }],
  ['span_too_long', FUNCTION, { tokenSpan: [3, 12], replacement: tokens('z') }],
  ['replacement_too_long', FUNCTION, { tokenSpan: [3, 4], replacement: tokens('b b b b b b b b b') }],
  ['unrenderable_token', FUNCTION, { tokenSpan: [3, 4], replacement: tokens('never_seen_name') }],
  ['no_change', FUNCTION, { tokenSpan: [3, 3], replacement: [] }],
];

for (const [reason, list, edit, [firstToken, endToken] = [0, list.length]] of DROPS)
  test(`dropped: ${reason} at ${edit?.tokenSpan.join('-') ?? 'no edit'}`, () => {
    assert.equal(encode(list, { edit, window: { firstToken, endToken } }), { dropped: reason });
  });

test('the longest window that fits: 255 tokens and END, of numbers that a byte holds', () => {
  assert.is(example(tokens(Array(255).fill('a').join(' '))).length, 256);
  const distinct = tokens(Array.from({ length: 255 }, (_, i) => `n${i}`).join(' '));
  assert.is(new Set(example(distinct).copyGroups).size, 256);
});

function apply(list: readonly TokenText[], { tokenSpan: [start, end], replacement }: TokenEdit): string {
  return [...list.slice(0, start), ...replacement, ...list.slice(end)].map(({ text }) => text).join(' ');
}

test('leftmost edit: same result, and no equal edit begins earlier', () => {
  const rng = seedStream(4, 'leftmost');
  for (let round = 0; round < 2000; round++) {
    const list = tokens(Array.from({ length: 3 + rng.int(8) }, () => rng.pick(['a', 'b'])).join(' '));
    const start = rng.int(list.length + 1);
    const remove = rng.int(2) === 0;
    const size = 1 + rng.int(3);
    const edit: TokenEdit = remove
      ? { tokenSpan: [start, Math.min(list.length, start + size)], replacement: [] }
      : {
          tokenSpan: [start, start],
          replacement: tokens(Array.from({ length: size }, () => rng.pick(['a', 'b'])).join(' ')),
        };
    if (remove && start === list.length) continue;
    const wanted = apply(list, edit);
    const left = leftmostEdit(list, edit);
    assert.is(apply(list, left), wanted);
    const removed = edit.tokenSpan[1] - edit.tokenSpan[0];
    for (let at = 0; at < left.tokenSpan[0]; at++) {
      const replacement = tokens(wanted).slice(at, at + edit.replacement.length);
      const earlier: TokenEdit = { tokenSpan: [at, at + removed], replacement };
      assert.is.not(apply(list, earlier), wanted, `${wanted}: ${at} before ${left.tokenSpan[0]}`);
    }
  }
});

test('distance buckets rise, begin at 0 for none and use all numbers', () => {
  const buckets = Array.from({ length: 129 }, (_, distance) => distanceBucket(distance));
  assert.is(buckets[0], 0);
  assert.equal(
    buckets,
    [...buckets].sort((a, b) => a - b),
  );
  assert.is(new Set(buckets).size, DISTANCE_BUCKETS);
});

test.run();
