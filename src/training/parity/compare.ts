import { DataError } from '../../core/errors';

/** Largest relative difference that counts as equal: 32-bit floats against a 64-bit reference. */
export const PARITY_TOLERANCE = 1e-4;

/** Standard errors that a statistic of drawn weights may be off: one in 1.7 million by chance. */
export const STATISTIC_TOLERANCE = 5;

/** One compared quantity. */
export interface ParityRow {
  name: string;
  /**
   * Largest absolute difference over the largest absolute value of the reference; for statistics, standard errors.
   * `Number.MAX_VALUE` where a value is no number or a decision differs.
   */
  difference: number;
  tolerance: number;
  /** Numbers compared. */
  values: number;
  unit: 'relative' | 'standard errors';
}

/** True when a row is within its tolerance. */
export const agrees = ({ difference, tolerance }: ParityRow): boolean => difference <= tolerance;

/**
 * Compares all values of a quantity.
 * @param floor least divisor: what is zero everywhere is compared absolutely
 * @throws DataError when the numbers of values differ
 */
export function compare(
  name: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  floor = 1e-6,
): ParityRow {
  if (got.length !== want.length)
    throw new DataError(
      `${name}: expected ${want.length} values as the reference has, got ${got.length}`,
      'run src/trm/fixtures/make_parity.py (needs torch)',
    );
  let [largest, difference] = [floor, 0];
  for (let i = 0; i < want.length; i++) {
    largest = Math.max(largest, Math.abs(want[i]));
    // Math.max hands NaN on.
    difference = Math.max(difference, Math.abs(got[i] - want[i]));
  }
  return {
    name,
    difference: Number.isFinite(difference) ? difference / largest : Number.MAX_VALUE,
    tolerance: PARITY_TOLERANCE,
    values: want.length,
    unit: 'relative',
  };
}

/** Decisions agree in all places or not at all. */
export function compareDecisions(name: string, got: readonly unknown[], want: readonly unknown[]): ParityRow {
  const equal = JSON.stringify(got) === JSON.stringify(want);
  return { ...compare(name, [], []), difference: equal ? 0 : Number.MAX_VALUE, values: want.length };
}

/** The comparison's closing line. */
export function summarize(rows: readonly ParityRow[]): string {
  const relative = rows.filter(({ unit }) => unit === 'relative');
  const worst = Math.max(0, ...relative.map(({ difference }) => difference));
  const values = rows.reduce((sum, row) => sum + row.values, 0);
  const failed = rows.filter((row) => !agrees(row)).length;
  return (
    `${rows.length} quantities, ${values} values: largest relative difference ${worst.toExponential(2)}, ` +
    `tolerance ${PARITY_TOLERANCE}: ${failed} failed`
  );
}
