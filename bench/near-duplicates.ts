/**
 * Times the search for near-duplicates on the functions of the standard library with its tests (`--copies <n>` adds
 * renamed and changed copies, so that there are more). Seconds are processor time of one thread. The peer, Python's
 * `datasketch` (`make bench-peer`), gets the same sets of shingles in the same run and does the same with them: signatures
 * of as many minima, as many bands, each set in turn against the kept ones, candidates' Jaccard index verified.
 *
 *   make bench BENCH=near-duplicates
 *
 * The last line is JSON; ratio: our sets a second over the peer's (null when it is not installed). `functionsPerSecond`
 * is what the stage does: program tokens to verdicts, shingles included.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256 } from '../src/core/hash';
import { projectRoot, pythonPath } from '../src/core/paths';
import { runProcess } from '../src/core/processes/subprocess';
import { seedStream } from '../src/core/rng';
import { contentKey } from '../src/processing/admission/content-keys';
import { BANDS, ROWS, bandKeys } from '../src/processing/near/min-hash';
import { NearDuplicates } from '../src/processing/near/near-duplicates';
import { NearIndex } from '../src/processing/near/near-index';
import { ShingleFile } from '../src/processing/near/shingle-file';
import { shinglesOf } from '../src/processing/near/shingles';
import { findFunctions } from '../src/python/structure/functions';
import { lex } from '../src/python/tokens/lexer';
import type { TokenText } from '../src/records/sample';
import { peerPython } from './tools/side';

const THRESHOLD = 0.8;
const MIN_TOKENS = 40;

interface Item {
  content: string;
  home: string;
  tokens: readonly TokenText[];
}

/** Runs `work` and gives its result with the CPU seconds it took. */
function timed<T>(work: () => T): [result: T, seconds: number] {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return [result, (user + system) / 1e6];
}

/** The library's functions of {@link MIN_TOKENS} to 512 tokens, each program once. */
async function libraryFunctions(): Promise<Item[]> {
  const { stdout } = await runProcess(pythonPath(), [
    '-c',
    "import sysconfig; print(sysconfig.get_paths()['stdlib'])",
  ]);
  const root = stdout.trim();
  const items = new Map<string, Item>();
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!path.endsWith('.py') || path.includes('site-packages')) continue;
    const source = readFileSync(join(root, path), 'utf8');
    for (const { nested, name, source: text } of findFunctions(source, lex(source))) {
      const tokens = nested ? [] : lex(text);
      if (tokens.length < MIN_TOKENS || tokens.length > 512) continue;
      const content = contentKey(tokens);
      items.set(content, { content, home: sha256(`${path}/${name}`), tokens });
    }
  }
  return [...items.values()];
}

/** The items and copies of them: other names, and each token lost with a chance that differs from copy to copy. */
function withCopies(items: readonly Item[], copies: number): Item[] {
  const all = [...items];
  for (let copy = 1; copy <= copies; copy++)
    for (const { tokens, content } of items) {
      const rng = seedStream(copy, content);
      const lost = rng.next() / 10;
      const changed = tokens
        .filter(() => rng.next() >= lost)
        .map(({ kind, text }) => ({ kind, text: kind === 'name' ? `${text}_${copy}` : text }));
      all.push({ content: contentKey(changed), home: sha256(`${content}/${copy}`), tokens: changed });
    }
  return all;
}

/** The whole of it, as the stage does it; gives the number of functions that stay. */
function judge(items: readonly Item[], folder: string): number {
  const near = new NearDuplicates({ threshold: THRESHOLD, minTokens: MIN_TOKENS, folder });
  const keys = items.map(({ content, home, tokens }) =>
    near.add({ content, home, split: 'train', isFix: false }, tokens),
  );
  const { dropOf } = near.settle();
  const kept = keys.filter((key) => dropOf(key) === null).length;
  near.close();
  return kept;
}

/** What the peer does: sets of shingles to the numbers of those that stay, in the given order. */
function keep(sets: readonly Uint32Array[], folder: string): number[] {
  const file = new ShingleFile(join(folder, 'sets.bin'));
  const keys = new Uint32Array(BANDS * sets.length);
  sets.forEach((set, i) => {
    file.push(set);
    keys.set(bandKeys(set), BANDS * i);
  });
  const index = new NearIndex(keys, file, THRESHOLD);
  const kept = sets.flatMap((set, i) => {
    if (index.findNear(i, set, () => true) !== undefined) return [];
    index.insert(i);
    return [i];
  });
  file.close();
  return kept;
}

async function runPeer(
  sets: readonly Uint32Array[],
): Promise<{ seconds: number; kept: number[]; version: string } | undefined> {
  const python = peerPython();
  if (python === undefined) return undefined;
  const input = JSON.stringify({
    sets: sets.map((set) => [...set]),
    threshold: THRESHOLD,
    bands: BANDS,
    rows: ROWS,
  });
  const script = join(projectRoot(), 'bench', 'near-duplicates-peer.py');
  const { stdout } = await runProcess(python, ['-I', script], { input });
  return JSON.parse(stdout) as { seconds: number; kept: number[]; version: string };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { copies: { type: 'string', default: '0' } } });
  const items = withCopies(await libraryFunctions(), Number(values.copies));
  const folder = mkdtempSync(join(tmpdir(), 'trm-near-'));
  try {
    const before = process.memoryUsage.rss();
    const [stay, seconds] = timed(() => judge(items, folder));
    const grown = (process.resourceUsage().maxRSS * 1024 - before) / items.length;
    const rate = items.length / seconds;
    console.log(
      `${items.length} functions, ${stay} stay: ${Math.round(rate)} functions/CPU-s, ${Math.round(grown)} bytes each`,
    );
    const sets = items.map(({ tokens }) => shinglesOf(tokens));
    const [kept, ours] = timed(() => keep(sets, folder));
    const peer = await runPeer(sets);
    const setRate = Math.round(sets.length / ours);
    if (peer === undefined) console.log(`${setRate} sets/CPU-s; no peer: make bench-peer installs it`);
    else {
      const theirs = new Set(peer.kept);
      const agree = kept.filter((number) => theirs.has(number)).length;
      console.log(
        `${setRate} sets/CPU-s, datasketch ${peer.version} ${Math.round(sets.length / peer.seconds)}; ` +
          `kept ${kept.length} and ${theirs.size}, ${agree} of them the same`,
      );
    }
    console.log(
      JSON.stringify({
        bench: 'near-duplicates',
        functions: items.length,
        functionsPerSecond: Math.round(rate),
        setsPerSecond: setRate,
        ratio: peer === undefined ? null : Number((peer.seconds / ours).toFixed(2)),
        bytesPerFunction: Math.round(grown),
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
