import { percentile } from '../../metrics/percentile';
import type { Sample } from '../../records/sample';
import { measureCases, rate, type Measured, type MeasureOptions } from '../measure';
import type { OperatingPoint } from './set-report';
import { encodeSet } from './set-cases';

/** Clean functions of the validation split, at most, that set a threshold; those with the smallest ids. */
const FUNCTIONS = 2000;

/**
 * Probabilities of "no bug" for clean validation functions.
 * @param options.task what the progress is called
 */
export async function quietOnValidation(
  validation: readonly Sample[],
  options: Omit<MeasureOptions, 'topK' | 'withGiven'>,
): Promise<number[]> {
  const chosen = [...validation].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, FUNCTIONS);
  const { cases } = encodeSet(chosen, new Map(), options.parts);
  const { rows } = await measureCases(cases, { ...options, topK: 1, withGiven: false });
  return rows.map(({ prediction }) => prediction.noBug);
}

/**
 * What a model does when it answers with an edit wherever "no bug" is less probable than a threshold, which leaves the
 * wanted share of clean validation functions alone.
 * @param validation probabilities of "no bug"; see {@link quietOnValidation}
 */
export function operatingPoint(
  rows: readonly Measured[],
  validation: readonly number[],
  cleanTarget: number,
): OperatingPoint {
  const threshold = percentile(validation, 100 * (1 - cleanTarget));
  const answers = ({ prediction }: Measured): boolean => prediction.noBug < threshold;
  const clean = rows.filter(({ outcome }) => outcome.clean);
  const buggy = rows.filter(({ outcome }) => !outcome.clean);
  return {
    cleanTarget,
    threshold,
    joint: rate(buggy.filter((row) => answers(row) && row.outcome.exact).length, buggy.length),
    cleanKept: rate(clean.filter((row) => !answers(row)).length, clean.length),
  };
}
