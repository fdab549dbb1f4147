/**
 * The data feed over two datasets, one ten times the other: rows a second as fast as they are asked for, waits of a
 * trainer that blocks the main thread as the engine does, and peak memory, which must not grow with the data. Each
 * measurement is a process of its own.
 *
 *   make bench BENCH=feed [ARGS='--rows 500000 --step-ms 40 --steps 1500']
 *
 * Rows are made-up windows of 16..128 tokens; the larger dataset repeats the smaller one's shards, which costs the reader
 * the same. The last line is JSON: rowsPerSecond, waits, waitSeconds, openSeconds and peakRssMiB by number of rows,
 * `growth` (peak of the larger over that of the smaller), and `clone` and `packed` (CPU milliseconds the
 * trainer's thread needs for 20,000 rows as structured clones, all at once, and as packed bytes, when they are dealt).
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { seedStream } from '../src/core/rng';
import { runProcess } from '../src/core/processes/subprocess';
import type { Example } from '../src/records/example';
import { exampleOfRow, rowOfExample } from '../src/shards/example-columns';
import { shardKey } from '../src/shards/writer';
import { createFolderStore } from '../src/storage/folder-store';
import { packRows, unpackRow } from '../src/training/feed/pack';
import { EXAMPLE_LAYOUT } from '../src/training/feed/shard-source';
import { openTestFeed, writeTrainSplit } from '../src/training/feed/testing';
import { syntheticExamples, TINY_CONFIG } from '../src/trm/testing';

const BUCKETS = [16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128];
const BATCH_TOKENS = 2048;
const SHARD_ROWS = 10_000;
const rowsOf = (length: number): number => Math.floor(BATCH_TOKENS / length);
const round = (value: number): number => Math.round(value * 100) / 100;

/** Figures of one dataset. */
interface Figures {
  rows: number;
  openSeconds: number;
  rowsPerSecond: number;
  /** Blocks that were not ready when a trainer of `stepMs` a step asked for them, and how long it waited. */
  waits: number;
  waitSeconds: number;
  blocks: number;
  peakRssMiB: number;
  /** Rows left out in the first epoch, by reason. */
  dropped: Readonly<Record<string, number>>;
}

function makeExamples(count: number): Example[] {
  const options = { config: TINY_CONFIG, count, lengths: [16, 128] as const };
  return syntheticExamples(options, seedStream(1, 'bench-feed'));
}

/** Keeps the main thread busy, as the engine does. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Opens the feed and takes rows: first an epoch as fast as possible, then `steps` steps. */
async function measure(
  folder: string,
  { stepMs, steps }: { stepMs: number; steps: number },
): Promise<Figures> {
  const started = performance.now();
  const feed = await openTestFeed(
    createFolderStore(folder),
    { bufferRows: 20_000 },
    { bucketLengths: BUCKETS },
  );
  const openSeconds = (performance.now() - started) / 1000;
  const rng = seedStream(2, 'bench-feed');
  const take = async (): Promise<number> => {
    const bucket = feed.pickBucket(rng, rowsOf);
    return (await feed.take(bucket, rowsOf(bucket), rng)).length;
  };
  const begun = performance.now();
  let rows = 0;
  while (feed.figures().epoch === 0) rows += await take();
  const rowsPerSecond = rows / ((performance.now() - begun) / 1000);
  const before = feed.figures();
  for (let step = 0; step < steps; step++) {
    await take();
    block(stepMs);
  }
  const { waits, waitSeconds, blocks } = feed.figures();
  await feed.close();
  return {
    rows,
    openSeconds: round(openSeconds),
    rowsPerSecond: Math.round(rowsPerSecond),
    waits: waits - before.waits,
    waitSeconds: round(waitSeconds - before.waitSeconds),
    blocks: blocks - before.blocks,
    dropped: before.dropped,
    peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** Milliseconds of the receiving thread for the same rows as a structured clone and as packed bytes. */
function compareTransfer(): { clone: number; packed: number } {
  const examples = makeExamples(20_000);
  // Processor time: other load does not count.
  const time = (action: () => unknown): number => {
    const all = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage();
      action();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    return Math.round(Math.min(...all));
  };
  // What a message port does, too: the same serializer.
  const message = serialize(examples);
  const { buffer, starts } = packRows(EXAMPLE_LAYOUT, examples.map(rowOfExample));
  return {
    clone: time(() => deserialize(message)),
    packed: time(() =>
      examples.map((_, i) => exampleOfRow(unpackRow(EXAMPLE_LAYOUT, buffer.slice(starts[i], starts[i + 1])))),
    ),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '500000' },
      'step-ms': { type: 'string', default: '40' },
      steps: { type: 'string', default: '1500' },
      measure: { type: 'string' },
    },
  });
  const paces = { stepMs: Number(values['step-ms']), steps: Number(values.steps) };
  if (values.measure !== undefined) {
    console.log(JSON.stringify(await measure(values.measure, paces)));
    return;
  }
  const shards = Math.max(2, Math.round(Number(values.rows) / SHARD_ROWS));
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-feed-'));
  try {
    const results: Figures[] = [];
    for (const count of [Math.max(1, Math.round(shards / 10)), shards]) {
      const store = createFolderStore(join(folder, String(count)));
      await writeTrainSplit(store, makeExamples(SHARD_ROWS), {
        rowsPerShard: SHARD_ROWS,
        rowGroupSize: 5000,
      });
      const first = join(store.location, shardKey('train', 0));
      for (let i = 1; i < count; i++) await copyFile(first, join(store.location, shardKey('train', i)));
      const flags = ['--measure', store.location, '--step-ms', values['step-ms'], '--steps', values.steps];
      const { stdout } = await runProcess(process.execPath, [__filename, ...flags], { timeoutMs: 3_600_000 });
      const figures = JSON.parse(stdout) as Figures;
      console.log(`${count * SHARD_ROWS} rows:`, figures);
      results.push(figures);
    }
    const [small, large] = results;
    const growth = round(large.peakRssMiB / small.peakRssMiB);
    console.log(JSON.stringify({ bench: 'feed', small, large, growth, ...compareTransfer() }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

void main();
