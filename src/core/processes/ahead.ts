/** Groups a stream into lists of `size`; the last one may be shorter. */
export async function* batchesOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Maps a stream in order while up to `ahead` later items are already being worked on: this process reads and writes
 * while threads and other processes work on the items between. A failure surfaces at its item; what runs ahead is awaited.
 */
export async function* mapAhead<In, Out>(
  items: AsyncIterable<In>,
  work: (item: In) => Promise<Out>,
  ahead: number,
): AsyncGenerator<Out> {
  const running: Promise<Out>[] = [];
  try {
    for await (const item of items) {
      const started = work(item);
      // Marked as handled; the error itself is thrown when its turn comes.
      started.catch(() => undefined);
      running.push(started);
      if (running.length > ahead) yield await (running.shift() as Promise<Out>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<Out>);
  } finally {
    await Promise.allSettled(running);
  }
}
