import type { Rng } from '../../core/rng';

/** What a curriculum phase changes about the data. Weights are relative; what is not named has weight 1. */
export interface Mixture {
  /** Weights of bug families. */
  families?: Readonly<Record<string, number>>;
  /** Weights of bug types by taxonomy id. */
  types?: Readonly<Record<string, number>>;
  /** Weights of the difficulties 1..5. */
  difficulties?: readonly number[];
  /** Share of rows without a bug, 0..1. */
  cleanShare: number;
}

/** Where a feed stands between two requests; what checkpoints keep of it. */
export interface FeedState<Row> {
  /** JSON-safe position in the seeded order. */
  cursor: unknown;
  /** Rows taken from the stream and not dealt yet. */
  pending: Row[];
}

/**
 * Where training rows come from: lists in memory, shards on disk, mutations made on the fly. What a feed deals depends
 * on its seed and on the requests alone, never on the timing of threads, so a saved state resumes it exactly.
 */
export interface RowFeed<Row> {
  /** Lengths of the buckets that have rows, ascending: a bucket holds rows of at most its length. */
  readonly lengths: readonly number[];
  /**
   * Draws the bucket of the next batch, in proportion to the batches it takes to deal it once.
   * @param rowsOf rows of a batch from a bucket
   */
  pickBucket(rng: Rng, rowsOf: (length: number) => number): number;
  /** The next `count` rows of a bucket, `cleanShare` of them clean (rounded at random); epochs follow each other. */
  take(length: number, count: number, rng: Rng): Promise<Row[]>;
  /** Refuses a mixture that a later phase would fail on. @throws DataError when it leaves nothing to deal */
  checkMixture(mixture: Mixture): void;
  /** Changes the mixture of the rows that follow: a new phase of the curriculum. */
  setMixture(mixture: Mixture): void;
  state(): FeedState<Row>;
  /** Continues from a saved state. @throws DataError when it belongs to other data */
  restore(state: FeedState<Row>): Promise<void>;
  /** Rows left out since the feed was opened, by reason. */
  dropped?(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}
