/** What became of one item. */
export type Outcome<T> = { value: T } | { error: unknown };

/**
 * Works on items, several at once, and hands each outcome on in the order of the items, one after the other.
 * @param jobs items at once
 * @throws what `onDone` throws; nothing new is begun then, and what was begun is waited for
 */
export async function inOrder<T, U>(
  items: readonly T[],
  { jobs, work }: { jobs: number; work: (item: T) => Promise<U> },
  onDone: (outcome: Outcome<U>, item: T) => Promise<void>,
): Promise<void> {
  const running: (Promise<Outcome<U>> | undefined)[] = [];
  const begin = (): void => {
    const item = items[running.length];
    running.push(
      work(item).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      ),
    );
  };
  try {
    for (const [i, item] of items.entries()) {
      while (running.length < Math.min(items.length, i + jobs)) begin();
      const outcome = await running[i];
      if (outcome) await onDone(outcome, item);
      // Thousands of finished files need no memory.
      running[i] = undefined;
    }
  } finally {
    await Promise.all(running.filter((one) => one !== undefined));
  }
}
