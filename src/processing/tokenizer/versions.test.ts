/**
 * What a dataset is made of, held to its version numbers: a change of what tokens, pieces or shingles a text gives must
 * raise the version (old datasets are then refused), and here the digest beside it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashJson } from '../../core/hash';
import { projectRoot } from '../../core/paths';
import { lex, LEXER_VERSION } from '../../python/tokens/lexer';
import { heldOutLine } from '../near/held-out';
import { TOKENIZER_VERSION, trainTokenizer } from './tokenizer';

/** Files of the project's own fixtures, whole ones and some with errors. */
const folder = join(projectRoot(), 'fixtures', 'cases');
const sources = ['broken_bom', 'conflict', 'good', 'null', 'pep701', 'py2', 'students'].map((name) =>
  readFileSync(join(folder, `${name}.py`), 'latin1'),
);

const short = (value: unknown): string => hashJson(value).slice(0, 16);

test('the lexer gives the tokens of its version', () => {
  const tokens = sources.map((source) =>
    lex(source).map(({ kind, text, start, end }) => [kind, text, start, end]),
  );
  assert.equal([LEXER_VERSION, short(tokens)], [2, 'fc3cd2d133871330']);
});

test('the tokenizer gives the pieces of its version', () => {
  const words = new Map<string, number>();
  for (const { text } of sources.flatMap((source) => lex(source)))
    words.set(text, (words.get(text) ?? 0) + 1);
  const tokenizer = trainTokenizer(words, { vocabularySize: 400 });
  const ids = sources.map((source) => lex(source).map((token) => tokenizer.encode(token)));
  assert.equal([TOKENIZER_VERSION, short([tokenizer.toJSON(), ids])], [1, '93f412ff1a7ab803']);
});

test('held-out sets are hashed as fixtures/benchmarks/outside.jsonl was: scripts/held-out.ts writes it anew', () => {
  assert.is(short(sources.map((source) => heldOutLine('cases', source))), '74554256f5a8b700');
});

test.run();
