import { clusterProportion } from '../../metrics/clusters';
import { toRate, type Rate } from '../report-parts';
import type { FixAnswer } from './answers';
import { CEILINGS } from './ceiling';
import { FIX_SLICES, TIER_GROUPS, VIEWS, type FixSlice, type TierGroup, type View } from './fix-kinds';
import {
  FALSE_ALARMS,
  REAL_MEASURES,
  type AlarmPoint,
  type MeasureRow,
  type RealGroup,
  type RealMeasure,
} from './real-report';

/** All figures of one model's answers, by view and tiers. */
export function summarise(answers: readonly FixAnswer[]): RealGroup[] {
  return VIEWS.flatMap((view) =>
    TIER_GROUPS.flatMap((tiers): RealGroup[] => {
      const own = answers.filter((one) => one.view === view && isOfTiers(one, tiers));
      // Nobody gave answers in this view, or there is no such fix.
      if (own.length === 0) return [];
      const points = FALSE_ALARMS.map((allowed) => alarmPoint(own, allowed));
      const slices = FIX_SLICES.map((slice) => describeSlice(own, points, { view, tiers, slice }));
      return [{ view, tiers, points, slices }];
    }),
  );
}

/** The groups of a fix. */
export function isOfSlice({ facts }: Pick<FixAnswer, 'facts'>, slice: FixSlice): boolean {
  if (slice === 'one-token') return facts.oneToken;
  return slice === 'published-kinds' ? facts.published : true;
}

function isOfTiers({ facts: { tier } }: FixAnswer, tiers: TierGroup): boolean {
  return tier === 'A' || (tiers === 'A+B' && tier === 'B');
}

/** The lowest threshold above which at most the allowed share of the fixed functions lies. */
export function alarmPoint(answers: readonly FixAnswer[], allowed: number): AlarmPoint {
  const asked = answers.filter(({ fixedAsked }) => fixedAsked);
  const scores = asked.map(({ fixedScore }) => fixedScore ?? -Infinity).sort((a, b) => b - a);
  const threshold = scores[Math.floor(allowed * scores.length + 1e-9)] ?? -Infinity;
  const alarms = rateOf(asked, ({ fixedScore }) => fixedScore !== null && fixedScore > threshold);
  return { allowed, threshold: Number.isFinite(threshold) ? threshold : null, alarms };
}

function describeSlice(
  answers: readonly FixAnswer[],
  points: readonly AlarmPoint[],
  { view, tiers, slice }: { view: View; tiers: TierGroup; slice: FixSlice },
): RealGroup['slices'][number] {
  const own = answers.filter((one) => isOfSlice(one, slice));
  const lost: Record<string, number> = {};
  for (const { lost: reason } of own) if (reason !== null) lost[reason] = (lost[reason] ?? 0) + 1;
  const measures = REAL_MEASURES.map((measure): MeasureRow => ({
    measure,
    rate: rateOf(own, (one) => isHit(one, measure, points)),
    ceiling: ceilingOf(measure, { view, tiers, slice }),
  }));
  return {
    slice,
    n: own.length,
    lost,
    notParsing: own.filter(({ facts }) => !facts.parses).length,
    measures,
  };
}

const within = (rank: number | null, most: number): boolean => rank !== null && rank <= most;

/** Whether a fix counts in a measure. @param points of its view and tiers */
function isHit(answer: FixAnswer, measure: RealMeasure, points: readonly AlarmPoint[]): boolean {
  const { exactRank, startRank, lineRank, givenRank, score, lost } = answer;
  const jointAt = (point: number): boolean =>
    exactRank === 1 && score !== null && score > (points[point].threshold ?? -Infinity);
  const hits: Record<RealMeasure, () => boolean> = {
    'joint-at-1': () => jointAt(0),
    'joint-at-5': () => jointAt(1),
    'joint-at-10': () => jointAt(2),
    exact: () => exactRank === 1,
    'exact-top-5': () => within(exactRank, 5),
    'start-top-1': () => startRank === 1,
    'start-top-5': () => within(startRank, 5),
    'line-top-1': () => lineRank === 1,
    'line-top-5': () => within(lineRank, 5),
    'given-line': () => givenRank === 1,
    'given-line-top-5': () => within(givenRank, 5),
    'not-writable': () => lost === 'unrenderable_token',
  };
  return hits[measure]();
}

/** Measures that the reading told what an engineer could do, who is told nothing. */
const TOLD_NOTHING: readonly RealMeasure[] = ['joint-at-1', 'joint-at-5', 'joint-at-10'];

function ceilingOf(
  measure: RealMeasure,
  { view, tiers, slice }: { view: View; tiers: TierGroup; slice: FixSlice },
): MeasureRow['ceiling'] {
  const { n, toldNothing, toldThePlace, nowhere } = CEILINGS[tiers][slice];
  if (TOLD_NOTHING.includes(measure)) return { count: toldNothing[view], total: n };
  if (measure === 'given-line') return { count: toldThePlace[view], total: n };
  return measure === 'not-writable' ? { count: nowhere, total: n } : null;
}

/** Share of answers that something holds for, with its interval by repository. */
function rateOf(answers: readonly FixAnswer[], isRight: (one: FixAnswer) => boolean): Rate {
  return toRate(clusterProportion(answers.map((one) => ({ cluster: one.facts.repo, hit: isRight(one) }))));
}
