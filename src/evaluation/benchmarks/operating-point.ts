import { percentile } from '../../metrics/percentile';
import type { Sample } from '../../records/sample';
import type { Prediction } from '../../trm/predict';
import { measureCases, rate, type Measured, type MeasureOptions } from '../measure';
import type { OperatingPoint } from './set-report';
import { encodeSet } from './set-cases';

/** Clean functions of the validation split, at most, that set a threshold; those with the smallest ids. */
const FUNCTIONS = 2000;

/**
 * Log-odds of the best edit against "no bug", in nats: the likelihood ratio of the two answers. "No bug" alone would be
 * worse to judge by: it is also low where the model sees many places for a bug and knows none.
 * @returns minus infinity when nothing is proposed
 */
export function editOdds({ noBug, proposals }: Pick<Prediction, 'noBug' | 'proposals'>): number {
  const best = proposals.at(0)?.probability ?? 0;
  return Math.log(best) - Math.log(Math.max(noBug, Number.MIN_VALUE));
}

/** {@link editOdds} of clean validation functions. */
export async function oddsOnValidation(
  validation: readonly Sample[],
  options: Omit<MeasureOptions, 'withGiven'>,
): Promise<number[]> {
  const chosen = [...validation].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, FUNCTIONS);
  const { cases } = encodeSet(chosen, new Map(), options.parts);
  const { rows } = await measureCases(cases, { ...options, withGiven: false });
  return rows.map(({ prediction }) => editOdds(prediction));
}

/** Shares of clean validation functions left alone, for each of which a model gets an operating point. */
export const CLEAN_TARGETS = [0.9, 0.93, 0.95, 0.97, 0.99] as const;

/**
 * What a model does when it answers with an edit wherever its odds against "no bug" exceed a threshold, which leaves the
 * wanted share of clean validation functions alone.
 * @param validation odds on clean functions; see {@link oddsOnValidation}
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
    joint: rate(buggy.filter((row) => answers(row) && row.outcome.exact).length, buggy.length),
    cleanKept: rate(clean.filter((row) => !answers(row)).length, clean.length),
  };
}
