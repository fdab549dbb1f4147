import { capPerGroup, MAX_ROWS_PER_GROUP } from '../../metrics/cap-per-group';
import { percentile } from '../../metrics/percentile';
import type { Judge } from '../../python/critic/critic';
import type { Sample } from '../../records/sample';
import type { Contexts } from '../../shards/context-shard';
import type { Prediction } from '../../trm/predict';
import { measureCases, shareOf, type Measured, type MeasureOptions } from '../measure';
import type { OperatingPoint } from './set-report';
import { encodeSet, findParserStops } from './set-cases';

/** Functions of the validation split, at most, that set thresholds; those with the smallest ids. */
const FUNCTIONS = 4000;

/**
 * Log-odds of the best edit against "no bug", in nats: the likelihood ratio of the two answers. "No bug" alone would be
 * worse to judge by: it is also low where the model sees many places for a bug and knows none.
 * @returns minus infinity when nothing is proposed
 */
export function editOdds({ noBug, proposals }: Pick<Prediction, 'noBug' | 'proposals'>): number {
  const best = proposals.at(0)?.probability ?? 0;
  return Math.log(best) - Math.log(Math.max(noBug, Number.MIN_VALUE));
}

/** The model's answers on functions of the validation split, at most {@link MAX_ROWS_PER_GROUP} of a group, encoded as those of a set are. */
export async function measureValidation(
  { validation, contexts }: { validation: readonly Sample[]; contexts: Contexts },
  options: Omit<MeasureOptions, 'withGiven'> & { critic: Pick<Judge, 'check'> },
): Promise<Measured[]> {
  const sorted = [...validation].sort((a, b) => (a.id < b.id ? -1 : 1));
  const chosen = capPerGroup(sorted, ({ group }) => group, MAX_ROWS_PER_GROUP).slice(0, FUNCTIONS);
  const set = { samples: chosen, contexts, stops: await findParserStops(chosen, options.critic) };
  const { cases } = await encodeSet(set, options.parts, options.signal);
  return (await measureCases(cases, { ...options, withGiven: false })).rows;
}

/** Shares of clean validation functions left alone, for each of which a model gets an operating point. */
export const CLEAN_TARGETS = [0.9, 0.93, 0.95, 0.97, 0.99] as const;

/**
 * What a model does when it answers with an edit wherever its odds against "no bug" exceed a threshold, which leaves the
 * wanted share of clean validation functions alone.
 * @param validation odds on clean validation functions, see {@link editOdds}
 */
export function operatingPoint(
  rows: readonly Measured[],
  validation: readonly number[],
  cleanTarget: number,
): OperatingPoint {
  const threshold = percentile(validation, 100 * cleanTarget);
  const answers = ({ prediction }: Measured): boolean => editOdds(prediction) > threshold;
  const clean = rows.filter(({ outcome }) => outcome.clean);
  const buggy = rows.filter(({ outcome }) => !outcome.clean);
  return {
    cleanTarget,
    threshold,
    joint: shareOf(buggy, (row) => answers(row) && row.outcome.exact),
    cleanKept: shareOf(clean, (row) => !answers(row)),
  };
}
