import type { AtThreshold } from './report-parts';

/** A figure of a table that is no plain share: label, value, interval, what it is counted over. */
export interface EstimateRow {
  measure: string;
  value: string;
  interval: string;
  clusters: number;
}

/** Findings per 1,000 clean lines and precision at realistic base rates, as every report shows them. */
export function thresholdRows({ findingsPer1000Lines, precisionAt }: AtThreshold): EstimateRow[] {
  const rows: EstimateRow[] = [];
  if (findingsPer1000Lines) {
    const { value, low, high, clusters, findings, lines } = findingsPer1000Lines;
    rows.push({
      measure: `findings in 1,000 lines of clean code (${findings} in ${lines.toLocaleString('en-US')})`,
      value: value.toFixed(2),
      interval: `${low.toFixed(2)} to ${high.toFixed(2)}`,
      clusters,
    });
  }
  for (const { baseRate, value, low, high, clusters } of precisionAt)
    rows.push({
      measure: `shown edits that are right where ${100 * baseRate} % of functions have a bug`,
      value: value === null ? '-' : `${(100 * value).toFixed(1)} %`,
      interval: value === null ? '' : `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`,
      clusters,
    });
  return rows;
}
