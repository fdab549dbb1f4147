/** Rows of one group that test and validation take at most: a single large package should not decide what a figure says. */
export const MAX_ROWS_PER_GROUP = 200;

/**
 * Keeps at most `most` items of each group, the first ones in the order given; the order stays.
 * @param most null: all
 */
export function capPerGroup<Item>(
  items: readonly Item[],
  groupOf: (item: Item) => string,
  most: number | null,
): Item[] {
  const counts = new Map<string, number>();
  return items.filter((item) => {
    const group = groupOf(item);
    const count = (counts.get(group) ?? 0) + 1;
    counts.set(group, count);
    return most === null || count <= most;
  });
}
