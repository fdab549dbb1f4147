import { DataError } from '../../core/errors';

/** Largest relative difference that counts as equal: 32-bit floats against a 64-bit reference. */
export const PARITY_TOLERANCE = 1e-4;

/**
 * The same for products in bf16. A rounded factor is off by at most u = 2^-8 of itself, so an element of a product of two
 * is off by at most 2 u of the sum of absolute products. Norms bring each block's result back to size 1, so these errors
 * neither grow nor shrink from block to block; those of different products are independent, and of `products` in sequence
 * the root of the sum of squares is left: 2 u sqrt(products). That holds for lengths (see {@link byLength}), not for single
 * values, some of which are small differences of large ones.
 */
export const bf16Tolerance = (products: number): number => 2 ** -7 * Math.sqrt(products);

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
  /** Sums of squares: of the differences, and of the reference; not for statistics. */
  squares?: { difference: number; reference: number };
  /** True: choices, which are equal or not. */
  decision?: boolean;
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
  const squares = { difference: 0, reference: 0 };
  for (let i = 0; i < want.length; i++) {
    largest = Math.max(largest, Math.abs(want[i]));
    // Math.max hands NaN on.
    difference = Math.max(difference, Math.abs(got[i] - want[i]));
    squares.difference += (got[i] - want[i]) ** 2;
    squares.reference += want[i] ** 2;
  }
  return {
    name,
    difference: Number.isFinite(difference) ? difference / largest : Number.MAX_VALUE,
    tolerance: PARITY_TOLERANCE,
    values: want.length,
    unit: 'relative',
    squares,
  };
}

/** Rows as one quantity, compared by length: that of all differences together over that of the reference. */
export function byLength(name: string, rows: readonly ParityRow[], tolerance: number): ParityRow {
  const sum = (of: (row: ParityRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const squares = {
    difference: sum((row) => row.squares?.difference ?? 0),
    reference: sum((row) => row.squares?.reference ?? 0),
  };
  const difference = Math.sqrt(squares.difference / Math.max(squares.reference, 1e-12));
  return {
    name,
    difference: Number.isFinite(difference) ? difference : Number.MAX_VALUE,
    tolerance,
    values: sum(({ values }) => values),
    unit: 'relative',
    squares,
  };
}

/** Decisions agree in all places or not at all. */
export function compareDecisions(name: string, got: readonly unknown[], want: readonly unknown[]): ParityRow {
  const equal = JSON.stringify(got) === JSON.stringify(want);
  return {
    ...compare(name, [], []),
    difference: equal ? 0 : Number.MAX_VALUE,
    values: want.length,
    decision: true,
  };
}

/** The comparison's closing line. */
export function summarize(rows: readonly ParityRow[]): string {
  const relative = rows.filter(({ unit }) => unit === 'relative');
  const worst = Math.max(0, ...relative.map(({ difference }) => difference));
  const values = rows.reduce((sum, row) => sum + row.values, 0);
  const failed = rows.filter((row) => !agrees(row)).length;
  const tolerance = Math.max(0, ...relative.map((row) => row.tolerance));
  return (
    `${rows.length} quantities, ${values} values: largest relative difference ${worst.toExponential(2)}, ` +
    `tolerance ${Number(tolerance.toPrecision(2))}: ${failed} failed`
  );
}
