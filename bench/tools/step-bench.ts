/** The whole of bench/train-step.ts and bench/infer-step.ts; they differ in their cases. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supervisionStepFlops } from '../../src/trm/flops';
import { duel, geometricMean, type DuelResult } from './duel';
import { peerPython, startOurs, startPeer, type Side } from './side';
import { caseModel, makeMaterial, writeMaterial, type StepCase, type StepKind } from './step-case';

/** Settings of {@link stepBench}. */
export interface StepBenchOptions {
  kind: StepKind;
  /** Cases that share weights and depth stand together: each such group gets fresh processes. */
  cases: readonly StepCase[];
  rounds: number;
  turnSeconds: number;
  /** The case that is timed once more with the peer's `torch.compile`; null: none. */
  compiled: StepCase | null;
}

/** One row of the result. */
export interface StepRow extends StepCase, DuelResult {
  /** Of the core, and samples (rows of the batch) a second. */
  gflops: number;
  samplesPerSecond: number;
}

/** Largest resident memory of the processes that ran one preset at one depth, in MiB. */
export interface StepMemory {
  group: string;
  rssMiB: number;
  peerRssMiB: number | null;
}

/** What a step bench found. */
export interface StepBenchResult {
  rows: StepRow[];
  memory: StepMemory[];
  /** The compiled peer's case, or why there is none. */
  compiled: StepRow | string | null;
  /** GFLOP/s of a 4096-wide matrix product, the best of several moments of the run. */
  peaks: { ours: number; peer: number | null };
  engines: { ours: string; peer: string | null };
  threads: number;
}

const depthOf = ({ preset, recursions, latentUpdates }: StepCase): string =>
  `${preset} T ${recursions} n ${latentUpdates}`;

/** Times all cases, printing a line each. @throws TrmError when the sides do not compute the same */
export async function stepBench(options: StepBenchOptions): Promise<StepBenchResult> {
  const { kind, cases, compiled } = options;
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  const python = peerPython();
  if (python === undefined)
    console.log(
      'no PyTorch here, so no peer and no ratio: `make bench-peer` installs it, or set TRM_PEER_PYTHON',
    );
  const out: StepBenchResult = {
    rows: [],
    memory: [],
    compiled: null,
    peaks: { ours: 0, peer: null },
    engines: { ours: '', peer: null },
    threads: 0,
  };
  try {
    for (const group of new Set(cases.map(depthOf))) {
      const own = cases.filter((step) => depthOf(step) === group);
      await withSides(python, async (sides) => {
        await measurePeaks(sides, out);
        for (const step of own) {
          const row = await runCase(sides, step, folder, options);
          console.log(rowText(row, kind));
          out.rows.push(row);
        }
        out.memory.push(await readMemory(sides, group));
        await measurePeaks(sides, out);
      });
    }
    if (compiled && python !== undefined)
      out.compiled = await withSides(python, (sides) =>
        runCase(sides, compiled, folder, options, true),
      ).catch((error: unknown) => `torch.compile failed: ${(error as Error).message.split('\n')[0]}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return out;
}

interface Sides {
  ours: Side;
  peer?: Side;
}

async function withSides<T>(python: string | undefined, work: (sides: Sides) => Promise<T>): Promise<T> {
  const ours = await startOurs();
  let peer: Side | undefined;
  try {
    peer = python === undefined ? undefined : await startPeer(python, ours.threads);
    return await work({ ours, peer });
  } finally {
    ours.close();
    peer?.close();
  }
}

async function runCase(
  sides: Sides,
  step: StepCase,
  folder: string,
  { kind, rounds, turnSeconds }: StepBenchOptions,
  compile = false,
): Promise<StepRow> {
  if (sides.peer) await writeMaterial(folder, step, makeMaterial(step, kind));
  const result = await duel(sides, { kind, step, folder, rounds, turnSeconds, compile });
  const perStep = supervisionStepFlops(caseModel(step), step.rows, step.length, kind === 'train');
  const steps = kind === 'train' ? 1 : step.supervisionSteps;
  return {
    ...step,
    ...result,
    gflops: (steps * perStep) / result.seconds / 1e9,
    samplesPerSecond: step.rows / result.seconds,
  };
}

/** The best of all moments: on a busy machine a single one says little. */
async function measurePeaks({ ours, peer }: Sides, out: StepBenchResult): Promise<void> {
  const peakOf = async (side: Side): Promise<number> =>
    (await side.ask<{ gflops: number }>({ do: 'peak' })).gflops;
  out.engines = { ours: ours.engine, peer: peer?.engine ?? null };
  out.threads = ours.threads;
  out.peaks.ours = Math.max(out.peaks.ours, await peakOf(ours));
  if (peer) out.peaks.peer = Math.max(out.peaks.peer ?? 0, await peakOf(peer));
}

async function readMemory({ ours, peer }: Sides, group: string): Promise<StepMemory> {
  const read = async (side: Side): Promise<number> => {
    const { peakMiB } = await side.ask<{ peakMiB: number }>({ do: 'memory' });
    return Math.round(peakMiB);
  };
  return { group, rssMiB: await read(ours), peerRssMiB: peer ? await read(peer) : null };
}

function rowText(row: StepRow, kind: StepKind): string {
  const { rows, length, seconds, peerSeconds, ratio, ratios, gflops } = row;
  const batch = `${rows} x ${length}`.padStart(9);
  const own = `${(1000 * seconds).toFixed(1)} ms, ${gflops.toFixed(0)} GFLOP/s`;
  const label = `${kind} ${depthOf(row).padEnd(22)} batch ${batch}   ours ${own.padEnd(24)}`;
  if (peerSeconds === null || ratio === null || ratios === null) return label;
  const span = ratios.map((each) => each.toFixed(2)).join(' to ');
  return `${label} peer ${(1000 * peerSeconds).toFixed(1)} ms   ratio ${ratio.toFixed(2)} (rounds ${span})`;
}

/**
 * The JSON of a step bench: `ratio` is the geometric mean over all cases, `gflops` and `share` are those of the
 * headline preset at its own depth (or of the first case), all its batches together.
 */
export function summarise(bench: string, result: StepBenchResult, headline: string): Record<string, unknown> {
  const { rows, memory, compiled, peaks, engines, threads } = result;
  const ratioOf = (some: readonly StepRow[]): number | null =>
    rounded(geometricMean(some.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]))));
  const own = rows.filter((row) => row.preset === headline);
  const group = depthOf(own.length > 0 ? own[own.length - 1] : rows[0]);
  const main = rows.filter((row) => depthOf(row) === group);
  const seconds = main.reduce((sum, row) => sum + row.seconds, 0);
  const gflops = main.reduce((sum, row) => sum + row.gflops * row.seconds, 0) / seconds;
  // The machine's peak is what the better of the two libraries reaches.
  const peak = Math.max(peaks.ours, peaks.peer ?? 0);
  const headMemory = memory.find((each) => each.group === group);
  return {
    bench,
    // The smallest preset is there for tests: its steps are mostly calls.
    ratio: ratioOf(rows.filter(({ preset }) => preset !== 'trm-smoke')),
    byPreset: Object.fromEntries(
      [...new Set(rows.map(depthOf))].map((name) => [
        name,
        ratioOf(rows.filter((row) => depthOf(row) === name)),
      ]),
    ),
    compiled:
      typeof compiled === 'string'
        ? compiled
        : compiled && { case: depthOf(compiled), ratio: rounded(compiled.ratio) },
    headline: group,
    gflops: rounded(gflops),
    peak: rounded(peak),
    share: rounded(gflops / peak),
    rssMiB: headMemory?.rssMiB,
    peerRssMiB: headMemory?.peerRssMiB,
    peaks: { ours: rounded(peaks.ours), peer: rounded(peaks.peer) },
    engines,
    threads,
    memory,
    cases: rows.map(
      ({
        seconds: own,
        peerSeconds,
        ratio,
        ratios,
        difference,
        gflops: speed,
        samplesPerSecond,
        ...step
      }) => ({
        ...step,
        milliseconds: rounded(1000 * own),
        peerMilliseconds: peerSeconds === null ? null : rounded(1000 * peerSeconds),
        ratio: rounded(ratio),
        ratios: ratios?.map(rounded) ?? null,
        gflops: rounded(speed),
        samplesPerSecond: rounded(samplesPerSecond),
        difference,
      }),
    ),
  };
}

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(100 * value) / 100;
