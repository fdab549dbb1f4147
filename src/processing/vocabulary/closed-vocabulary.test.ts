import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { MAX_PIECES } from '../../records/example';
import type { TokenText } from '../../records/sample';
import { BASE_VOCABULARY } from './base-vocabulary';
import {
  EMPTY_ENTRY,
  buildClosedVocabulary,
  loadClosedVocabulary,
  vocabularyPieces,
} from './closed-vocabulary';
import { EMPTY_PIECE, trainTokenizer } from '../tokenizer/tokenizer';

const name = (text: string): TokenText => ({ kind: 'name', text });

test('the base list has distinct entries, EMPTY first', () => {
  const keys = BASE_VOCABULARY.map(({ kind, text }) => `${kind} ${text}`);
  const repeated = keys.filter((key, i) => keys.indexOf(key) !== i);
  assert.equal(repeated, []);
  assert.equal(BASE_VOCABULARY[EMPTY_ENTRY], { kind: 'end', text: '' });
});

test('every entry but EMPTY is found by kind and text; EMPTY and strangers are not', () => {
  const vocabulary = buildClosedVocabulary([]);
  vocabulary.entries.forEach((entry, i) => {
    if (i !== EMPTY_ENTRY) assert.is(vocabulary.indexOf(entry), i);
  });
  assert.is(vocabulary.indexOf({ kind: 'end', text: '' }), -1);
  assert.is(vocabulary.indexOf({ kind: 'keyword', text: 'len' }), -1);
  assert.is(vocabulary.indexOf(name('no_such_name')), -1);
  assert.ok(vocabulary.indexOf({ kind: 'newline', text: '\r\n' }) > 0);
});

test('frequent tokens follow by count, ties by text; those of the base list are not repeated', () => {
  const size = BASE_VOCABULARY.length + 2;
  const frequent: [TokenText, number][] = [
    [name('zeta'), 5],
    [name('beta'), 5],
    [name('rare'), 1],
    [name('len'), 100],
  ];
  const vocabulary = buildClosedVocabulary(seedStream(1).shuffle(frequent), { size });
  assert.is(vocabulary.size, size);
  assert.equal(vocabulary.entries.slice(-2), [name('beta'), name('zeta')]);
});

test('growing keeps every number', () => {
  const old = buildClosedVocabulary([[name('alpha'), 1]]);
  const grown = buildClosedVocabulary([[name('omega'), 9]], { base: old.entries, size: old.size + 1 });
  assert.equal(grown.entries.slice(0, old.size), old.entries);
  assert.is(grown.indexOf(name('omega')), old.size);
  assert.is.not(grown.hash, old.hash);
});

test('a saved list is the same one; a foreign or damaged one is refused', () => {
  const vocabulary = buildClosedVocabulary([[name('alpha'), 1]]);
  const json = JSON.stringify(vocabulary.toJSON());
  assert.is(loadClosedVocabulary(json).hash, vocabulary.hash);
  assert.throws(() => loadClosedVocabulary(json.replace('"version":1', '"version":2')), /version/);
  const twice = { version: 1, entries: [...vocabulary.entries, name('alpha')] };
  assert.throws(() => loadClosedVocabulary(JSON.stringify(twice)), /repeated/);
  assert.throws(() => loadClosedVocabulary('{"version":1,"entries":[{"kind":"name","text":"a"}]}'), /EMPTY/);
});

test('every entry has a row of pieces; EMPTY has its own', () => {
  const vocabulary = buildClosedVocabulary([]);
  const tokenizer = trainTokenizer(
    vocabulary.entries.map(({ text }) => [text, 3]),
    { vocabularySize: 900 },
  );
  const rows = vocabularyPieces(vocabulary, tokenizer);
  assert.is(rows.length, vocabulary.size * MAX_PIECES);
  assert.equal([...rows.slice(0, MAX_PIECES)], [EMPTY_PIECE, 0, 0, 0, 0, 0]);
  for (let i = 0; i < vocabulary.size; i++) assert.ok(rows[i * MAX_PIECES] > 0, `entry ${i}`);
});

test.run();
