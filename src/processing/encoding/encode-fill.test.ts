import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { fileContext } from '../../python/names/file-context';
import { lex } from '../../python/tokens/lexer';
import { NOT_ASKED, type Example } from '../../records/example';
import { contextAround } from '../../records/file-context';
import { TOKEN_KINDS, type TokenText } from '../../records/sample';
import { trainTokenizer } from '../tokenizer/tokenizer';
import { piecesAt } from '../testing';
import { buildClosedVocabulary, tokenKey } from '../vocabulary/closed-vocabulary';
import { isDropped } from './encode';
import { encodeFill } from './encode-fill';

const FILE = `LIMIT = 3

def scale(size):
    return size

def area(inner, outer):
    if inner is None or outer > LIMIT:
        return scale(outer) ** 2
    total = outer - inner
    for step in range(inner, outer):
        total += step * 2
    return total
`;
const SOURCE = FILE.slice(FILE.indexOf('def area'));
const TOKENS = lex(SOURCE);
const context = fileContext(lex(FILE));
const surroundings = contextAround(context, 1);
const tokenizer = trainTokenizer(
  TOKENS.map(({ text }) => [text, 9] as const),
  { vocabularySize: 400 },
);
const vocabulary = buildClosedVocabulary([]);

function fillsOf(
  seed: number,
  source = SOURCE,
  options: { maxTokens?: number; replacedShare?: number } = {},
): Example | { dropped: string } {
  const rng = seedStream(seed);
  return encodeFill({ id: 'a', after: source }, { tokenizer, vocabulary, surroundings, rng, ...options });
}

function example(seed: number, replacedShare = 0): Example {
  const found = fillsOf(seed, SOURCE, { replacedShare });
  if (isDropped(found)) throw new Error(found.dropped);
  return found;
}

/** Whatever way a slot may be filled, it writes the token that was hidden or replaced. */
test('every way that a slot has writes the token that stood there', () => {
  const ways = { copy: 0, name: 0, vocabulary: 0, piece: 0 };
  for (let seed = 0; seed < 60; seed++) {
    const found = example(seed, seed % 2);
    // What replaced tokens show is not in TOKENS.
    const filled = new Set(found.fills.map((fill) => fill.token));
    const shownAt = (group: number): number =>
      found.copyGroups.findIndex((other, i) => other === group && !filled.has(i));
    for (const { token, slot } of found.fills) {
      const hidden = TOKENS[token];
      const name = (text: string | null): TokenText | null => (text === null ? null : { kind: 'name', text });
      const written: Record<keyof typeof ways, TokenText | null> = {
        copy: TOKENS[shownAt(slot.copyGroup)] ?? null,
        name: slot.name < 0 ? null : name(found.names.texts[slot.name]),
        vocabulary: slot.vocabulary < 0 ? null : vocabulary.entries[slot.vocabulary],
        piece: slot.piece < 0 ? null : name(tokenizer.nameOf(slot.piece)),
      };
      const given = Object.entries(written).flatMap(([way, text]) => (text ? [[way, text] as const] : []));
      assert.ok(given.length > 0 || slot.copyGroup >= 0, hidden.text);
      for (const [way, text] of given) {
        assert.is(tokenKey(text), tokenKey(hidden), way);
        ways[way as keyof typeof ways]++;
      }
    }
  }
  for (const [way, count] of Object.entries(ways)) assert.ok(count > 0, way);
});

test('a hidden token shows nothing of itself: no pieces, a kind that code has not, a group of its own', () => {
  const found = example(1);
  for (const { token } of found.fills) {
    assert.equal(piecesAt(found, token), []);
    assert.is(found.kinds[token], TOKEN_KINDS.length);
    assert.is([...found.copyGroups].filter((group) => group === found.copyGroups[token]).length, 1);
    assert.is(found.previousSame[token], 0);
    assert.is(found.nextSame[token], 0);
  }
});

test('what is known of a hidden name does not depend on the name', () => {
  for (let seed = 0; seed < 40; seed++) {
    const found = example(seed);
    for (const { token } of found.fills) {
      if (TOKENS[token].kind !== 'name') continue;
      const start = TOKENS[token].start;
      const other = `${SOURCE.slice(0, start)}qqq${SOURCE.slice(start + TOKENS[token].text.length)}`;
      const same = fillsOf(seed, other);
      if (isDropped(same)) continue;
      for (const feature of ['bindings', 'flows', 'defUses', 'occurrences', 'familiarities'] as const)
        assert.equal(same[feature][token], found[feature][token], `${TOKENS[token].text}: ${feature}`);
    }
  }
});

test('one token in eight is hidden, ten at most; names that are defined stay, the row asks for no edit', () => {
  for (let seed = 0; seed < 40; seed++) {
    const found = example(seed);
    const hidden = [...found.kinds].filter((kind) => kind === TOKEN_KINDS.length).length;
    assert.ok(hidden >= found.fills.length && hidden <= 10, `${hidden} hidden`);
    assert.ok(hidden <= Math.ceil(0.12 * found.length));
    assert.is(found.target.location, NOT_ASKED);
    assert.not.ok(found.fills.some(({ token }) => TOKENS[token].text === 'area'));
  }
});

test('a replaced token stands in sight, of the kind of the one whose place it takes, and is asked for', () => {
  let replacedCount = 0;
  for (let seed = 0; seed < 40; seed++) {
    const found = example(seed, 1);
    for (const { token, replaced } of found.fills) {
      if (!replaced) continue;
      replacedCount++;
      assert.is(TOKEN_KINDS[found.kinds[token]], TOKENS[token].kind);
      assert.not.equal(piecesAt(found, token), tokenizer.encode(TOKENS[token]), TOKENS[token].text);
    }
    const hidden = [...found.kinds].filter((kind) => kind === TOKEN_KINDS.length).length;
    assert.is(found.fills.filter(({ replaced }) => !replaced).length <= hidden, true);
  }
  assert.ok(replacedCount > 100, `${replacedCount}`);
});

test('of the chosen tokens the given share is replaced', () => {
  const all = Array.from({ length: 200 }, (_, seed) => example(seed, 0.5).fills).flat();
  const share = all.filter(({ replaced }) => replaced).length / all.length;
  assert.ok(share > 0.35 && share < 0.6, `${share}`);
});

test('of a long function a window is taken, and places count from its start', () => {
  for (let seed = 0; seed < 20; seed++) {
    const found = fillsOf(seed, SOURCE, { maxTokens: 24, replacedShare: 0.5 });
    if (isDropped(found)) continue;
    assert.ok(found.length <= 24);
    for (const { token } of found.fills) assert.ok(token < found.length);
  }
});

test('code without a token that could be hidden is dropped', () => {
  assert.equal(fillsOf(0, 'def f(): pass\n'), { dropped: 'nothing_hidden' });
});

test.run();
