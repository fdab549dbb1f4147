import { DataError } from '../core/errors';
import type { Rng } from '../core/rng';
import type { Example } from '../records/example';
import type { CheckpointRecord } from '../records/checkpoint';

/** The seeded order of one list of examples. */
interface Deck {
  key: string;
  /** Indices of examples. */
  items: number[];
  epoch: number;
  /** Examples of this epoch already dealt. */
  position: number;
  /** The epoch's permutation, made when it is first needed. */
  order: number[] | null;
}

/** Examples of like length. */
interface Bucket {
  /** Most tokens. */
  length: number;
  clean: Deck;
  buggy: Deck;
}

/**
 * Deals training examples: every bucket has two decks, clean and buggy, each in a seeded permutation an epoch. The
 * order depends on seed and cursor only, so a saved cursor resumes it exactly.
 */
export class BatchSource {
  private readonly buckets: Bucket[];

  /**
   * @param rng its seed path fixes the permutations
   * @throws DataError when there is no example, or one is longer than the last bucket
   */
  constructor(
    readonly examples: readonly Example[],
    private readonly options: { bucketLengths: readonly number[]; batchTokens: number; cleanShare: number },
    private readonly rng: Rng,
  ) {
    if (examples.length === 0)
      throw new DataError(
        'expected training examples, got none',
        'look at the process stage: what did it drop?',
      );
    const { bucketLengths } = options;
    const longest = bucketLengths[bucketLengths.length - 1];
    const decks = bucketLengths.map((length) => ({
      length,
      clean: newDeck(`${length}/clean`),
      buggy: newDeck(`${length}/buggy`),
    }));
    examples.forEach((example, index) => {
      const bucket = decks.find(({ length }) => example.length <= length);
      if (!bucket)
        throw new DataError(
          `expected windows of at most ${longest} tokens, got one of ${example.length}`,
          'raise train.bucketLengths or lower process.maxTokens',
        );
      bucket[example.target.location === 0 ? 'clean' : 'buggy'].items.push(index);
    });
    this.buckets = decks.filter(({ clean, buggy }) => clean.items.length + buggy.items.length > 0);
  }

  /** Lengths of the buckets that have examples. */
  get lengths(): number[] {
    return this.buckets.map(({ length }) => length);
  }

  /** Rows of a batch from a bucket. */
  rowsOf(length: number): number {
    return Math.max(1, Math.floor(this.options.batchTokens / length));
  }

  /**
   * Draws a bucket in proportion to the batches it takes to deal it once.
   * @param rng a stream whose state is saved with the cursor
   */
  pickBucket(rng: Rng): number {
    const weights = this.buckets.map(
      ({ length, clean, buggy }) => (clean.items.length + buggy.items.length) / this.rowsOf(length),
    );
    return this.buckets[rng.weighted(weights)].length;
  }

  /** Deals `count` indices of examples from a bucket, `cleanShare` of them clean (rounded at random). */
  deal(length: number, count: number, rng: Rng): number[] {
    const bucket = this.buckets.find((candidate) => candidate.length === length);
    if (!bucket) throw new DataError(`no examples in the bucket of ${length} tokens`);
    const { clean, buggy } = bucket;
    let cleanCount = Math.floor(count * this.options.cleanShare + rng.next());
    if (clean.items.length === 0) cleanCount = 0;
    if (buggy.items.length === 0) cleanCount = count;
    return [
      ...Array.from({ length: cleanCount }, () => this.dealOne(clean)),
      ...Array.from({ length: count - cleanCount }, () => this.dealOne(buggy)),
    ];
  }

  private dealOne(deck: Deck): number {
    if (deck.position === deck.items.length) {
      deck.epoch++;
      deck.position = 0;
      deck.order = null;
    }
    deck.order ??= this.rng.fork('deck', deck.key, deck.epoch).shuffle(deck.items);
    return deck.order[deck.position++];
  }

  /** Where the order stands, for checkpoints. */
  cursor(): CheckpointRecord['cursor'] {
    return Object.fromEntries(this.decks().map(({ key, epoch, position }) => [key, { epoch, position }]));
  }

  /** Continues from a saved cursor. @throws DataError when it belongs to other data */
  restore(cursor: CheckpointRecord['cursor']): void {
    for (const deck of this.decks()) {
      const saved = cursor[deck.key];
      if (saved === undefined || saved.position > deck.items.length)
        throw new DataError(
          `checkpoint: expected a cursor for deck ${deck.key} within ${deck.items.length} examples`,
          'the checkpoint belongs to other data; start a new run',
        );
      Object.assign(deck, { epoch: saved.epoch, position: saved.position, order: null });
    }
  }

  private decks(): Deck[] {
    return this.buckets.flatMap(({ clean, buggy }) => [clean, buggy]);
  }
}

const newDeck = (key: string): Deck => ({ key, items: [], epoch: 0, position: 0, order: null });
