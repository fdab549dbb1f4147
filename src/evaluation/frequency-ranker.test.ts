import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TokenText } from '../records/sample';
import { frequencyCounter, type FrequencyRanker, type RankerSample } from './frequency-ranker';

const op = (text: string): TokenText => ({ kind: 'op', text });
const name = (text: string): TokenText => ({ kind: 'name', text });
const code = (...parts: TokenText[]): TokenText[] => [
  ...parts,
  { kind: 'newline', text: '' },
  { kind: 'end', text: '' },
];
const edited = (
  tokens: TokenText[],
  start: number,
  end: number,
  ...replacement: TokenText[]
): RankerSample => ({
  tokens,
  edit: { tokenSpan: [start, end], replacement },
});

const TRAINING: RankerSample[] = [
  // `<` stands four times and was wrong twice, once `<=` and once `>` ...
  edited(code(name('a'), op('<'), name('b')), 1, 2, op('<=')),
  edited(code(name('a'), op('<'), name('b')), 1, 2, op('>')),
  edited(code(name('x'), op('<'), name('b')), 1, 2, op('<=')),
  { tokens: code(name('x'), op('<'), name('b')), edit: null },
  // ... `return` was forgotten before a `c` that stands nowhere else.
  edited(code(name('c')), 0, 0, { kind: 'keyword', text: 'return' }),
];

function trainRanker(samples: readonly RankerSample[]): FrequencyRanker {
  const counter = frequencyCounter();
  for (const sample of samples) counter.add(sample);
  return counter.ranker();
}

test('proposes the edit with the highest share, for a replacement and for an insertion', () => {
  const ranker = trainRanker(TRAINING);
  assert.equal(ranker.propose(code(name('z'), op('<'), name('z'))), {
    tokenSpan: [1, 2],
    replacement: [op('<=')],
    score: 0.5,
  });
  // 1 of 1 beats 2 of 4.
  assert.equal(ranker.propose(code(op('<'), name('c'))), {
    tokenSpan: [1, 1],
    replacement: [{ kind: 'keyword', text: 'return' }],
    score: 1,
  });
});

test('code in which nothing was ever wrong gets no edit; of equal places the leftmost is taken', () => {
  const ranker = trainRanker(TRAINING);
  assert.is(ranker.propose(code(name('z'))), null);
  assert.equal(ranker.propose(code(op('<'), name('z'), op('<')))?.tokenSpan, [0, 1]);
  assert.is(trainRanker([]).propose(code(op('<'))), null);
});

test('a span of several tokens applies only where all of them stand', () => {
  const ranker = trainRanker([edited(code(op('='), op('=')), 0, 2, op('=='))]);
  assert.is(ranker.propose(code(op('='), name('a'))), null);
  assert.equal(ranker.propose(code(name('a'), op('='), op('=')))?.tokenSpan, [1, 3]);
});

test('ranks edits of all places, or of those that are told', () => {
  const ranker = trainRanker(TRAINING);
  const tokens = code(op('<'), name('c'), op('<'));
  const ranked = (most: number, mayStart?: (token: number) => boolean): [number, string, number][] =>
    ranker
      .rank(tokens, most, mayStart)
      .map(({ tokenSpan: [start], replacement: [{ text }], score }) => [start, text, score]);
  assert.equal(ranked(9), [
    [1, 'return', 1],
    [0, '<=', 0.5],
    [2, '<=', 0.5],
    [0, '>', 0.25],
    [2, '>', 0.25],
  ]);
  assert.equal(ranked(2).length, 2);
  assert.equal(
    ranked(9, (token) => token === 2),
    [
      [2, '<=', 0.5],
      [2, '>', 0.25],
    ],
  );
});

test.run();
