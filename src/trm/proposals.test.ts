import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream, type Rng } from '../core/rng';
import { buildClosedVocabulary, EMPTY_ENTRY, tokenKey } from '../processing/vocabulary/closed-vocabulary';
import { trainTokenizer } from '../processing/tokenizer/tokenizer';
import { lex } from '../python/tokens/lexer';
import type { TokenText } from '../records/sample';
import {
  dropHopeless,
  extendContents,
  offeredTexts,
  renderChoices,
  startContents,
  type Contents,
  type OfferedTexts,
  type Place,
  type SlotChoices,
} from './proposals';

const tokenizer = trainTokenizer(
  [
    ['value', 50],
    ['total', 50],
    ['self', 50],
  ],
  { vocabularySize: 290 },
);
const vocabulary = buildClosedVocabulary([[{ kind: 'name', text: 'total' }, 9]]);
const renderer = { tokenizer, vocabulary };
const NAMES = ['other', 'total', 'width'];
/** Contents of one slot. */
const fill = (choices: SlotChoices, texts: OfferedTexts): Contents[] =>
  extendContents(startContents(), () => renderChoices(choices, texts, renderer));
const pieceOf = (text: string): number => tokenizer.encodeToken(text)[0];

test('choices that render the same token are added up', () => {
  const choices = {
    copy: [0.2, 0.1, 0.25, 0],
    vocabulary: new Array<number>(vocabulary.size).fill(0).map((_, i) => (i === EMPTY_ENTRY ? 0.3 : 0)),
    pieces: [0.1],
    pieceIds: [pieceOf('value')],
    names: [],
  };
  const tokens = lex('value total value');
  const [first, second] = fill(choices, offeredTexts(tokens, [], vocabulary));
  assert.equal(first.tokens, [{ kind: 'name', text: 'value' }]);
  assert.ok(Math.abs(first.probability - 0.55) < 1e-9);
  assert.ok(second.closed && second.tokens.length === 0 && Math.abs(second.probability - 0.3) < 1e-9);
});

/** Every way to fill a slot, written down plainly. */
function everyChoice(choices: SlotChoices, tokens: readonly TokenText[]): Map<string, number> {
  const sums = new Map([['', choices.vocabulary[EMPTY_ENTRY]]]);
  const add = (token: TokenText, probability: number): void => {
    sums.set(tokenKey(token), (sums.get(tokenKey(token)) ?? 0) + probability);
  };
  tokens.forEach((token, i) => token.kind !== 'end' && add(token, choices.copy[i]));
  vocabulary.entries.forEach((entry, i) => i !== EMPTY_ENTRY && add(entry, choices.vocabulary[i]));
  for (let i = 0; i < choices.pieces.length; i++) {
    const text = tokenizer.nameOf(choices.pieceIds[i]);
    if (text !== null) add({ kind: 'name', text }, choices.pieces[i]);
  }
  NAMES.forEach((text, i) => {
    add({ kind: 'name', text }, choices.names[i]);
  });
  return sums;
}

function randomChoices(rng: Rng, copied: number): SlotChoices {
  // A few great ones among many small ones, as a model gives them.
  const draw = (length: number): number[] => Array.from({ length }, () => rng.next() ** 12);
  const pieceIds = ['value', 'total', 'self', 'z'].map(pieceOf);
  return {
    copy: draw(copied),
    vocabulary: draw(vocabulary.size),
    pieces: draw(pieceIds.length),
    pieceIds,
    names: draw(NAMES.length),
  };
}

test('the contents kept are the most probable of all choices', () => {
  const rng = seedStream(1, 'proposals-test');
  const tokens = lex('def f(self, value):\n    return self.value + [z(value), (self)]\n');
  const texts = offeredTexts(tokens, NAMES, vocabulary);
  const keyOf = ({ tokens: [token] }: Contents): string => (token ? tokenKey(token) : '');
  for (let round = 0; round < 300; round++) {
    const choices = randomChoices(rng, tokens.length);
    const expected = [...everyChoice(choices, tokens)].sort((a, b) => b[1] - a[1]).slice(0, 4);
    const kept = fill(choices, texts);
    assert.equal(
      kept.map(keyOf),
      expected.map(([key]) => key),
    );
    kept.forEach(({ probability }, i) => assert.ok(Math.abs(probability - expected[i][1]) < 1e-12));
  }
});

test('a text is offered once, with all its places; END is not', () => {
  const { copied, names } = offeredTexts(lex('a = b = a\n'), ['gadget', 'total'], vocabulary);
  assert.equal(
    names.map(({ token, entry }) => [token.text, entry]),
    [
      ['gadget', -1],
      ['total', vocabulary.indexOf({ kind: 'name', text: 'total' })],
    ],
  );
  assert.equal(
    copied.map(({ token, positions }) => [token.text, positions]),
    [
      ['a', [0, 4]],
      ['=', [1, 3]],
      ['b', [2]],
      ['', [5]],
    ],
  );
});

test('contents that cannot be among the proposals of their row are given up', () => {
  const place = (row: number, probability: number, spanLength = 1): Place => {
    return { row, probability, spanLength, start: 0, bugType: 0 };
  };
  const written = (probability: number, closed: boolean): Contents => {
    return { tokens: [{ kind: 'name', text: 'x' }], probability, closed };
  };
  const places = [place(0, 0.9), place(0, 0.5), place(1, 0.1), place(1, 1, 0)];
  const nothing: Contents = { tokens: [], probability: 1, closed: true };
  const contents = [
    [written(0.5, true), written(0.2, false)],
    // 0.4 * 0.5 is more than what place 0 has open, 0.3 * 0.5 is less than two that are finished.
    [written(0.4, true), written(0.3, false)],
    // Another row: what is likely elsewhere does not matter, and an insertion of nothing is no proposal.
    [written(0.9, true), written(0.0001, false)],
    [nothing],
  ];
  const kept = dropHopeless(places, contents, 2);
  assert.equal(kept, [
    contents[0].slice(0, 1),
    contents[1].slice(0, 1),
    // A share of 1e-3 of the best is too little, whatever is finished.
    contents[2].slice(0, 1),
    [nothing],
  ]);
  assert.equal(dropHopeless(places, contents, 4).slice(0, 2), contents.slice(0, 2));
});

test.run();
