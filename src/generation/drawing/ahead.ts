/**
 * Maps a stream in order while up to `ahead` later items are already being worked on: this process draws mutants
 * while the critic's processes compile earlier ones. A failure surfaces at its item; what runs ahead is awaited.
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
