import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { Drawn, DrawRequest } from './draw';
import type { DrawWorkerSettings } from './draw-worker';

/** Most threads or processes that "one a core" asks for: beyond, the one writer of shards is what limits. */
const MOST_BY_DEFAULT = 16;

/** A number of workers from the config: null is one a core. */
export function workerCount(configured: number | null): number {
  return configured ?? Math.min(MOST_BY_DEFAULT, availableParallelism());
}

/**
 * Threads that draw mutants. What a batch gives depends on the batch alone, so neither the number of threads nor
 * their timing shows in the result; the caller keeps the order.
 */
export class DrawPool {
  private constructor(private readonly threads: Piscina<DrawRequest[], Drawn[]>) {}

  /** Starts the threads. */
  static start(threads: number, settings: DrawWorkerSettings): DrawPool {
    const { mutantsPerFunction, bugsPerMutant, maxTokens, weights } = settings;
    const workerData: DrawWorkerSettings = { mutantsPerFunction, bugsPerMutant, maxTokens, weights };
    const filename = join(__dirname, 'draw-worker.js');
    return new DrawPool(
      new Piscina({ filename, workerData, minThreads: threads, maxThreads: threads, idleTimeout: Infinity }),
    );
  }

  /**
   * Draws the mutants of functions, in their order. Batches wait for a free thread.
   * @throws Error what a mutator threw, or how a thread broke down
   */
  draw(requests: DrawRequest[]): Promise<Drawn[]> {
    return this.threads.run(requests);
  }

  /** Ends the threads; batches still waiting fail. */
  async close(): Promise<void> {
    await this.threads.destroy();
  }
}
