import { wilsonInterval, type Proportion } from './intervals';

/** One row of an accuracy table. */
export interface AccuracyRow<Measure extends string = string> {
  /** Value the rows were grouped by. */
  key: string;
  /** Cases in the group. */
  total: number;
  /** Share of cases for which each measure held. */
  measures: Record<Measure, Proportion>;
}

/**
 * Counts yes/no measures by a key: `accuracyTable(cases, (c) => c.family, { joint: (c) => c.joint })`. A measure that
 * answers null does not apply to a case and is left out of its total.
 * @returns rows by falling total, then key; groups nobody fell into have no row
 */
export function accuracyTable<Case, Measure extends string>(
  cases: Iterable<Case>,
  keyOf: (item: Case) => string,
  measures: Readonly<Record<Measure, (item: Case) => boolean | null>>,
): AccuracyRow<Measure>[] {
  const names = Object.keys(measures) as Measure[];
  const groups = new Map<string, { total: number; hits: number[]; asked: number[] }>();
  for (const item of cases) {
    const key = keyOf(item);
    const group = groups.get(key) ?? { total: 0, hits: names.map(() => 0), asked: names.map(() => 0) };
    groups.set(key, group);
    group.total++;
    names.forEach((name, i) => {
      const answer = measures[name](item);
      if (answer === null) return;
      group.asked[i]++;
      if (answer) group.hits[i]++;
    });
  }
  return [...groups]
    .map(([key, { total, hits, asked }]) => ({
      key,
      total,
      measures: Object.fromEntries(
        names.map((name, i) => [name, wilsonInterval(hits[i], asked[i])]),
      ) as Record<Measure, Proportion>,
    }))
    .sort((a, b) => b.total - a.total || (a.key < b.key ? -1 : 1));
}

/** {@link accuracyTable} over all cases at once: one row whose key is `all`. */
export function overallAccuracy<Case, Measure extends string>(
  cases: Iterable<Case>,
  measures: Readonly<Record<Measure, (item: Case) => boolean | null>>,
): AccuracyRow<Measure> {
  const rows = accuracyTable(cases, () => 'all', measures);
  if (rows.length > 0) return rows[0];
  const names = Object.keys(measures) as Measure[];
  return {
    key: 'all',
    total: 0,
    measures: Object.fromEntries(names.map((name) => [name, wilsonInterval(0, 0)])) as Record<
      Measure,
      Proportion
    >,
  };
}
