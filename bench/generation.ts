/**
 * How fast clean functions become validated samples: from Python files on disk to Parquet shards, by the `collect` and
 * `generate` stages themselves. Beside it, in the same run and over the same functions, a mutation tool's usual way in
 * Python: parse to a tree, change one operator, unparse, compile.
 *
 *   make bench BENCH=generation ARGS='--functions 3000 --mutants 10 --cores 2'
 *
 * Both sides get the same cores, held there by the scheduler (`taskset`): ours a thread and a critic process a core, the
 * peer a process a core, each with its share of the functions.
 *
 * The last line is JSON: {"bench":"generation","samplesPerHour","mbPerSecond","ratio",...}. samplesPerHour: validated
 * samples in Parquet, the reading of the files included; samplesPerCoreHour: the same over the cores; mbPerSecond: Python
 * source that was made and judged (the `before` sides) in that time; ratio: our samples a second of both stages over the
 * peer's mutants a second on as many cores (it writes nothing, finds no fix and drops no equivalent). Timed by the clock,
 * so on an idle machine only.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collectConfigSchema } from '../src/collection/config';
import { collect } from '../src/collection/stage';
import { describeError, exitCodeOf, UserError } from '../src/core/errors';
import { pythonPath, projectRoot } from '../src/core/paths';
import { silentProgress } from '../src/core/progress';
import { seedStream } from '../src/core/rng';
import { runProcess } from '../src/core/processes/subprocess';
import { generateConfigSchema } from '../src/generation/config';
import { generate } from '../src/generation/stage';
import { readSamples } from '../src/shards/sample-shard';
import { createFolderStore } from '../src/storage/folder-store';
import type { ObjectStore } from '../src/storage/object-store';
import { localFolders, type StageContext } from '../src/stages/context';
import { Machine } from '../src/stages/machine';

const SEED = 1;
/** Its processes end with this one. */
const machine = new Machine();

function contextFor(store: ObjectStore, inputs: StageContext['inputs']): StageContext {
  const signal = new AbortController().signal;
  const rng = seedStream(SEED, 'bench');
  const folders = localFolders(`${store.location}-local`);
  return { store, inputs, signal, progress: silentProgress, machine, seed: SEED, rng, ...folders };
}

/** Seconds of wall time, and what the work returned. */
async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const started = performance.now();
  const result = await work();
  return { seconds: (performance.now() - started) / 1000, result };
}

/** What the peer made. */
interface PeerResult {
  made: number;
  /** Of the process that took longest, its start not counted. */
  seconds: number;
}

/** The peer over the same functions: a process a core, each with every n-th function. */
async function runPeer(sources: readonly string[], mutants: number, cores: number): Promise<PeerResult> {
  const script = join(projectRoot(), 'bench', 'generation-peer.py');
  const runOne = async (share: readonly string[]): Promise<PeerResult> => {
    const { stdout } = await runProcess(pythonPath(), ['-I', script, String(mutants)], {
      input: JSON.stringify(share),
    });
    return JSON.parse(stdout) as PeerResult;
  };
  const shares = Array.from({ length: cores }, (_, core) => sources.filter((_, i) => i % cores === core));
  const results = await Promise.all(shares.map(runOne));
  return {
    made: results.reduce((sum, { made }) => sum + made, 0),
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
  };
}

/** Holds this process, its threads and what it starts to the first cores that it may use. */
async function pinTo(cores: number): Promise<void> {
  if (cores === availableParallelism()) return;
  const { stdout } = await runProcess('taskset', ['-pc', String(process.pid)]);
  const allowed = stdout
    .slice(stdout.lastIndexOf(':') + 1)
    .split(',')
    .flatMap((range) => {
      const [first, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
  await runProcess('taskset', ['-apc', allowed.slice(0, cores).join(','), String(process.pid)]);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      functions: { type: 'string', default: '3000' },
      mutants: { type: 'string', default: '10' },
      cores: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const cores = Number(values.cores);
  if (!(Number.isInteger(cores) && cores >= 1 && cores <= availableParallelism()))
    throw new UserError(`--cores: expected 1 to ${availableParallelism()}, got ${values.cores}`);
  await pinTo(cores);
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  try {
    const collected = createFolderStore(join(folder, 'collect'));
    const sources = [{ kind: 'folder' as const, maxFunctions: Number(values.functions) }];
    const collecting = await timed(() =>
      collect(collectConfigSchema.parse({ sources, criticWorkers: cores }), contextFor(collected, {})),
    );
    const config = generateConfigSchema.parse({
      mutantsPerFunction: Number(values.mutants),
      workers: cores,
      criticWorkers: cores,
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
    const peer = await runPeer(clean, Number(values.mutants), cores);
    const seconds = collecting.seconds + generating.seconds;
    const metrics = generating.result['trm:metrics'] as { yield: number; equivalentRate: number };
    console.log(`functions              ${clean.length} in ${collecting.seconds.toFixed(1)} s`);
    console.log(`samples                ${samples} in ${generating.seconds.toFixed(1)} s`);
    console.log(`kept of drawn          ${(100 * metrics.yield).toFixed(1)} %`);
    console.log(`peer's mutants         ${peer.made} in ${peer.seconds.toFixed(1)} s, ${cores} processes`);
    console.log(`load average           ${loadavg()[0].toFixed(1)} (others' work counts in every time)`);
    const report = {
      bench: 'generation',
      samplesPerHour: Math.round((3600 * samples) / seconds),
      samplesPerCoreHour: Math.round((3600 * samples) / seconds / cores),
      mbPerSecond: Number((bytes / 1e6 / seconds).toFixed(2)),
      ratio: Number((samples / seconds / (peer.made / peer.seconds)).toFixed(2)),
      generateSamplesPerHour: Math.round((3600 * samples) / generating.seconds),
      generateCpuSeconds: (cpu.user + cpu.system) / 1e6,
      cores,
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

void main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exitCode = exitCodeOf(error);
});
