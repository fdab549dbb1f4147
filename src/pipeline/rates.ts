import type { Rate } from '../evaluation/report';

/** A share as a row of a table. */
export function rateRow(
  measure: string,
  { count, total, rate, low, high }: Rate,
): { measure: string; share: string; interval: string; count: number; of: number } {
  const interval = rate === null ? '' : `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`;
  return { measure, share: percent({ rate }), interval, count, of: total };
}

/** A share as `12.3 %`; `-` when there was nothing to count (null, NaN). */
export function percent({ rate }: Pick<Rate, 'rate'>): string {
  return rate === null || Number.isNaN(rate) ? '-' : `${(100 * rate).toFixed(1)} %`;
}

/** A share as a bar of `barFigure` with its interval; nothing to count shows as 0 without an interval. */
export function rateBar({ rate, low, high }: Rate): { value: number; low: number; high: number } {
  return rate === null ? { value: 0, low: 0, high: 0 } : { value: rate, low, high };
}
