import { PairQueue, pairKey, splitPair, type QueuedPair } from './pair-queue';

/** A word of the corpus while merges are learnt: its pieces and how often it occurs. */
interface Word {
  pieces: number[];
  count: number;
}

/** Settings of {@link learnMerges}. */
export interface LearnMergesOptions {
  /** Most merges to learn. */
  merges: number;
  /** Id of the first merged piece; the following ones count up. */
  firstId: number;
  /** Pairs that occur less often are not merged. Default 2. */
  minCount?: number;
  /** Called now and then with the merges learnt so far; may throw to stop. */
  onProgress?: (done: number) => void;
}

/**
 * Byte-pair encoding (Sennrich et al. 2016): again and again the most frequent pair of adjacent pieces becomes a
 * piece of its own. Ties go to the pair with the lowest ids, as in the Hugging Face `tokenizers` library, whose
 * merges these equal. A heap over pair counts, put right lazily, makes it O(corpus + merges log pairs); a naive
 * loop is O(corpus x merges).
 *
 * @param words piece ids of each distinct word with its count
 * @returns pairs in the order learnt; merge `i` makes piece `firstId + i`
 * @example learnMerges([[[1, 2, 1, 2], 3]], { merges: 1, firstId: 3 }) // [[1, 2]]
 */
export function learnMerges(
  words: Iterable<readonly [pieces: readonly number[], count: number]>,
  { merges, firstId, minCount = 2, onProgress }: LearnMergesOptions,
): [left: number, right: number][] {
  const corpus: Word[] = Array.from(words, ([pieces, count]) => ({ pieces: [...pieces], count }));
  const counts = new Map<number, number>();
  const queue = new PairQueue();
  for (const pair of countPairs(corpus, counts)) queue.push(pair);

  const learnt: [number, number][] = [];
  while (learnt.length < merges) {
    const top = queue.pop();
    if (top === undefined) break;
    const count = counts.get(top.key) ?? 0;
    if (top.count !== count) {
      // Other merges consumed some of its occurrences since it was queued.
      if (count > 0) queue.push({ ...top, count });
      continue;
    }
    if (count < minCount) break;
    const pair = splitPair(top.key);
    const merged = firstId + learnt.length;
    for (const added of applyMerge(corpus, top.words, pair, merged, counts)) queue.push(added);
    learnt.push(pair);
    if (learnt.length % 1024 === 0) onProgress?.(learnt.length);
  }
  return learnt;
}

function countPairs(corpus: readonly Word[], counts: Map<number, number>): QueuedPair[] {
  const holders = new Map<number, number[]>();
  corpus.forEach(({ pieces, count }, index) => {
    for (let i = 1; i < pieces.length; i++) {
      const key = pairKey(pieces[i - 1], pieces[i]);
      counts.set(key, (counts.get(key) ?? 0) + count);
      noteHolder(holders, key, index);
    }
  });
  return queuedPairs(holders, counts);
}

/** Merges `pair` in the given words, keeps `counts` right, and returns the pairs that came into being. */
function applyMerge(
  corpus: readonly Word[],
  holders: readonly number[],
  pair: readonly [number, number],
  merged: number,
  counts: Map<number, number>,
): QueuedPair[] {
  const added = new Map<number, number[]>();
  for (const index of holders) {
    const { pieces, count } = corpus[index];
    const change = (left: number, right: number, by: number): void => {
      const key = pairKey(left, right);
      counts.set(key, (counts.get(key) ?? 0) + by);
      if (by > 0) noteHolder(added, key, index);
    };
    let write = 0;
    for (let read = 0; read < pieces.length; read++) {
      if (pieces[read] !== pair[0] || pieces[read + 1] !== pair[1]) {
        pieces[write++] = pieces[read];
        continue;
      }
      if (write > 0) {
        change(pieces[write - 1], pair[0], -count);
        change(pieces[write - 1], merged, count);
      }
      if (read + 2 < pieces.length) {
        change(pair[1], pieces[read + 2], -count);
        change(merged, pieces[read + 2], count);
      }
      pieces[write++] = merged;
      read++;
    }
    pieces.length = write;
  }
  return queuedPairs(added, counts);
}

/** Words are visited in ascending order, so looking at the last one is enough to keep lists free of repeats. */
function noteHolder(holders: Map<number, number[]>, key: number, word: number): void {
  const list = holders.get(key);
  if (list === undefined) holders.set(key, [word]);
  else if (list[list.length - 1] !== word) list.push(word);
}

function queuedPairs(holders: Map<number, number[]>, counts: ReadonlyMap<number, number>): QueuedPair[] {
  const pairs: QueuedPair[] = [];
  for (const [key, words] of holders) {
    const count = counts.get(key) ?? 0;
    if (count > 0) pairs.push({ key, count, words });
  }
  return pairs;
}
