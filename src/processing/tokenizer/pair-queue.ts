/** A pair of adjacent pieces waiting to be merged. */
export interface QueuedPair {
  /** `pairKey(left, right)`. */
  key: number;
  /** Occurrences when it was queued, weighted by word counts; may be out of date. */
  count: number;
  /** Indices of words that may hold the pair, ascending. */
  words: number[];
}

/** One number for two piece ids below 65,536; keys order as the pairs do. */
export function pairKey(left: number, right: number): number {
  return left * 0x10000 + right;
}

/** The two ids of a {@link pairKey}. */
export function splitPair(key: number): [left: number, right: number] {
  return [Math.floor(key / 0x10000), key % 0x10000];
}

/** Binary heap: highest count first, then the lowest pair ids (the reference trainer's order). */
export class PairQueue {
  private readonly heap: QueuedPair[] = [];

  push(pair: QueuedPair): void {
    const { heap } = this;
    let at = heap.push(pair) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesBefore(pair, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = pair;
  }

  /** Removes the first pair; undefined when empty. */
  pop(): QueuedPair | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && comesBefore(heap[child + 1], heap[child])) child++;
      if (!comesBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function comesBefore(a: QueuedPair, b: QueuedPair): boolean {
  return a.count !== b.count ? a.count > b.count : a.key < b.key;
}
