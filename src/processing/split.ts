import { DataError } from '../core/errors';
import { sha256 } from '../core/hash';

/** The three parts of a dataset: to learn from, to choose by, to judge by. */
export const SPLITS = ['train', 'val', 'test'] as const;
/** One of {@link SPLITS}. */
export type Split = (typeof SPLITS)[number];

/** How groups are divided. */
export interface SplitOptions {
  seed: number;
  /** Shares of groups that go to validation and test; the rest trains. */
  fractions: { val: number; test: number };
  /** Splits of named groups, which the hash does not decide. Default none. */
  assignments?: Readonly<Record<string, Split>>;
}

/** Where a group stands in [0, 1): a hash of seed and name, the same on every machine and whatever else there is. */
export function groupPoint(group: string, seed: number): number {
  return parseInt(sha256(`split/${seed}/${group}`).slice(0, 12), 16) / 2 ** 48;
}

/**
 * Divides groups (repositories, packages) among the splits by a seeded hash of their name, so that adding groups
 * moves no other one. Only where that leaves a wanted split empty does the group nearest to it move there.
 * @returns the split of each group
 * @throws DataError when there are fewer groups than splits wanted
 */
export function splitGroups(groups: Iterable<string>, options: SplitOptions): Map<string, Split> {
  const { seed, fractions, assignments = {} } = options;
  const points = Array.from(new Set(groups), (group) => ({ group, point: groupPoint(group, seed) })).sort(
    (a, b) => a.point - b.point,
  );
  const splits = new Map<string, Split>();
  for (const { group, point } of points)
    splits.set(group, Object.hasOwn(assignments, group) ? assignments[group] : splitAt(point, fractions));
  const wanted = SPLITS.filter((split) => split === 'train' || fractions[split] > 0);
  if (points.length < wanted.length)
    throw new DataError(
      `expected at least ${wanted.length} groups to fill ${wanted.join(', ')}, got ${points.length}`,
      'add sources, or set process.fractions.val or .test to 0',
    );
  // Test has the lowest points, train the highest: the free group nearest to an empty split moves.
  const free = points.map(({ group }) => group).filter((group) => !Object.hasOwn(assignments, group));
  for (const split of wanted) {
    if ([...splits.values()].includes(split)) continue;
    const mover = (split === 'train' ? [...free].reverse() : free).find((group) => {
      const from = splits.get(group);
      return [...splits.values()].filter((other) => other === from).length > 1;
    });
    if (mover !== undefined) splits.set(mover, split);
  }
  return splits;
}

function splitAt(point: number, { val, test }: SplitOptions['fractions']): Split {
  if (point < test) return 'test';
  return point < test + val ? 'val' : 'train';
}
