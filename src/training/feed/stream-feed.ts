import { z } from 'zod';
import { DataError, TrmError } from '../../core/errors';
import { canonicalJson } from '../../core/hash';
import type { Rng } from '../../core/rng';
import type { Example } from '../../records/example';
import { TIERS } from '../../records/mined-fix';
import { exampleOfRow } from '../../shards/example-columns';
import {
  blockReader,
  bytesOfBlock,
  rowsOfBlock,
  type BlockPosition,
  type BlockRow,
  type RowCount,
} from './block';
import type { FeedState, Mixture, RowFeed } from './feed';
import { bucketOf, leavesBugs, leavesRows, planMixture, type MixturePlan } from './mixture';
import { rowShare } from './order';
import { unpackRow } from './pack';
import { Prefetcher, type PositionedBlock, type WaitFigures } from './prefetch';
import { EXAMPLE_LAYOUT } from './shard-source';
import { nextPosition, type SourceSettings } from './source';

/** Settings of {@link StreamFeed.open}. */
export interface StreamFeedOptions {
  /** Ascending. */
  bucketLengths: readonly number[];
  /** Share of rows without a bug until {@link StreamFeed.setMixture} says otherwise. */
  cleanShare: number;
}

/** What went through a feed since it was opened or restored. */
export interface StreamFigures extends WaitFigures {
  epoch: number;
  /** Rows read, dealt or put into a queue, and dealt more than once in their epoch. */
  rows: number;
  queued: number;
  repeated: number;
  /** Rows left out, by reason: `mixture` (thinned), `queue_full`, and what the source dropped. */
  dropped: Readonly<Record<string, number>>;
  /** Bytes of the block that is being dealt. */
  blockBytes: number;
}

const cursorSchema = z.strictObject({
  identity: z.string(),
  epoch: z.int().nonnegative(),
  block: z.int().nonnegative(),
  /** Rows of the block that were taken. */
  offset: z.int().nonnegative(),
  /** Expected rows by bucket, clean and buggy: what buckets are drawn by. */
  supply: z.array(z.strictObject({ clean: z.number(), buggy: z.number() })),
  /** False when the block is yet to be made. */
  opened: z.boolean(),
  mixture: z.strictObject({
    families: z.record(z.string(), z.number()).optional(),
    types: z.record(z.string(), z.number()).optional(),
    difficulties: z.array(z.number()).optional(),
    cleanShare: z.number(),
    realShare: z.number().optional(),
    tiers: z.partialRecord(z.enum(TIERS), z.number()).optional(),
  }),
});

/** Epochs without a single row for a request after which it is given up. */
const PATIENCE = 20;

interface Queues {
  clean: Example[];
  buggy: Example[];
}

/** The block that is being dealt. */
interface OpenBlock extends PositionedBlock {
  rows: number;
  offset: number;
  row: (index: number) => BlockRow;
}

/**
 * Rows of a source that a thread reads ahead. Rows are taken from the stream one by one into a queue of their bucket,
 * clean and buggy apart, until a request can be served; so what is dealt depends on the seed and on the requests
 * alone. A state is a position in the stream and the rows that wait; going on from it reads one block again.
 */
export class StreamFeed implements RowFeed<Example> {
  readonly lengths: readonly number[];
  private readonly queues: Queues[];
  private mixture: Mixture;
  private plan: MixturePlan;
  private open: OpenBlock | null = null;
  /** Where the block behind the open one stands. */
  private upcoming: BlockPosition = { epoch: 0, block: 0 };
  private busy = false;
  private counted = { rows: 0, queued: 0, repeated: 0 };
  private readonly left: Record<string, number> = {};

  private constructor(
    private readonly settings: SourceSettings,
    private readonly options: StreamFeedOptions,
    private readonly prefetcher: Prefetcher,
    first: PositionedBlock,
  ) {
    const { bucketLengths, cleanShare } = options;
    this.queues = bucketLengths.map(() => ({ clean: [], buggy: [] }));
    this.mixture = { cleanShare };
    this.plan = this.planOf(this.mixture, first.block.counts);
    this.enter(first);
    // A source without end may have rows for any bucket later on.
    const { supply } = this.plan;
    this.lengths = bucketLengths.filter((_, i) => this.plansByBlock || supply[i].clean + supply[i].buggy > 0);
  }

  /**
   * Starts the thread and waits for its first block.
   * @throws DataError what the source says against its data
   */
  static async open(settings: SourceSettings, options: StreamFeedOptions): Promise<StreamFeed> {
    const prefetcher = await Prefetcher.open(settings);
    try {
      prefetcher.seek({ epoch: 0, block: 0 }, { cleanShare: options.cleanShare });
      return new StreamFeed(settings, options, prefetcher, await prefetcher.next());
    } catch (error) {
      await prefetcher.close();
      throw error;
    }
  }

  pickBucket(rng: Rng, rowsOf: (length: number) => number): number {
    const { bucketLengths } = this.options;
    const weights = bucketLengths.map((length, i) => {
      const [{ clean, buggy }, queues] = [this.plan.supply[i], this.queues[i]];
      // Buckets with batches in store are drawn more often: pure chance would let some queues overflow.
      const stored = (queues.clean.length + queues.buggy.length) / rowsOf(length);
      return ((clean + buggy) / rowsOf(length)) * (0.25 + stored);
    });
    return bucketLengths[rng.weighted(weights)];
  }

  async take(length: number, count: number, rng: Rng): Promise<Example[]> {
    if (this.busy) throw new TrmError('the feed was asked for rows while it was still gathering others');
    const bucket = this.options.bucketLengths.indexOf(length);
    const supply = this.plan.supply[bucket] as MixturePlan['supply'][number] | undefined;
    if (!supply || supply.clean + supply.buggy === 0)
      throw new DataError(`no examples in the bucket of ${length} tokens`);
    let clean = Math.floor(count * this.mixture.cleanShare + rng.next());
    if (supply.clean === 0) clean = 0;
    if (supply.buggy === 0) clean = count;
    this.busy = true;
    try {
      await this.gather(bucket, { clean, buggy: count - clean });
    } finally {
      this.busy = false;
    }
    const queues = this.queues[bucket];
    return [...queues.clean.splice(0, clean), ...queues.buggy.splice(0, count - clean)];
  }

  setMixture(mixture: Mixture): void {
    if (canonicalJson(mixture) === canonicalJson(this.mixture)) return;
    this.mixture = mixture;
    if (this.plansByBlock) {
      // Blocks are made for a mixture: those under way are of the old one.
      this.open = null;
      this.prefetcher.seek(this.upcoming, mixture);
    } else {
      this.plan = this.planOf(mixture);
    }
  }

  checkMixture(mixture: Mixture): void {
    if (!this.plansByBlock) this.planOf(mixture);
    else if (mixture.cleanShare < 1 && !leavesBugs(mixture, this.settings.config.mutations))
      throw new DataError(
        `the mixture ${JSON.stringify(mixture)} leaves no bug to plant`,
        'give a family, type or difficulty that train.feed.mutations plants a weight above 0, or cleanShare 1',
      );
  }

  state(): FeedState<Example> {
    const { epoch, block } = this.open?.position ?? this.upcoming;
    const { identity } = this.prefetcher.info;
    const { supply } = this.plan;
    const [opened, offset] = [this.open !== null, this.open?.offset ?? 0];
    const cursor = { identity, epoch, block, offset, opened, supply, mixture: this.mixture };
    return { cursor, pending: this.queues.flatMap(({ clean, buggy }) => [...clean, ...buggy]) };
  }

  async restore({ cursor, pending }: FeedState<Example>): Promise<void> {
    const parsed = cursorSchema.safeParse(cursor);
    if (!parsed.success || parsed.data.identity !== this.prefetcher.info.identity)
      throw new DataError(
        'checkpoint: expected a position in this training data, got one in other data',
        'data, seed or train.feed changed since; start a new run',
      );
    const { epoch, block, offset, opened, supply, mixture } = parsed.data;
    this.mixture = mixture;
    this.upcoming = { epoch, block };
    this.open = null;
    for (const { clean, buggy } of this.queues) clean.length = buggy.length = 0;
    for (const example of pending) this.queueOf(example).push(example);
    this.prefetcher.seek({ epoch, block }, mixture);
    this.plan = this.plansByBlock ? { supply, repeats: () => 0 } : this.planOf(this.mixture);
    if (opened) this.enter(await this.prefetcher.next(), offset);
  }

  close(): Promise<void> {
    return this.prefetcher.close();
  }

  dropped(): Readonly<Record<string, number>> {
    return { ...this.left };
  }

  /** What went through so far. */
  figures(): StreamFigures {
    return {
      ...this.prefetcher.figures,
      ...this.counted,
      epoch: this.open?.position.epoch ?? this.upcoming.epoch,
      dropped: this.dropped(),
      blockBytes: this.open ? bytesOfBlock(this.open.block) : 0,
    };
  }

  /** True for sources that make their rows for the mixture, block by block. */
  private get plansByBlock(): boolean {
    return this.settings.kind === 'mutations';
  }

  /** Takes rows from the stream until the queues of a bucket hold what is wanted. */
  private async gather(bucket: number, wanted: { clean: number; buggy: number }): Promise<void> {
    const queues = this.queues[bucket];
    const enough = (): boolean => queues.clean.length >= wanted.clean && queues.buggy.length >= wanted.buggy;
    const patience = PATIENCE * Math.max(1000, this.prefetcher.info.rows);
    const waiting = (): number => queues.clean.length + queues.buggy.length;
    for (let taken = 0, had = waiting(); !enough(); taken++) {
      if (waiting() > had) [taken, had] = [0, waiting()];
      if (taken > patience)
        throw new DataError(
          `expected ${wanted.clean} clean and ${wanted.buggy} buggy rows of at most ` +
            `${this.options.bucketLengths[bucket]} tokens, got ${queues.clean.length} and ${queues.buggy.length} ` +
            `and no more among ${taken} rows`,
          'the mixture is too narrow for the data: widen it or change train.cleanShare',
        );
      if (!this.open || this.open.offset === this.open.rows) this.enter(await this.prefetcher.next());
      this.takeRow(this.open as OpenBlock, bucket, wanted);
    }
  }

  /** Moves the next row of the open block into its queue, as often as the mixture wants it. */
  private takeRow(open: OpenBlock, bucket: number, wanted: { clean: number; buggy: number }): void {
    if (open.offset === open.rows) return;
    const row = open.row(open.offset++);
    this.counted.rows++;
    const at = bucketOf(row.length, this.options.bucketLengths);
    const repeats = this.plan.repeats(at, row);
    const share = rowShare(this.settings.seed, open.position.epoch, row.number);
    const copies = Math.floor(repeats) + (share < repeats % 1 ? 1 : 0);
    if (copies === 0) return this.drop('mixture');
    const side = row.clean ? 'clean' : 'buggy';
    const queue = this.queues[at][side];
    const room = Math.max(this.settings.config.queueRows, at === bucket ? wanted[side] : 0);
    for (let copy = 0; copy < copies; copy++) {
      if (queue.length >= room) {
        if (copy === 0) this.drop('queue_full');
        return;
      }
      // A copy of its own, too: rows are views of memory that the next batch may still hold.
      queue.push(exampleOfRow(unpackRow(EXAMPLE_LAYOUT, row.record())));
      this.counted[copy === 0 ? 'queued' : 'repeated']++;
    }
  }

  private enter(positioned: PositionedBlock, offset = 0): void {
    const { position, block } = positioned;
    // A block may hold nothing of what is wanted, the last few functions of an epoch for instance.
    if (block.counts && leavesRows(block.counts, this.mixture))
      this.plan = this.planOf(this.mixture, block.counts);
    this.upcoming = nextPosition(position, block);
    this.open = {
      position,
      block,
      rows: rowsOfBlock(block),
      offset,
      row: blockReader(block, EXAMPLE_LAYOUT),
    };
    for (const [reason, count] of Object.entries(block.dropped)) this.drop(reason, count);
  }

  /** @param made counts of a block whose rows were made for the mixture, and have its weights already */
  private planOf(wanted: Mixture, made?: readonly RowCount[]): MixturePlan {
    const mixture = made ? { cleanShare: wanted.cleanShare } : wanted;
    const { maxRepeats } = this.settings.config;
    const counts = made ?? this.prefetcher.info.counts;
    return planMixture(counts, { bucketLengths: this.options.bucketLengths, mixture, maxRepeats });
  }

  private queueOf({ length, target }: Example): Example[] {
    const queues = this.queues[bucketOf(length, this.options.bucketLengths)];
    return target.location === 0 ? queues.clean : queues.buggy;
  }

  private drop(reason: string, count = 1): void {
    this.left[reason] = (this.left[reason] ?? 0) + count;
  }
}
