/**
 * How fast clean functions become validated samples: from Python files on disk to Parquet shards, by the `collect` and
 * `generate` stages themselves. Beside it, in the same run and over the same functions, a mutation tool's usual way in
 * Python: parse to a tree, change one operator, unparse, compile.
 *
 *   make bench BENCH=generation ARGS='--functions 3000 --mutants 10 --workers 2'
 *
 * The last line is JSON: {"bench":"generation","samplesPerHour","mbPerSecond","ratio",...}. samplesPerHour: validated
 * samples in Parquet, the reading of the files included; mbPerSecond: Python source that was made and judged (the
 * `before` sides) in that time; ratio: our samples a second of both stages over the peer's mutants a second (one process,
 * which writes nothing, finds no fix and drops no equivalent). Timed by the clock, so on an idle machine only.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collectConfigSchema } from '../src/collection/config';
import { collect } from '../src/collection/stage';
import { pythonPath, projectRoot } from '../src/core/paths';
import { silentProgress } from '../src/core/progress';
import { seedStream } from '../src/core/rng';
import { runProcess } from '../src/core/subprocess';
import { generateConfigSchema } from '../src/generation/config';
import { workerCount } from '../src/generation/draw-pool';
import { generate } from '../src/generation/stage';
import { readSamples } from '../src/shards/sample-shard';
import { createFolderStore } from '../src/storage/folder-store';
import type { ObjectStore, StageContext } from '../src/storage/stage';

const SEED = 1;

function contextFor(store: ObjectStore, inputs: StageContext['inputs']): StageContext {
  const signal = new AbortController().signal;
  return { store, inputs, signal, progress: silentProgress, seed: SEED, rng: seedStream(SEED, 'bench') };
}

/** Seconds of wall time, and what the work returned. */
async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const started = performance.now();
  const result = await work();
  return { seconds: (performance.now() - started) / 1000, result };
}

/** Mutants a second of the peer, over the same functions. */
async function runPeer(
  sources: readonly string[],
  mutants: number,
): Promise<{ made: number; seconds: number }> {
  const script = join(projectRoot(), 'bench', 'generation-peer.py');
  const { stdout } = await runProcess(pythonPath(), ['-I', script, String(mutants)], {
    input: JSON.stringify(sources),
  });
  return JSON.parse(stdout) as { made: number; seconds: number };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      functions: { type: 'string', default: '3000' },
      mutants: { type: 'string', default: '10' },
      workers: { type: 'string', default: String(workerCount(null)) },
    },
  });
  const workers = Number(values.workers);
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  try {
    const collected = createFolderStore(join(folder, 'collect'));
    const sources = [{ kind: 'folder' as const, maxFunctions: Number(values.functions) }];
    const collecting = await timed(() =>
      collect(collectConfigSchema.parse({ sources, criticWorkers: workers }), contextFor(collected, {})),
    );
    const config = generateConfigSchema.parse({
      mutantsPerFunction: Number(values.mutants),
      workers,
      criticWorkers: workers,
    });
    const generated = createFolderStore(join(folder, 'generate'));
    const cpuBefore = process.cpuUsage();
    const generating = await timed(() => generate(config, contextFor(generated, { collect: collected })));
    const cpu = process.cpuUsage(cpuBefore);
    const samples = generating.result['trm:lineage'].counts.out;
    const clean: string[] = [];
    for await (const { after } of readSamples(collected)) clean.push(after);
    let bytes = 0;
    for await (const { before } of readSamples(generated)) bytes += Buffer.byteLength(before);
    const peer = await runPeer(clean, Number(values.mutants));
    const seconds = collecting.seconds + generating.seconds;
    const metrics = generating.result['trm:metrics'] as { yield: number; equivalentRate: number };
    console.log(`functions              ${clean.length} in ${collecting.seconds.toFixed(1)} s`);
    console.log(`samples                ${samples} in ${generating.seconds.toFixed(1)} s`);
    console.log(`kept of drawn          ${(100 * metrics.yield).toFixed(1)} %`);
    console.log(`peer's mutants         ${peer.made} in ${peer.seconds.toFixed(1)} s`);
    const report = {
      bench: 'generation',
      samplesPerHour: Math.round((3600 * samples) / seconds),
      mbPerSecond: Number((bytes / 1e6 / seconds).toFixed(2)),
      ratio: Number((samples / seconds / (peer.made / peer.seconds)).toFixed(2)),
      generateSamplesPerHour: Math.round((3600 * samples) / generating.seconds),
      generateCpuSeconds: (cpu.user + cpu.system) / 1e6,
      workers,
      functions: clean.length,
      samples,
      yield: metrics.yield,
      equivalentRate: metrics.equivalentRate,
      peerMutantsPerHour: Math.round((3600 * peer.made) / peer.seconds),
      maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
    console.log(JSON.stringify(report));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
