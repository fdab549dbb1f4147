/**
 * Shard speed: rows written (parquetjs-lite) and read back (DuckDB to records) a second, one process.
 *
 *   make bench BENCH=shards [ARGS='--rows 20000']
 *
 * Samples are slices of this project's own demo files; examples are random windows of 16..128 tokens.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { demoProjectFolder } from '../src/collection/demo-history';
import { sha256 } from '../src/core/hash';
import { seedStream } from '../src/core/rng';
import { NO_NAMES, MAX_PIECES, type Example } from '../src/records/example';
import type { Resource } from '../src/records/manifest';
import type { Sample } from '../src/records/sample';
import { TOKEN_FEATURE_NAMES, TOKEN_FEATURES, type TokenFeatureArrays } from '../src/records/token-features';
import { readExamples, writeExampleShards } from '../src/shards/example-shard';
import { readSamples, writeSampleShards } from '../src/shards/sample-shard';
import { createFolderStore } from '../src/storage/folder-store';

interface Speed {
  writeRowsPerSecond: number;
  readRowsPerSecond: number;
  /** The same per second of processor time of this process: other load does not count. */
  writeRowsPerCpuSecond: number;
  readRowsPerCpuSecond: number;
  megabytes: number;
}

function* makeExamples(count: number): Generator<Example> {
  const rng = seedStream(1, 'bench');
  for (let i = 0; i < count; i++) {
    const length = 16 + rng.int(113);
    const column = (bound: number): Uint8Array => Uint8Array.from({ length }, () => rng.int(bound));
    yield {
      sampleId: sha256(String(i)),
      firstToken: 0,
      length,
      // Most tokens are one piece, as in code.
      pieces: Uint16Array.from({ length: length * MAX_PIECES }, (_, at) =>
        at % MAX_PIECES ? 0 : rng.int(8000),
      ),
      difficulty: rng.int(6),
      origin: rng.int(8),
      ...(Object.fromEntries(
        TOKEN_FEATURE_NAMES.map((name) => [name, column(TOKEN_FEATURES[name].size)]),
      ) as TokenFeatureArrays),
      copyGroups: column(length),
      names: NO_NAMES,
      fills: [],
      target: {
        location: rng.int(length),
        spanLength: 1,
        slots: [{ copyGroup: 1, vocabulary: 2, piece: 3, name: -1, kind: 0, pieces: [3] }],
        bugType: 1,
      },
    };
  }
}

async function* makeSamples(count: number): AsyncGenerator<Sample> {
  const folder = join(demoProjectFolder(), 'files', 'ledgerkit');
  const names = (await readdir(folder)).sort();
  const text = (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
  const rng = seedStream(2, 'bench');
  for (let i = 0; i < count; i++) {
    const start = rng.int(text.length - 1200);
    const source = text.slice(start, start + 200 + rng.int(1000));
    yield {
      id: sha256(String(i)),
      group: `bench/${i % 100}`,
      parentId: sha256(String(i >> 2)),
      source: 'synthetic',
      origin: {
        kind: 'file',
        repo: 'bench',
        commit: null,
        path: 'a.py',
        url: null,
        function: 'f',
        startLine: 1,
        committedAt: null,
        codec: 'utf-8',
      },
      context: { id: sha256(`file ${i >> 4}`), function: i % 16 },
      licence: 'Apache-2.0',
      attribution: null,
      bugType: 'wrong-operator',
      family: 'logic',
      before: source,
      after: source,
      edits: [{ tokenSpan: [1, 2], charSpan: [3, 4], replacement: [{ kind: 'op', text: '+' }] }],
      lexerVersion: 1,
      difficulty: 3,
      quality: { parses: 1 },
      evidence: [{ kind: 'planted', bugType: 'wrong-operator' }],
      flags: [],
      split: 'train',
    };
  }
}

/** Wall and processor seconds of an action. */
async function time(action: () => Promise<void>): Promise<{ wall: number; cpu: number }> {
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  await action();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

async function measure(write: () => Promise<Resource[]>, read: () => AsyncIterable<unknown>): Promise<Speed> {
  let resources: Resource[] = [];
  let rows = 0;
  const writing = await time(async () => {
    resources = await write();
  });
  const reading = await time(async () => {
    for await (const _ of read()) rows++;
  });
  return {
    writeRowsPerSecond: Math.round(rows / writing.wall),
    readRowsPerSecond: Math.round(rows / reading.wall),
    writeRowsPerCpuSecond: Math.round(rows / writing.cpu),
    readRowsPerCpuSecond: Math.round(rows / reading.cpu),
    megabytes: Number((resources.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(2)),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rows: { type: 'string', default: '20000' } } });
  const rows = Number(values.rows);
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  try {
    const store = createFolderStore(folder);
    // Made beforehand: random numbers are not what is measured.
    const generated = [...makeExamples(rows)];
    const written: Sample[] = [];
    for await (const sample of makeSamples(rows)) written.push(sample);
    const samples = await measure(
      () => writeSampleShards(store, 'samples', written),
      () => readSamples(store),
    );
    const examples = await measure(
      () => writeExampleShards(store, 'train', generated),
      () => readExamples(store, 'train'),
    );
    console.log(`${rows} samples:`, samples);
    console.log(`${rows} examples:`, examples);
    const maxRssMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    console.log(JSON.stringify({ bench: 'shards', rows, samples, examples, maxRssMegabytes }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

void main();
