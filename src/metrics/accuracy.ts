import { clusterProportion, type ClusterProportion } from './clusters';

/** One row of an accuracy table. */
export interface AccuracyRow<Measure extends string = string> {
  /** Value the rows were grouped by. */
  key: string;
  /** Cases in the group. */
  total: number;
  /** Share of cases for which each measure held, with its interval by cluster. */
  measures: Record<Measure, ClusterProportion>;
}

/** What a case counts under. */
export interface AccuracyKeys<Case> {
  /** Row of the table. */
  key: (item: Case) => string;
  /** What the case was drawn with: its repository, package or module. See {@link clusterProportion}. */
  cluster: (item: Case) => string;
}

/** Measures by name: did it hold for a case? Null: it does not apply. */
export type Measures<Case, Measure extends string> = Readonly<
  Record<Measure, (item: Case) => boolean | null>
>;

/**
 * Counts yes/no measures by a key: `accuracyTable(cases, { key: (c) => c.family, cluster: (c) => c.group }, { joint: (c) => c.joint })`. A
 * measure that answers null does not apply to a case and is left out of its total.
 * @returns rows by falling total, then key; groups nobody fell into have no row
 */
export function accuracyTable<Case, Measure extends string>(
  cases: Iterable<Case>,
  { key: keyOf, cluster }: AccuracyKeys<Case>,
  measures: Measures<Case, Measure>,
): AccuracyRow<Measure>[] {
  const groups = new Map<string, Case[]>();
  for (const item of cases) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups]
    .map(([key, items]) => accuracyRow(key, items, cluster, measures))
    .sort((a, b) => b.total - a.total || (a.key < b.key ? -1 : 1));
}

/** {@link accuracyTable} over all cases at once: one row whose key is `all`. */
export function overallAccuracy<Case, Measure extends string>(
  cases: Iterable<Case>,
  cluster: AccuracyKeys<Case>['cluster'],
  measures: Measures<Case, Measure>,
): AccuracyRow<Measure> {
  return accuracyRow('all', [...cases], cluster, measures);
}

function accuracyRow<Case, Measure extends string>(
  key: string,
  items: readonly Case[],
  cluster: AccuracyKeys<Case>['cluster'],
  measures: Measures<Case, Measure>,
): AccuracyRow<Measure> {
  const names = Object.keys(measures) as Measure[];
  const shareOf = (name: Measure): ClusterProportion =>
    clusterProportion(
      items.flatMap((item) => {
        const hit = measures[name](item);
        return hit === null ? [] : [{ cluster: cluster(item), hit }];
      }),
    );
  return {
    key,
    total: items.length,
    measures: Object.fromEntries(names.map((name) => [name, shareOf(name)])) as Record<
      Measure,
      ClusterProportion
    >,
  };
}
