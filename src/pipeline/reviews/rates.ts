import type { AtThreshold, Rate } from '../../evaluation/report-parts';
import { thresholdRows } from '../../evaluation/threshold-rows';
import { FEW_CLUSTERS } from '../../metrics/clusters';

/** A share as a row of a table. Rows that depend on nothing, as the grids of a Sudoku, have no clusters to count. */
export function rateRow(
  measure: string,
  { count, total, rate, low, high, clusters }: Omit<Rate, 'clusters'> & { clusters?: number },
): { measure: string; share: string; interval: string; count: number; of: number; groups: string } {
  const interval = rate === null ? '' : `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`;
  return {
    measure,
    share: percent({ rate }),
    interval,
    count,
    of: total,
    groups: clusters === undefined ? '' : groupsCell(clusters),
  };
}

/** Findings per 1,000 clean lines and precision at realistic shares of buggy functions, as rows of a table. */
export function estimateRows(
  atThreshold: AtThreshold,
): { measure: string; value: string; interval: string; groups: string }[] {
  return thresholdRows(atThreshold).map(({ clusters, ...row }) => ({ ...row, groups: groupsCell(clusters) }));
}

/** Below ten groups an interval says little: a dagger. */
function groupsCell(clusters: number): string {
  return `${clusters}${clusters < FEW_CLUSTERS ? ' †' : ''}`;
}

/** A share as `12.3 %`; `-` when there was nothing to count (null, NaN). */
export function percent({ rate }: Pick<Rate, 'rate'>): string {
  return rate === null || Number.isNaN(rate) ? '-' : `${(100 * rate).toFixed(1)} %`;
}

/** A share as a bar of `barFigure` with its interval; nothing to count shows as 0 without an interval. */
export function rateBar({ rate, low, high }: Pick<Rate, 'rate' | 'low' | 'high'>): {
  value: number;
  low: number;
  high: number;
} {
  return rate === null ? { value: 0, low: 0, high: 0 } : { value: rate, low, high };
}
