import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as huggingFace from '@huggingface/tokenizers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { seedStream, type Rng } from '../../core/rng';
import { MAX_PIECES } from '../../records/example';
import { learnMerges } from './learn-merges';
import {
  MIN_VOCABULARY_SIZE,
  PAD_PIECE,
  SPECIAL_PIECES,
  loadTokenizer,
  trainTokenizer,
  type Tokenizer,
} from './tokenizer';

/** What the tests use of Hugging Face's class; its own declarations name files that the package leaves out. */
interface Peer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(ids: number[], options: { clean_up_tokenization_spaces: boolean }): string;
}
const PeerTokenizer = huggingFace.Tokenizer as unknown as new (json: object, config: object) => Peer;

/** The textbook algorithm: recount everything for every merge. */
function naiveMerges(
  words: readonly (readonly [readonly number[], number])[],
  merges: number,
  firstId: number,
  minCount: number,
): [number, number][] {
  let corpus = words.map(([pieces, count]) => ({ pieces: [...pieces], count }));
  const learnt: [number, number][] = [];
  while (learnt.length < merges) {
    const counts = new Map<string, number>();
    for (const { pieces, count } of corpus)
      for (let i = 1; i < pieces.length; i++) {
        const key = `${pieces[i - 1]},${pieces[i]}`;
        counts.set(key, (counts.get(key) ?? 0) + count);
      }
    const ranked = [...counts]
      .map(([key, count]) => ({ pair: key.split(',').map(Number) as [number, number], count }))
      .sort((x, y) => y.count - x.count || x.pair[0] - y.pair[0] || x.pair[1] - y.pair[1]);
    if (ranked.length === 0 || ranked[0].count < minCount) break;
    const [left, right] = ranked[0].pair;
    const merged = firstId + learnt.length;
    corpus = corpus.map(({ pieces, count }) => {
      const out: number[] = [];
      for (let i = 0; i < pieces.length; i++)
        if (pieces[i] === left && pieces[i + 1] === right) {
          out.push(merged);
          i++;
        } else out.push(pieces[i]);
      return { pieces: out, count };
    });
    learnt.push([left, right]);
  }
  return learnt;
}

function randomWords(rng: Rng): [number[], number][] {
  return Array.from({ length: 2 + rng.int(30) }, () => [
    Array.from({ length: 1 + rng.int(10) }, () => rng.int(4)),
    1 + rng.int(5),
  ]);
}

test('merges equal those of the textbook algorithm on random corpora', () => {
  for (let seed = 0; seed < 300; seed++) {
    const words = randomWords(seedStream(seed, 'merges'));
    const fast = learnMerges(words, { merges: 20, firstId: 4, minCount: 2 });
    assert.equal(fast, naiveMerges(words, 20, 4, 2), `seed ${seed}`);
  }
});

interface Reference {
  words: [string, number][];
  vocabularySize: number;
  merges: [string, string][];
  encoded: [string, number[]][];
}

const reference = JSON.parse(
  readFileSync(join(projectRoot(), 'src/processing/fixtures/reference-merges.json'), 'utf8'),
) as Reference;

function trained(): Tokenizer {
  return trainTokenizer(reference.words, { vocabularySize: 1500 });
}

/** Texts of every script, with quotes, spaces, line breaks and characters outside the BMP. */
function randomText(rng: Rng): string {
  const ranges = [
    [0x20, 0x7e],
    [0x09, 0x0d],
    [0xa0, 0x17f],
    [0x391, 0x3c9],
    [0x4e00, 0x4e40],
    [0x1f300, 0x1f340],
  ];
  return Array.from({ length: 1 + rng.int(24) }, () => {
    const [first, last] = rng.pick(ranges);
    return String.fromCodePoint(first + rng.int(last - first + 1));
  }).join('');
}

test('merges, ids and size equal those of the reference library', () => {
  const tokenizer = trained();
  assert.is(tokenizer.size, reference.vocabularySize);
  assert.equal(tokenizer.toJSON().model.merges, reference.merges);
  for (const [text, ids] of reference.encoded) assert.equal(tokenizer.encodeToken(text), ids, text);
});

test('Hugging Face loads tokenizer.json and gives the same ids', () => {
  const tokenizer = trained();
  const peer = new PeerTokenizer(JSON.parse(JSON.stringify(tokenizer.toJSON())) as object, {});
  const rng = seedStream(1, 'texts');
  const texts = [...reference.words.map(([word]) => word), ...SPECIAL_PIECES, '__proto__', "'⟨pad⟩ <s>'"];
  for (let i = 0; i < 3000; i++) texts.push(randomText(rng));
  for (const text of texts) {
    const { ids } = peer.encode(text, { add_special_tokens: false });
    assert.equal(tokenizer.encodeToken(text), ids, JSON.stringify(text));
    assert.is(peer.decode(ids, { clean_up_tokenization_spaces: false }), text);
  }
});

test('training does not depend on the order of words, and a saved tokenizer is the same one', () => {
  const shuffled = trainTokenizer(seedStream(2).shuffle(reference.words), { vocabularySize: 1500 });
  assert.is(shuffled.hash, trained().hash);
  const again = loadTokenizer(JSON.stringify(trained().toJSON()));
  assert.is(again.hash, trained().hash);
  assert.equal(again.encodeToken('throwIfAborted'), trained().encodeToken('throwIfAborted'));
});

test('a piece called __proto__ survives the file', () => {
  const tokenizer = trainTokenizer([['__proto__', 50]], { vocabularySize: MIN_VOCABULARY_SIZE + 20 });
  const again = loadTokenizer(JSON.stringify(tokenizer.toJSON()));
  assert.is(again.hash, tokenizer.hash);
  assert.is(again.encodeToken('__proto__').length, 1);
  assert.is(again.nameOf(again.encodeToken('__proto__')[0]), '__proto__');
});

test('layout tokens have ids of their own, whatever they are written as', () => {
  const tokenizer = trained();
  assert.equal(tokenizer.encode({ kind: 'newline', text: '\r\n' }), [1]);
  assert.equal(tokenizer.encode({ kind: 'newline', text: '' }), [1]);
  assert.equal(tokenizer.encode({ kind: 'indent', text: '' }), [2]);
  assert.equal(tokenizer.encode({ kind: 'dedent', text: '' }), [3]);
  assert.equal(tokenizer.encode({ kind: 'end', text: '' }), [4]);
  assert.equal(tokenizer.encode({ kind: 'error-indent', text: '' }), [6]);
  // A name that reads like a kind is still a name, also after the kind was seen.
  assert.equal(
    tokenizer.encode({ kind: 'name', text: 'newline' }),
    tokenizer.encodeToken('newline').slice(0, MAX_PIECES),
  );
});

test('long tokens are cut, never in the middle of a character, and have no padding inside', () => {
  const tokenizer = trained();
  const long = `'${'🎉'.repeat(3000)}'`;
  const pieces = tokenizer.encode({ kind: 'string', text: long });
  assert.is(pieces.length, MAX_PIECES);
  assert.not.ok(pieces.includes(PAD_PIECE));
  const rng = seedStream(3, 'cut');
  for (let i = 0; i < 500; i++) {
    const count = tokenizer.encode({ kind: 'string', text: randomText(rng) }).length;
    assert.ok(count >= 1 && count <= MAX_PIECES);
  }
});

test('nameOf answers only for pieces that are whole identifiers', () => {
  const tokenizer = trained();
  let names = 0;
  for (let id = 0; id < tokenizer.size; id++) {
    const name = tokenizer.nameOf(id);
    if (name === null) continue;
    names++;
    assert.equal(tokenizer.encodeToken(name), [id]);
    assert.match(name, /^[\p{L}_][\p{L}\p{N}_]*$/u);
  }
  assert.ok(names > 500, `${names} names`);
  assert.is(tokenizer.nameOf(PAD_PIECE), null);
});

test('foreign, damaged and impossible tokenizers are refused with a reason', () => {
  const json = trained().toJSON();
  const { vocab, merges } = json.model;
  const broken = (model: object): string => JSON.stringify({ ...json, model: { ...json.model, ...model } });
  assert.throws(() => loadTokenizer(broken({ merges: merges.slice(1) })), /expected \d+ entries/);
  assert.throws(() => loadTokenizer(broken({ vocab: { ...vocab, a: 0 } })), /instead of/);
  assert.throws(() => loadTokenizer('{"model":'), /not valid JSON/);
  assert.throws(() => trainTokenizer([], { vocabularySize: 100 }), /expected 263\.\.65536, got 100/);
});

test.run();
