import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';

/** Most threads or processes that "one a core" asks for: beyond, the one writer of shards is what limits. */
const MOST_BY_DEFAULT = 16;

/** A number of workers from the config: null is one a core. */
export function workerCount(configured: number | null): number {
  return configured ?? Math.min(MOST_BY_DEFAULT, availableParallelism());
}

/**
 * Threads that all run one file, whose default export maps a batch of requests to as many answers. What a batch gives
 * depends on the batch alone, so neither the number of threads nor their timing shows in the result; the caller keeps
 * the order. Threads start with the first batches. Owns them: `close` it.
 */
export class ThreadPool<In, Out> {
  private readonly threads: Piscina<In[], Out[]>;

  /**
   * @param filename compiled file of the thread; it finds `settings` as `workerData` of `piscina`
   * @param settings what structured clone can copy; each thread gets a copy
   * @param count most threads
   */
  constructor(filename: string, settings: object, count: number) {
    this.threads = new Piscina({
      filename,
      workerData: settings,
      minThreads: 0,
      maxThreads: count,
      idleTimeout: Infinity,
    });
  }

  /**
   * The answers to a batch, in its order. Batches wait for a free thread.
   * @throws Error what the thread threw, or how it broke down
   */
  run(batch: In[]): Promise<Out[]> {
    return this.threads.run(batch);
  }

  /** Ends the threads; batches still waiting fail. */
  async close(): Promise<void> {
    await this.threads.destroy();
  }
}
