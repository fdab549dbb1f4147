/**
 * Times the tokenizer's training, tokenizing and encoding of functions, on the standard library with its tests.
 * Seconds are the process's CPU time. The peer is `@huggingface/tokenizers`, which loads our tokenizer.json and gives
 * the same ids; both encode each distinct token once.
 *
 *   node dist/bench/encode.js
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as huggingFace from '@huggingface/tokenizers';
import { pythonPath } from '../src/core/paths';
import { runProcess } from '../src/core/subprocess';
import { findFunctions, moduleContext } from '../src/python/functions';
import { lex } from '../src/python/lexer';
import { buildClosedVocabulary } from '../src/processing/closed-vocabulary';
import { encodeSample, type EncodableSample } from '../src/processing/encode-sample';
import { TokenCounter } from '../src/processing/token-counter';
import { trainTokenizer, type Tokenizer } from '../src/processing/tokenizer/tokenizer';

interface Peer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
}
const PeerTokenizer = huggingFace.Tokenizer as unknown as new (json: object, config: object) => Peer;

/** Runs `work` and gives its result with the CPU seconds it took. */
function timed<T>(work: () => T): [result: T, seconds: number] {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return [result, (user + system) / 1e6];
}

async function readLibrary(): Promise<string[]> {
  const { stdout } = await runProcess(pythonPath(), [
    '-c',
    "import sysconfig; print(sysconfig.get_paths()['stdlib'])",
  ]);
  const root = stdout.trim();
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.py') && !path.includes('site-packages'))
    .sort()
    .map((path) => readFileSync(join(root, path), 'utf8'));
}

function functionsOf(sources: readonly string[], most: number): EncodableSample[] {
  const found: EncodableSample[] = [];
  for (const source of sources) {
    const tokens = lex(source);
    const context = moduleContext(tokens);
    for (const span of findFunctions(source, tokens).filter(({ nested }) => !nested)) {
      if (found.length === most) return found;
      const origin = {
        repo: null,
        commit: null,
        path: '',
        url: null,
        function: span.name,
        startLine: span.line,
        committedAt: null,
        codec: 'utf-8',
      };
      found.push({
        id: span.name,
        before: span.source,
        after: span.source,
        edits: [],
        bugType: null,
        difficulty: 1,
        context,
        origin,
      });
    }
  }
  return found;
}

/** Distinct texts a second, ours and the peer's, both without a memo. */
function compareTokenizing(tokenizer: Tokenizer, texts: readonly string[]): [ours: number, peer: number] {
  const peer = new PeerTokenizer(JSON.parse(JSON.stringify(tokenizer.toJSON())) as object, {});
  const [ourIds, ours] = timed(() => texts.map((text) => tokenizer.encodeToken(text).length));
  const [peerIds, theirs] = timed(() =>
    texts.map((text) => peer.encode(text, { add_special_tokens: false }).ids.length),
  );
  const different = ourIds.filter((count, i) => count !== peerIds[i]).length;
  if (different > 0) throw new Error(`${different} of ${texts.length} texts have other ids than the peer's`);
  return [texts.length / ours, texts.length / theirs];
}

async function main(): Promise<void> {
  const sources = await readLibrary();
  const megabytes = sources.reduce((sum, source) => sum + source.length, 0) / 1e6;
  const counter = new TokenCounter();
  const [, lexSeconds] = timed(() => sources.forEach((source) => counter.add(lex(source))));
  const words = [...counter.words()];
  console.log(
    `${megabytes.toFixed(1)} MB, ${words.length} distinct tokens, lexed in ${lexSeconds.toFixed(1)} CPU-s`,
  );
  const [tokenizer, trainSeconds] = timed(() => trainTokenizer(words));
  console.log(`tokenizer of ${tokenizer.size} pieces trained in ${trainSeconds.toFixed(1)} CPU-s`);

  const texts = words.map(([text]) => text).filter((text) => text.length <= 256);
  const [ours, peer] = compareTokenizing(tokenizer, texts);
  console.log(`distinct tokens/CPU-s: ${Math.round(ours)}, peer ${Math.round(peer)}`);

  const vocabulary = buildClosedVocabulary(counter.frequent());
  const functions = functionsOf(sources, 20_000);
  const [, encodeSeconds] = timed(() => {
    for (const sample of functions) encodeSample(sample, { tokenizer, vocabulary });
  });
  const functionsPerSecond = Math.round(functions.length / encodeSeconds);
  console.log(`${functions.length} functions lexed and encoded, ${functionsPerSecond}/CPU-s`);
  console.log(
    JSON.stringify({
      bench: 'encode',
      megabytes: Number(megabytes.toFixed(1)),
      trainSeconds: Number(trainSeconds.toFixed(2)),
      pieces: tokenizer.size,
      tokensPerSecond: Math.round(ours),
      ratio: Number((ours / peer).toFixed(2)),
      functionsPerSecond,
      peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
