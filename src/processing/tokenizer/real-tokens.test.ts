import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as huggingFace from '@huggingface/tokenizers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { lex } from '../../python/tokens/lexer';
import { trainTokenizer, type Tokenizer } from './tokenizer';

interface Peer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
}
const PeerTokenizer = huggingFace.Tokenizer as unknown as new (json: object, config: object) => Peer;

/** Token texts of standard-library modules with their counts. */
async function realTokens(): Promise<Map<string, number>> {
  const { stdout } = await runProcess(pythonPath(), [
    '-c',
    "import sysconfig; print(sysconfig.get_paths()['stdlib'])",
  ]);
  const folder = stdout.trim();
  const counts = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => /^[a-p].*\.py$/.test(name)))
    for (const { text } of lex(readFileSync(join(folder, file), 'utf8')))
      if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

let counts: Map<string, number>;
let tokenizer: Tokenizer;

test('trains on the standard library', async () => {
  counts = await realTokens();
  assert.ok(counts.size > 10_000, `${counts.size} distinct tokens`);
  tokenizer = trainTokenizer(counts, { vocabularySize: 4096 });
  assert.is(tokenizer.size, 4096);
});

test('every program token has the ids that Hugging Face gives', () => {
  const peer = new PeerTokenizer(JSON.parse(JSON.stringify(tokenizer.toJSON())) as object, {});
  for (const text of counts.keys())
    assert.equal(tokenizer.encodeToken(text), peer.encode(text, { add_special_tokens: false }).ids, text);
});

test('common names are one piece, and most tokens few', () => {
  for (const name of ['self', 'isinstance', 'encoding']) {
    const pieces = tokenizer.encodeToken(name);
    assert.is(pieces.length, 1, name);
    assert.is(tokenizer.nameOf(pieces[0]), name);
  }
  let [pieces, tokens] = [0, 0];
  for (const [text, count] of counts) {
    pieces += count * tokenizer.encode({ kind: 'string', text }).length;
    tokens += count;
  }
  assert.ok(pieces / tokens < 2, `${pieces / tokens} pieces a token`);
});

test('a keyword is no name', () => {
  const [piece, ...more] = tokenizer.encodeToken('return');
  assert.equal(more, []);
  assert.is(tokenizer.nameOf(piece), null);
});

test.run();
