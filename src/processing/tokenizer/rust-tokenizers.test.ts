/**
 * Whoever loads our `tokenizer.json` elsewhere does so with Hugging Face's Rust library: it must read every token as we do,
 * or a model would be fed other pieces than it learned.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot, pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { seedStream, type Rng } from '../../core/rng';
import { findFunctions } from '../../python/structure/functions';
import { lex } from '../../python/tokens/lexer';
import { SPECIAL_PIECES, trainTokenizer, type Tokenizer } from './tokenizer';

const FUNCTIONS = 10_000;
/** Names of Python's own rules (XID) in every plane that has any; the last mark is of plane 14. */
const NAMES = [
  'größe',
  'переменная',
  '变量',
  'ｗｉｄｅ',
  '𝒳_1',
  '𐐷',
  '𠀀',
  '𰀀',
  'a\u{e0100}',
  '_',
  'naïve',
  'e\u0301',
];

interface Answer {
  version: string;
  functions: number[][];
  words: { ids: number[]; offsets: [number, number][] }[];
}

/** A Python that has `tokenizers`: that of the project, else the benchmarks'. */
async function findPython(): Promise<string> {
  const bench = join(projectRoot(), '.venv-bench', 'bin', 'python');
  for (const python of [pythonPath(), ...(existsSync(bench) ? [bench] : [])]) {
    const { exitCode } = await runProcess(python, ['-c', 'import tokenizers'], { okCodes: [0, 1] });
    if (exitCode === 0) return python;
  }
  throw new Error('no Python here has tokenizers: make setup installs it');
}

async function librarySources(python: string): Promise<string[]> {
  const { stdout } = await runProcess(python, [
    '-c',
    "import sysconfig; print(sysconfig.get_paths()['stdlib'])",
  ]);
  const root = stdout.trim();
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.py') && !/site-packages|lib2to3/.test(path))
    .sort()
    .map((path) => readFileSync(join(root, path), 'utf8'));
}

/** Characters of every plane, assigned or not, private ones and noncharacters too; no surrogates, which are none. */
function wildText(rng: Rng): string {
  return Array.from({ length: 1 + rng.int(12) }, () => {
    const point = rng.int(17) * 0x10000 + rng.int(rng.int(2) === 0 ? 0x100 : 0x10000);
    return point >= 0xd800 && point <= 0xdfff ? '\u200d' : String.fromCodePoint(point);
  }).join('');
}

/** The token texts of functions; in each a name and a string have been replaced by others. */
function functionWords(sources: readonly string[]): string[][] {
  const rng = seedStream(5, 'rust');
  const found: string[][] = [];
  for (const source of sources)
    for (const { nested, source: text } of findFunctions(source, lex(source))) {
      if (nested) continue;
      const tokens = lex(text);
      const [name, other] = [rng.pick(tokens), rng.pick(NAMES)];
      found.push(
        tokens
          .map((token) => {
            if (token.kind === 'name' && token.text === name.text) return other;
            return token.kind === 'string' && rng.int(2) === 0 ? `'${wildText(rng)}'` : token.text;
          })
          .filter((word) => word !== ''),
      );
      if (found.length === FUNCTIONS) return found;
    }
  return found;
}

/** Where each piece of a word stands, in code points: a piece that ends inside a character holds all of it. */
function offsetsOf(word: string, ids: readonly number[], entries: readonly string[]): [number, number][] {
  const characterOf = [...word].flatMap((character, index) =>
    Array<number>(Buffer.byteLength(character)).fill(index),
  );
  let at = 0;
  return ids.map((id) => {
    const start = at;
    // Each byte is a character of the entry.
    at += entries[id].length;
    return [characterOf[start], characterOf[at - 1] + 1];
  });
}

test('the Rust library gives every token of 10,000 functions, with all of Unicode, our ids and offsets', async () => {
  const python = await findPython();
  const functions = functionWords(await librarySources(python));
  assert.is(functions.length, FUNCTIONS);
  const counts = new Map<string, number>();
  for (const word of functions.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const tokenizer: Tokenizer = trainTokenizer(counts, { vocabularySize: 8192 });
  const rng = seedStream(6, 'words');
  const words = [
    ...counts.keys(),
    ...SPECIAL_PIECES,
    ...['<s>', '</s>', '[CLS]', '\0', 'a\0b', '\ufeff', '\r\n', '  ', '\u2028', '__proto__', '\u{10ffff}'],
    ...Array.from({ length: 5000 }, () => wildText(rng)),
  ];
  const script = join(projectRoot(), 'src', 'processing', 'fixtures', 'rust-tokenizers.py');
  const input = JSON.stringify({ tokenizer: tokenizer.toJSON(), functions, words });
  const { stdout } = await runProcess(python, ['-I', script], { input });
  const answer = JSON.parse(stdout) as Answer;

  const entries: string[] = [];
  for (const [entry, id] of Object.entries(tokenizer.toJSON().model.vocab)) entries[id] = entry;
  const idsOf = new Map(words.map((word) => [word, tokenizer.encodeToken(word)]));
  words.forEach((word, i) => {
    const ids = idsOf.get(word) ?? [];
    assert.equal(answer.words[i].ids, ids, JSON.stringify(word));
    assert.equal(answer.words[i].offsets, offsetsOf(word, ids, entries), JSON.stringify(word));
  });
  functions.forEach((texts, i) => {
    const ids = texts.flatMap((text) => idsOf.get(text) ?? []);
    assert.equal(answer.functions[i], ids, `function ${i}`);
  });
});

test('half a surrogate pair, which no file can hold, reads as U+FFFD', () => {
  const tokenizer = trainTokenizer([['name', 5]], { vocabularySize: 300 });
  for (const half of ['\ud800', 'a\udc00'])
    assert.equal(
      tokenizer.encodeToken(half),
      tokenizer.encodeToken(half.replace(/[\ud800-\udfff]/, '\ufffd')),
    );
});

test.run();
