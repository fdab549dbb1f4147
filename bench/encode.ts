/**
 * Times the tokenizer's training, tokenizing and encoding of functions, on the standard library with its tests.
 * Seconds are processor time of one thread. Two peers load our tokenizer.json in the same run, must find as many pieces,
 * and encode each distinct token once, as we do: Hugging Face's Rust `tokenizers`, called from Python
 * (`bench/tokenizers-peer.py`, installed by `make bench-peer`), and its JavaScript port `@huggingface/tokenizers`.
 *
 *   make bench BENCH=encode
 *
 * The last line is JSON; ratio: our tokens a second over the Rust peer's (null when it is not installed);
 * ratioJavaScript: over the port's.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as huggingFace from '@huggingface/tokenizers';
import { projectRoot, pythonPath } from '../src/core/paths';
import { runProcess } from '../src/core/processes/subprocess';
import { functionsInContext } from '../src/python/names/file-context';
import { lex } from '../src/python/tokens/lexer';
import { buildClosedVocabulary } from '../src/processing/vocabulary/closed-vocabulary';
import type { Surroundings } from '../src/records/file-context';
import { encodeSample, type EncodableSample } from '../src/processing/encoding/encode-sample';
import { TokenCounter } from '../src/processing/vocabulary/token-counter';
import { trainTokenizer, type Tokenizer } from '../src/processing/tokenizer/tokenizer';
import { peerPython } from './tools/side';

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

interface FoundFunction {
  sample: EncodableSample;
  surroundings: Surroundings;
}

function functionsOf(sources: readonly string[], most: number): FoundFunction[] {
  const found: FoundFunction[] = [];
  for (const source of sources) {
    const tokens = lex(source);
    for (const { span, surroundings } of functionsInContext(source, tokens)) {
      if (found.length === most) return found;
      const { name: id, source: before } = span;
      const sample = { id, before, after: before, edits: [], bugType: null, difficulty: 1 };
      found.push({ sample, surroundings });
    }
  }
  return found;
}

/** Distinct texts a processor second. */
interface Rates {
  ours: number;
  javaScript: number;
  /** Null when Python's `tokenizers` is not installed. */
  rust: number | null;
}

/** @throws Error when a peer finds other pieces than we do */
function expectSame(name: string, ours: readonly number[], theirs: readonly number[]): void {
  const different = ours.filter((count, i) => count !== theirs[i]).length;
  if (different > 0) throw new Error(`${different} of ${ours.length} texts have other pieces in ${name}`);
}

/** The Rust side, in a process of its own. */
async function runRust(tokenizer: Tokenizer, texts: readonly string[]): Promise<RustAnswer | undefined> {
  const python = peerPython();
  if (python === undefined) return undefined;
  const script = join(projectRoot(), 'bench', 'tokenizers-peer.py');
  const input = JSON.stringify({ tokenizer: tokenizer.toJSON(), texts });
  const { stdout } = await runProcess(python, ['-I', script], { input });
  return JSON.parse(stdout) as RustAnswer;
}

interface RustAnswer {
  seconds: number;
  counts: number[];
  version: string;
}

/** All sides over the same texts, none of them with a memo of earlier ones. */
async function compareTokenizing(tokenizer: Tokenizer, texts: readonly string[]): Promise<Rates> {
  const port = new PeerTokenizer(JSON.parse(JSON.stringify(tokenizer.toJSON())) as object, {});
  const [ourCounts, ours] = timed(() => texts.map((text) => tokenizer.encodeToken(text).length));
  const [portCounts, javaScript] = timed(() =>
    texts.map((text) => port.encode(text, { add_special_tokens: false }).ids.length),
  );
  expectSame('@huggingface/tokenizers', ourCounts, portCounts);
  const rust = await runRust(tokenizer, texts);
  if (rust === undefined) console.log('no Rust peer: make bench-peer installs it');
  else expectSame(`tokenizers ${rust.version}`, ourCounts, rust.counts);
  const rate = (seconds: number): number => texts.length / seconds;
  return { ours: rate(ours), javaScript: rate(javaScript), rust: rust ? rate(rust.seconds) : null };
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
  const { ours, javaScript, rust } = await compareTokenizing(tokenizer, texts);
  const shown = (value: number | null): string =>
    value === null ? 'not installed' : String(Math.round(value));
  console.log(
    `distinct tokens/CPU-s: ${shown(ours)}, Rust ${shown(rust)}, JavaScript port ${shown(javaScript)}`,
  );

  const vocabulary = buildClosedVocabulary(counter.frequent());
  const functions = functionsOf(sources, 20_000);
  const [, encodeSeconds] = timed(() => {
    for (const { sample, surroundings } of functions)
      encodeSample(sample, { tokenizer, vocabulary, surroundings });
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
      ratio: rust === null ? null : Number((ours / rust).toFixed(2)),
      ratioJavaScript: Number((ours / javaScript).toFixed(2)),
      functionsPerSecond,
      peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
