import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TrmError } from '../../core/errors';
import type { BlockPosition, RowBlock } from './block';
import type { Mixture } from './feed';
import type { FromThread, SourceInfo, SourceSettings, ToThread } from './source';
import { fromWire } from './wire-error';

/** A block with its position. */
export interface PositionedBlock {
  position: BlockPosition;
  block: RowBlock;
}

/** How often and how long the trainer had to wait for the thread. */
export interface WaitFigures {
  /** Blocks taken. */
  blocks: number;
  /** Blocks that were not there yet when they were asked for. */
  waits: number;
  /** Wall seconds of these waits. */
  waitSeconds: number;
}

interface Waiting {
  resolve: (block: PositionedBlock) => void;
  reject: (error: Error) => void;
}

/**
 * The blocks of a source that a thread makes ahead: at most `prefetchBlocks` stand ready or are being made, beside the
 * one that was handed out last. Owns a thread: call `close`.
 */
export class Prefetcher {
  readonly figures: WaitFigures = { blocks: 0, waits: 0, waitSeconds: 0 };
  private readonly ready: PositionedBlock[] = [];
  private generation = 0;
  private waiting: Waiting | null = null;
  private broken: Error | null = null;

  private constructor(
    private readonly thread: Worker,
    readonly info: SourceInfo,
    private readonly ahead: number,
  ) {
    thread.on('message', (message: FromThread) => this.receive(message));
    thread.on('error', (error: Error) => this.fail(error));
    thread.on('exit', (code) => this.fail(new TrmError(`the feed's thread ended with code ${code}`)));
    // Only a trainer that waits keeps the program running.
    thread.unref();
  }

  /**
   * Starts the thread and opens the source in it.
   * @throws DataError what the source says against its data
   */
  static async open(settings: SourceSettings): Promise<Prefetcher> {
    const thread = new Worker(join(__dirname, 'worker.js'), { workerData: settings });
    const [message] = (await once(thread, 'message')) as [FromThread];
    if (message.kind === 'open') return new Prefetcher(thread, message.info, settings.config.prefetchBlocks);
    await once(thread, 'exit');
    throw message.kind === 'error' ? fromWire(message.error) : new TrmError('the feed sent a block unasked');
  }

  /** Goes on at another position or with another mixture; what was made ahead is thrown away. */
  seek(position: BlockPosition, mixture: Mixture): void {
    this.generation++;
    this.ready.length = 0;
    const credits = this.ahead;
    this.tell({ kind: 'seek', generation: this.generation, position, mixture, credits });
  }

  /** The next block. Not to be called again before it is there. @throws what went wrong in the thread */
  async next(): Promise<PositionedBlock> {
    this.figures.blocks++;
    const block = this.ready.shift() ?? (await this.wait());
    this.tell({ kind: 'credit' });
    return block;
  }

  /** Ends the thread and what it started. */
  async close(): Promise<void> {
    if (this.thread.threadId < 0) return;
    this.broken ??= new TrmError('the feed was closed');
    const ended = once(this.thread, 'exit');
    this.thread.ref();
    this.tell({ kind: 'close' });
    await ended;
  }

  private async wait(): Promise<PositionedBlock> {
    if (this.broken) throw this.broken;
    const started = performance.now();
    this.thread.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.waiting = { resolve, reject };
      });
    } finally {
      this.waiting = null;
      this.thread.unref();
      this.figures.waits++;
      this.figures.waitSeconds += (performance.now() - started) / 1000;
    }
  }

  private receive(message: FromThread): void {
    if (message.kind === 'error') return this.fail(fromWire(message.error));
    if (message.kind !== 'block' || message.generation !== this.generation) return;
    const { position, block } = message;
    if (this.waiting) this.waiting.resolve({ position, block });
    else this.ready.push({ position, block });
  }

  private fail(error: Error): void {
    this.broken ??= error;
    this.waiting?.reject(this.broken);
  }

  private tell(message: ToThread): void {
    this.thread.postMessage(message);
  }
}
