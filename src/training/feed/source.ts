import type { BlockPosition, RowBlock, RowCount } from './block';
import type { Mixture } from './feed';
import type { RowSizes } from './check-row';
import type { FeedConfig } from './config';

/** What the feed's thread is started with. Everything in it can be sent to a thread. */
export interface SourceSettings {
  kind: 'shards' | 'mutations';
  config: FeedConfig;
  /** Fixes the order of rows and the mutations. */
  seed: number;
  /** Files to read, in order: example shards, or sample shards for `mutations`. */
  paths: string[];
  /** Sample shards of the other splits: programs that no mutation may give. For `mutations` only. */
  heldOut: string[];
  /** Shards of the contexts of the samples' files. For `mutations` only. */
  contexts: string[];
  /** Longest window of the last bucket, in tokens. */
  longest: number;
  sizes: RowSizes;
  /** What the footers of the shards must say: key -> value. */
  footer: Record<string, string>;
  /** Path of the interpreter that judges. For `mutations` only. */
  python: string;
  /** Texts of tokenizer.json and closed.json; null for `shards`, which are encoded already. */
  vocabularies: { tokenizer: string; closed: string } | null;
}

/** What is known of a source once it is open. */
export interface SourceInfo {
  /** Rows of an epoch; for `mutations` functions. */
  rows: number;
  /** The rows by kind; empty where blocks bring their own counts. */
  counts: RowCount[];
  /** Changes when the same position would give other rows. */
  identity: string;
}

/** Makes blocks of rows inside the feed's thread. */
export interface BlockSource {
  readonly info: SourceInfo;
  /** The block of a position. Depends on its arguments alone; `mixture` is for sources whose blocks have counts. */
  read(position: BlockPosition, mixture: Mixture): Promise<RowBlock>;
  close(): Promise<void>;
}

/** To the thread. `seek` starts the sequence anew and sets the blocks it may be ahead; `credit` allows one more. */
export type ToThread =
  | { kind: 'seek'; generation: number; position: BlockPosition; mixture: Mixture; credits: number }
  | { kind: 'credit' }
  | { kind: 'close' };

/** From the thread. */
export type FromThread =
  | { kind: 'open'; info: SourceInfo }
  | { kind: 'block'; generation: number; position: BlockPosition; block: RowBlock }
  | { kind: 'error'; error: WireError };

/** An error on its way between threads, which would lose its class. */
export interface WireError {
  name: string;
  message: string;
  hint?: string;
  stack?: string;
}

/** The position behind a block. */
export function nextPosition(
  { epoch, block }: BlockPosition,
  { endsEpoch }: Pick<RowBlock, 'endsEpoch'>,
): BlockPosition {
  return endsEpoch ? { epoch: epoch + 1, block: 0 } : { epoch, block: block + 1 };
}
