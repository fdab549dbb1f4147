import type { Rng } from '../../core/rng';
import type { Tier } from '../../records/mined-fix';

/**
 * How often rows of mined fixes are dealt by tier, beside each other: about as many of them are fixes by themselves, read by hand
 * (A 96 %, B 37 %; of C, commits that speak of a fix in passing, fewer).
 */
export const DEFAULT_TIER_WEIGHTS: Readonly<Record<Tier, number>> = { A: 1, B: 0.4, C: 0.2 };

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
  /**
   * Share of rows that come of mined fixes, 0..1: of the bugs, and of the clean rows (their mended forms) alike. Absent: as
   * many as there are.
   */
  realShare?: number;
  /** Weights of their tiers; what is not named has that of {@link DEFAULT_TIER_WEIGHTS}. */
  tiers?: Readonly<Partial<Record<Tier, number>>>;
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
