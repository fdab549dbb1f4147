import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { lex } from '../../python/tokens/lexer';
import { replacementFor } from './replacement';

const TOKENS = lex('def f(self, rows):\n    return self.load(rows) and self.rows[0] == g(self.first)\n');
const NO_FILE = { members: [], others: [] };

/** All texts that a token may be replaced by. */
function textsFor(
  text: string,
  occurrence = 0,
  fileNames: { members: string[]; others: string[] } = NO_FILE,
): string[] {
  const index = TOKENS.flatMap((token, i) => (token.text === text ? [i] : []))[occurrence];
  const texts = Array.from({ length: 200 }, (_, seed) => {
    const other = replacementFor({ tokens: TOKENS, fileNames, rng: seedStream(seed) }, index);
    assert.is(other?.kind ?? TOKENS[index].kind, TOKENS[index].kind);
    return other?.text;
  });
  return [...new Set(texts)].flatMap((it) => it ?? []).sort();
}

test('a member is replaced by a member, what is called by what is called', () => {
  assert.equal(textsFor('first'), ['rows']);
  assert.equal(textsFor('g'), ['f']);
  assert.equal(textsFor('rows', 1), ['self']);
});

test('where nothing is used like it, anything of its sort will do', () => {
  assert.equal(textsFor('load'), ['first', 'rows']);
});

test('names of the file are drawn too, members for members', () => {
  const fileNames = { members: ['close', 'first'], others: ['LIMIT'] };
  assert.equal(textsFor('first', 0, fileNames), ['close', 'rows']);
  assert.equal(textsFor('g', 0, fileNames), ['LIMIT', 'f']);
});

test('operators by those that people take for them, numbers by numbers', () => {
  assert.equal(textsFor('and'), ['or']);
  assert.equal(textsFor('=='), ['!=', '<', '<=', '>', '>=', 'in', 'is']);
  assert.equal(textsFor('0'), ['1', '10', '2']);
});

test('there is nothing to put in the place of a keyword that no other is taken for', () => {
  assert.equal(textsFor('return'), []);
});

test.run();
