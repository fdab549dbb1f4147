import { z } from 'zod';
import { DataError } from '../../core/errors';
import type { Rng } from '../../core/rng';
import type { FeedState, Mixture, RowFeed } from './feed';
import { noRowLeft } from './mixture';

/** The seeded order of one list of rows. */
interface Deck {
  key: string;
  /** Indices of rows. */
  items: number[];
  epoch: number;
  /** Rows of this epoch already dealt. */
  position: number;
  /** The epoch's permutation, made when it is first needed. */
  order: number[] | null;
}

/** Rows of like length. */
interface Bucket {
  /** Most tokens. */
  length: number;
  clean: Deck;
  buggy: Deck;
}

/** Settings of {@link MemoryFeed}. */
export interface MemoryFeedOptions<Row> {
  /** Ascending. */
  bucketLengths: readonly number[];
  /** Share of rows without a bug until {@link MemoryFeed.setMixture} says otherwise. */
  cleanShare: number;
  /** Tokens of a row. */
  lengthOf: (row: Row) => number;
  /** True for a row without a bug. Default: no row is. */
  isClean?: (row: Row) => boolean;
  /** Weight of a row in a mixture; rows of a side are dealt in proportion. Default 1. */
  weightOf?: (row: Row, mixture: Mixture) => number;
  /** True for a row of a mined fix: what a mixture's `realShare` is of. Default: no row is. */
  isReal?: (row: Row) => boolean;
}

const cursorSchema = z.record(z.string(), z.strictObject({ epoch: z.int(), position: z.int() }));

/**
 * Rows in memory: every bucket has two decks, clean and buggy, each in a seeded permutation an epoch. For validation
 * sets, small data and tests; large data streams.
 */
export class MemoryFeed<Row> implements RowFeed<Row> {
  private readonly buckets: Bucket[];
  private mixture: Mixture;
  /** Of each deck whether the mixture wants some of it. */
  private readonly wanted = new Map<string, boolean>();

  /**
   * @param rng its seed path fixes the permutations
   * @throws DataError when there is no row, or one is longer than the last bucket
   */
  constructor(
    private readonly rows: readonly Row[],
    private readonly options: MemoryFeedOptions<Row>,
    private readonly rng: Rng,
  ) {
    if (rows.length === 0)
      throw new DataError(
        'expected training examples, got none',
        'look at the process stage: what did it drop?',
      );
    const { bucketLengths, lengthOf, isClean = () => false } = options;
    const longest = bucketLengths[bucketLengths.length - 1];
    const decks = bucketLengths.map((length) => ({
      length,
      clean: newDeck(`${length}/clean`),
      buggy: newDeck(`${length}/buggy`),
    }));
    rows.forEach((row, index) => {
      const bucket = decks.find(({ length }) => lengthOf(row) <= length);
      if (!bucket)
        throw new DataError(
          `expected windows of at most ${longest} tokens, got one of ${lengthOf(row)}`,
          'raise train.bucketLengths or lower process.maxTokens',
        );
      bucket[isClean(row) ? 'clean' : 'buggy'].items.push(index);
    });
    this.buckets = decks.filter(({ clean, buggy }) => clean.items.length + buggy.items.length > 0);
    this.mixture = { cleanShare: options.cleanShare };
  }

  get lengths(): number[] {
    return this.buckets.map(({ length }) => length);
  }

  pickBucket(rng: Rng, rowsOf: (length: number) => number): number {
    const weights = this.buckets.map(({ length, clean, buggy }) =>
      this.deals(clean) || this.deals(buggy) ? (clean.items.length + buggy.items.length) / rowsOf(length) : 0,
    );
    return this.buckets[rng.weighted(weights)].length;
  }

  take(length: number, count: number, rng: Rng): Promise<Row[]> {
    return Promise.resolve(this.deal(length, count, rng).map((index) => this.rows[index]));
  }

  /** Indices of the rows that {@link MemoryFeed.take} gives. @throws DataError for a bucket without rows */
  deal(length: number, count: number, rng: Rng): number[] {
    const bucket = this.buckets.find((candidate) => candidate.length === length);
    if (!bucket) throw new DataError(`no examples in the bucket of ${length} tokens`);
    const { clean, buggy } = bucket;
    let cleanCount = Math.floor(count * this.mixture.cleanShare + rng.next());
    if (!this.deals(clean)) cleanCount = 0;
    if (!this.deals(buggy)) cleanCount = count;
    return [
      ...Array.from({ length: cleanCount }, () => this.dealOne(clean)),
      ...Array.from({ length: count - cleanCount }, () => this.dealOne(buggy)),
    ];
  }

  checkMixture(mixture: Mixture): void {
    const { isClean = () => false } = this.options;
    const { cleanShare } = mixture;
    const isLeft = (row: Row): boolean =>
      (isClean(row) ? cleanShare > 0 : cleanShare < 1) && this.isWanted(row, mixture);
    if (!this.rows.some(isLeft)) throw noRowLeft(mixture);
  }

  setMixture(mixture: Mixture): void {
    this.mixture = mixture;
    this.wanted.clear();
    // What an epoch deals depends on the mixture: the decks begin their next one.
    for (const deck of this.decks())
      if (deck.position > 0 || deck.order !== null)
        Object.assign(deck, { epoch: deck.epoch + 1, position: 0, order: null });
  }

  state(): FeedState<Row> {
    return {
      cursor: Object.fromEntries(this.decks().map(({ key, epoch, position }) => [key, { epoch, position }])),
      pending: [],
    };
  }

  restore({ cursor }: FeedState<Row>): Promise<void> {
    const parsed = cursorSchema.safeParse(cursor);
    for (const deck of this.decks()) {
      const saved = parsed.data?.[deck.key];
      if (saved === undefined || saved.position > deck.items.length)
        throw new DataError(
          `checkpoint: expected a cursor for deck ${deck.key} within ${deck.items.length} examples`,
          'the checkpoint belongs to other data; start a new run',
        );
      Object.assign(deck, { epoch: saved.epoch, position: saved.position, order: null });
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private dealOne(deck: Deck): number {
    deck.order ??= this.orderOf(deck);
    while (deck.position === deck.order.length) {
      deck.epoch++;
      deck.position = 0;
      deck.order = this.orderOf(deck);
    }
    return deck.order[deck.position++];
  }

  /** The epoch's permutation of a deck. A row of weight w is in it with probability w / the largest weight. */
  private orderOf(deck: Deck): number[] {
    const rng = this.rng.fork('deck', deck.key, deck.epoch);
    const order = rng.shuffle(deck.items);
    const weights = this.weightsOf(order);
    const most = weights.reduce((a, b) => Math.max(a, b), 0);
    return order.filter((_, i) => rng.next() < weights[i] / most);
  }

  /** Weights of some rows of a deck, those of mined fixes and the others together as the mixture's share says. */
  private weightsOf(indices: readonly number[]): number[] {
    const { weightOf = () => 1, isReal = () => false } = this.options;
    const weights = indices.map((index) => weightOf(this.rows[index], this.mixture));
    const { realShare } = this.mixture;
    if (realShare === undefined) return weights;
    const real = indices.map((index) => isReal(this.rows[index]));
    const sumOf = (want: boolean): number =>
      weights.reduce((sum, w, i) => sum + (real[i] === want ? w : 0), 0);
    const [others, reals] = [sumOf(false), sumOf(true)];
    // Where one kind is missing the other is all there is.
    const shares = others > 0 && reals > 0 ? [(1 - realShare) / others, realShare / reals] : [1, 1];
    return weights.map((w, i) => w * shares[real[i] ? 1 : 0]);
  }

  /** False for a deck of which the mixture wants nothing: its bucket deals the other side alone. */
  private deals({ key, items }: Deck): boolean {
    const known = this.wanted.get(key);
    if (known !== undefined) return known;
    const deals = items.some((index) => this.isWanted(this.rows[index], this.mixture));
    this.wanted.set(key, deals);
    return deals;
  }

  private isWanted(row: Row, mixture: Mixture): boolean {
    const { weightOf = () => 1, isReal = () => false } = this.options;
    const { realShare } = mixture;
    const share = realShare === undefined ? 1 : isReal(row) ? realShare : 1 - realShare;
    return share > 0 && weightOf(row, mixture) > 0;
  }

  private decks(): Deck[] {
    return this.buckets.flatMap(({ clean, buggy }) => [clean, buggy]);
  }
}

const newDeck = (key: string): Deck => ({ key, items: [], epoch: 0, position: 0, order: null });
