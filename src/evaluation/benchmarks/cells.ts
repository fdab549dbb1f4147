/** How shares stand in Markdown tables: each with its interval, its n and the number of clusters beside it. */
import { FEW_CLUSTERS } from '../../metrics/clusters';
import type { Rate } from '../report-parts';

/** `63.8 (55.2-71.0)`, in percent; a dagger where the interval rests on too few clusters. */
export function shareCell(rate: Rate | undefined): string {
  if (rate === undefined || rate.rate === null) return '-';
  return `${percentOf(rate.rate)} (${percentOf(rate.low)}-${percentOf(rate.high)})${daggerOf(rate)}`;
}

/** `2,700 in 14`: rows and the clusters they come from. */
export function sizeCell({ total, clusters }: Pick<Rate, 'total' | 'clusters'>): string {
  return `${total.toLocaleString('en-US')} in ${clusters}`;
}

/** A mark for intervals of fewer than ten clusters. */
export function daggerOf({ clusters }: Pick<Rate, 'clusters'>): string {
  return clusters < FEW_CLUSTERS ? ' †' : '';
}

/** What the mark and the intervals mean, for below a table. */
export const INTERVAL_NOTE =
  '95 % intervals by cluster (repository, package or module): hull of a cluster bootstrap of 2,000 resamples and the Wilson interval on the effective ' +
  `number of rows. † fewer than ${FEW_CLUSTERS} clusters: the interval says little.`;

/** A share as percent with one decimal, without the sign. */
export const percentOf = (value: number): string => (100 * value).toFixed(1);

/** Points with their sign. */
export const signedPoints = (value: number): string => `${value < 0 ? '' : '+'}${percentOf(value)}`;

/** A Markdown table. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
