/** The whole of bench/train-step.ts and bench/infer-step.ts; they differ in their cases. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supervisionStepFlops } from '../../src/trm/flops';
import type { Precision } from '../../src/trm/precision';
import { cpuFacts } from './cpu';
import { duel, geometricMean, type DuelOptions, type DuelResult } from './duel';
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
  /** Of the core, ours and the peer's, and samples (rows of the batch) a second. */
  gflops: number;
  peerGflops: number | null;
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
  /** The headline's case with both sides' products in bf16; null where no unit multiplies it. */
  bf16: StepRow | null;
  /** Of inference, all cases in int16 against our own float32, which is the peer there. */
  int16: StepRow[];
  /** GFLOP/s of a 4096-wide float32 matrix product, the best of several moments of the run. */
  peaks: { ours: number; peer: number | null };
  /** The same in bf16, once. */
  peaksBf16: { ours: number; peer: number | null } | null;
  engines: { ours: string; peer: string | null };
  threads: number;
}

const depthOf = ({ preset, recursions, latentUpdates }: StepCase): string =>
  `${preset} T ${recursions} n ${latentUpdates}`;

/**
 * Times all cases, printing a line each: ours in bf16 where there are units for it, against the peer in float32.
 * @throws TrmError when the sides do not compute the same
 */
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
    bf16: null,
    int16: [],
    peaksBf16: null,
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
          console.log(rowText(row, kind, out.peaks));
          out.rows.push(row);
        }
        out.memory.push(await readMemory(sides, group));
        await measurePeaks(sides, out);
      });
    }
    if (compiled && python !== undefined)
      out.compiled = await withSides(python, (sides) =>
        runCase(sides, compiled, folder, options, { compile: true }),
      ).catch((error: unknown) => `torch.compile failed: ${(error as Error).message.split('\n')[0]}`);
    const headline = compiled ?? cases[0];
    await withSides(python, async (sides) => {
      if (!sides.ours.bf16) return;
      const both = { precision: 'bf16', peerPrecision: 'bf16' } as const;
      out.bf16 = await runCase(sides, headline, folder, options, both);
      out.peaksBf16 = { ours: await peakOf(sides.ours, 'bf16'), peer: null };
      if (sides.peer) out.peaksBf16.peer = await peakOf(sides.peer, 'bf16');
    });
    if (kind === 'infer') await againstOurselves(options, folder, out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return out;
}

/** Our int16 and our float32 in turns. */
async function againstOurselves(
  options: StepBenchOptions,
  folder: string,
  out: StepBenchResult,
): Promise<void> {
  const sides = { ours: await startOurs(), peer: await startOurs() };
  try {
    for (const step of options.cases) {
      const row = await runCase(sides, step, folder, options, {
        precision: 'int16',
        peerPrecision: 'float32',
      });
      console.log(
        `int16  ${depthOf(row).padEnd(22)} batch ${row.rows} x ${row.length}   ${(1000 * row.seconds).toFixed(1)} ms, ` +
          `float32 ${(1000 * (row.peerSeconds ?? NaN)).toFixed(1)} ms   ratio ${row.ratio?.toFixed(2)}`,
      );
      out.int16.push(row);
    }
  } finally {
    sides.ours.close();
    sides.peer.close();
  }
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
  special: Pick<DuelOptions, 'compile' | 'precision' | 'peerPrecision'> = {},
): Promise<StepRow> {
  if (sides.peer) await writeMaterial(folder, step, makeMaterial(step, kind));
  const result = await duel(sides, {
    kind,
    step,
    folder,
    rounds,
    turnSeconds,
    precision: sides.ours.bf16 ? 'bf16' : 'float32',
    ...special,
  });
  const perStep = supervisionStepFlops(caseModel(step), step.rows, step.length, kind === 'train');
  const steps = kind === 'train' ? 1 : step.supervisionSteps;
  return {
    ...step,
    ...result,
    gflops: (steps * perStep) / result.seconds / 1e9,
    peerGflops: result.peerSeconds === null ? null : (steps * perStep) / result.peerSeconds / 1e9,
    samplesPerSecond: step.rows / result.seconds,
  };
}

async function peakOf(side: Side, precision: Precision): Promise<number> {
  return (await side.ask<{ gflops: number }>({ do: 'peak', precision })).gflops;
}

/** The best of all moments: on a busy machine a single one says little. */
async function measurePeaks({ ours, peer }: Sides, out: StepBenchResult): Promise<void> {
  out.engines = { ours: ours.engine, peer: peer?.engine ?? null };
  out.threads = ours.threads;
  out.peaks.ours = Math.max(out.peaks.ours, await peakOf(ours, 'float32'));
  if (peer) out.peaks.peer = Math.max(out.peaks.peer ?? 0, await peakOf(peer, 'float32'));
}

async function readMemory({ ours, peer }: Sides, group: string): Promise<StepMemory> {
  const read = async (side: Side): Promise<number> => {
    const { peakMiB } = await side.ask<{ peakMiB: number }>({ do: 'memory' });
    return Math.round(peakMiB);
  };
  return { group, rssMiB: await read(ours), peerRssMiB: peer ? await read(peer) : null };
}

/** Peaks of both sides' own matrix products, GFLOP/s. */
export type Peaks = StepBenchResult['peaks'];

/**
 * How much of its own library's matrix product each side reaches, 0..1. The ratio of times is the product of two things: the
 * faster library (`blas`, peak over peak) and what a program makes of its own (`program`, share over share).
 */
export interface PeakShares {
  ours: number;
  peer: number | null;
  blas: number | null;
  program: number | null;
}

/** {@link PeakShares} of a case. Null without a peer. */
export function peakShares(
  { gflops, peerGflops }: Pick<StepRow, 'gflops' | 'peerGflops'>,
  peaks: Peaks,
): PeakShares {
  const ours = gflops / peaks.ours;
  if (peerGflops === null || peaks.peer === null) return { ours, peer: null, blas: null, program: null };
  const peer = peerGflops / peaks.peer;
  return { ours, peer, blas: peaks.ours / peaks.peer, program: ours / peer };
}

/** One line of the output; shares are of the peaks that were measured so far. */
export function rowText(row: StepRow, kind: StepKind, peaks: Peaks): string {
  const { rows, length, seconds, peerSeconds, ratio, ratios, gflops } = row;
  const batch = `${rows} x ${length}`.padStart(9);
  const shares = peakShares(row, peaks);
  const percent = (share: number | null): string => `${(100 * (share ?? NaN)).toFixed(0)} % of its peak`;
  const own = `${(1000 * seconds).toFixed(1)} ms, ${gflops.toFixed(0)} GFLOP/s, ${percent(shares.ours)}`;
  const label = `${kind} ${depthOf(row).padEnd(22)} batch ${batch}   ours ${own.padEnd(40)}`;
  if (peerSeconds === null || ratio === null || ratios === null) return label;
  const span = ratios.map((each) => each.toFixed(2)).join(' to ');
  return (
    `${label} peer ${(1000 * peerSeconds).toFixed(1)} ms, ${percent(shares.peer)}   ratio ${ratio.toFixed(2)} ` +
    `(rounds ${span}; of it ${shares.blas?.toFixed(2)} the matrix product, ${shares.program?.toFixed(2)} the program)`
  );
}

/**
 * The JSON of a step bench: `ratio` is the geometric mean over the presets of their cases' geometric means, so that one with
 * many cases weighs no more than `trm-smoke`, which users get. `gflops` and `share` (of our own peak) are those of the headline preset at its
 * own depth (or of the first case), all its batches together; `peerShare` is the peer's there, of its own peak.
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
  const peerSeconds = main.reduce((sum, row) => sum + (row.peerSeconds ?? NaN), 0);
  const peerGflops = main.reduce((sum, row) => sum + row.gflops * row.seconds, 0) / peerSeconds;
  const shares = peakShares({ gflops, peerGflops: Number.isNaN(peerGflops) ? null : peerGflops }, peaks);
  const presets = [...new Set(rows.map(({ preset }) => preset))];
  const presetRatios = presets.map((preset) => ratioOf(rows.filter((row) => row.preset === preset)));
  const headMemory = memory.find((each) => each.group === group);
  return {
    bench,
    ratio: rounded(geometricMean(presetRatios.flatMap((ratio) => (ratio === null ? [] : [ratio])))),
    // Both sides in bf16.
    ratioBf16: rounded(result.bf16?.ratio ?? null),
    // Our int16 against our float32, of inference.
    ratioInt16: ratioOf(result.int16),
    // Of that, what the faster matrix product gives.
    blasRatio: rounded(shares.blas),
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
    share: rounded(shares.ours),
    peerShare: rounded(shares.peer),
    rssMiB: headMemory?.rssMiB,
    peerRssMiB: headMemory?.peerRssMiB,
    peaks: { ours: rounded(peaks.ours), peer: rounded(peaks.peer) },
    peaksBf16: result.peaksBf16,
    ...cpuFacts(),
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
        peerGflops,
        samplesPerSecond,
        ...step
      }) => ({
        ...step,
        milliseconds: rounded(1000 * own),
        peerMilliseconds: peerSeconds === null ? null : rounded(1000 * peerSeconds),
        ratio: rounded(ratio),
        ratios: ratios?.map(rounded) ?? null,
        gflops: rounded(speed),
        share: rounded(speed / peaks.ours),
        peerShare: peerGflops === null || peaks.peer === null ? null : rounded(peerGflops / peaks.peer),
        samplesPerSecond: rounded(samplesPerSecond),
        difference,
      }),
    ),
  };
}

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(100 * value) / 100;
