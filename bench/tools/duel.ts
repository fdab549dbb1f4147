/** Ours and the peer on one case: first that both compute the same, then times in turns. */
import { TrmError } from '../../src/core/errors';
import { percentile } from '../../src/metrics/percentile';
import type { InferencePrecision } from '../../src/trm/precision';
import type { Side } from './side';
import type { StepCase, StepKind } from './step-case';

/** Largest relative difference of losses, gradient norms and probabilities at which the sides count as the same. */
export const TOLERANCE = 1e-3;

/**
 * The same where a side's products are in bf16: 8 bits of precision, and a step's some dozens of products in sequence; see
 * src/training/parity/compare.ts.
 */
export const BF16_TOLERANCE = 0.1;

/** Times of one case. */
export interface DuelResult {
  /** Median over the rounds of the seconds of a step. */
  seconds: number;
  /** The peer's; null without a peer. */
  peerSeconds: number | null;
  /** Median of the rounds' ratios, the peer's time over ours; null without a peer. */
  ratio: number | null;
  /** Least and largest ratio of a round. */
  ratios: [number, number] | null;
  /** Largest relative difference that the comparison found; null without a peer. */
  difference: number | null;
}

/** Settings of {@link duel}. */
export interface DuelOptions {
  kind: StepKind;
  step: StepCase;
  /** Folder with the case's files, for the peer. */
  folder: string;
  rounds: number;
  /** Seconds that a side should compute in one round; at least one step. */
  turnSeconds: number;
  /** True: the peer's core goes through `torch.compile`. Default false. */
  compile?: boolean;
  /** Precision of products, ours and the peer's. Default `float32` both. */
  precision?: InferencePrecision;
  peerPrecision?: InferencePrecision;
}

type Look = Record<string, number | number[]>;

/**
 * Opens a case on both sides, compares their first three steps, and times them in turns; who begins alternates. Only
 * one side computes at a time.
 * @throws TrmError when they do not compute the same
 */
export async function duel(sides: { ours: Side; peer?: Side }, options: DuelOptions): Promise<DuelResult> {
  const { kind, step, folder, rounds, turnSeconds, compile = false } = options;
  const { precision = 'float32', peerPrecision = 'float32' } = options;
  const all = [sides.ours, ...(sides.peer ? [sides.peer] : [])];
  for (const side of all)
    await side.ask({
      do: 'open',
      kind,
      step,
      folder,
      compile,
      precision: side === sides.ours ? precision : peerPrecision,
    });
  const looks: Look[][] = [];
  for (const side of all) looks.push(await lookAt(side, 3));
  const exact = [precision, peerPrecision].every((each) => each === 'float32');
  const tolerance = exact ? TOLERANCE : BF16_TOLERANCE;
  const difference = looks.length === 2 ? compareLooks(looks[0], looks[1], step, tolerance) : null;
  const counts: number[] = [];
  for (const side of all) counts.push(Math.max(1, Math.round(turnSeconds / (await turn(side, 1)))));
  const times: number[][] = all.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const i of round % 2 === 0 ? all.keys() : [...all.keys()].reverse())
      times[i].push(await turn(all[i], counts[i]));
  const ratios = sides.peer ? times[0].map((own, round) => times[1][round] / own) : null;
  return {
    seconds: percentile(times[0], 50),
    peerSeconds: sides.peer ? percentile(times[1], 50) : null,
    ratio: ratios && percentile(ratios, 50),
    ratios: ratios && [Math.min(...ratios), Math.max(...ratios)],
    difference,
  };
}

/** Mean seconds of a step over one turn. */
async function turn(side: Side, count: number): Promise<number> {
  // The other side's threads may still be on their way to sleep.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { seconds } = await side.ask<{ seconds: number[] }>({ do: 'steps', count });
  return seconds.reduce((sum, each) => sum + each, 0) / count;
}

async function lookAt(side: Side, steps: number): Promise<Look[]> {
  const out: Look[] = [];
  for (let i = 0; i < steps; i++) out.push((await side.ask<{ result: Look }>({ do: 'look' })).result);
  return out;
}

/**
 * Largest difference over the largest absolute value of each quantity.
 * @param tolerance default {@link TOLERANCE} @throws TrmError above it
 */
export function compareLooks(
  ours: readonly Look[],
  peers: readonly Look[],
  step: object,
  tolerance = TOLERANCE,
): number {
  let largest = 0;
  ours.forEach((look, i) => {
    for (const [name, value] of Object.entries(look)) {
      // Pieces of like probability may come in either order; their probabilities are compared.
      if (name === 'pieceIds') continue;
      const [own, other] = [[value].flat(), [peers[i][name] ?? []].flat()];
      const apart = own.length === other.length ? farthest(own, other) : Infinity;
      // Not `apart > tolerance`: NaN must not pass.
      if (!(apart <= tolerance))
        throw new TrmError(
          `${JSON.stringify(step)}: ${name} of step ${i + 1} differs by ${apart.toExponential(1)} between the sides ` +
            `(ours ${own.slice(0, 3).join(', ')}; peer ${other.slice(0, 3).join(', ')}): expected at most ${tolerance}`,
          'they must compute the same before they are timed: bring bench/torch-peer.py up to date with src/trm',
        );
      largest = Math.max(largest, apart);
    }
  });
  return largest;
}

/** Largest absolute difference over the largest absolute value. */
function farthest(own: readonly number[], other: readonly number[]): number {
  const scale = own.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-12);
  return own.reduce((most, x, k) => Math.max(most, Math.abs(x - other[k])), 0) / scale;
}

/** Geometric mean; null for an empty list. */
export function geometricMean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
