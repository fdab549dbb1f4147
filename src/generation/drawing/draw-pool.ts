import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TrmError } from '../../core/errors';
import type { Drawn, DrawRequest } from './draw';
import type { DrawAnswer, DrawBatch, DrawWorkerSettings } from './draw-worker';

/** Most threads or processes that "one a core" asks for: beyond, the one writer of shards is what limits. */
const MOST_BY_DEFAULT = 16;

/** A number of workers from the config: null is one a core. */
export function workerCount(configured: number | null): number {
  return configured ?? Math.min(MOST_BY_DEFAULT, availableParallelism());
}

interface Waiting {
  resolve: (drawn: Drawn[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Threads that draw mutants. What a batch gives depends on the batch alone, so neither the number of threads nor
 * their timing shows in the result; the caller keeps the order.
 */
export class DrawPool {
  private readonly waiting = new Map<number, Waiting>();
  private readonly queue: DrawBatch[] = [];
  private readonly idle: Worker[];
  private nextId = 0;
  private broken: Error | undefined;

  private constructor(private readonly threads: readonly Worker[]) {
    this.idle = [...threads];
    for (const thread of threads) {
      thread.on('message', (answer: DrawAnswer) => this.settle(thread, answer));
      thread.on('error', (error) => this.fail(error));
      thread.on('exit', (code) => this.fail(new TrmError(`a drawing thread ended with code ${code}`)));
      // Only a batch under way keeps the program running: see `draw`.
      thread.unref();
    }
  }

  /** Starts the threads. */
  static start(threads: number, settings: DrawWorkerSettings): DrawPool {
    const { mutantsPerFunction, bugsPerMutant, maxTokens, weights } = settings;
    const workerData: DrawWorkerSettings = { mutantsPerFunction, bugsPerMutant, maxTokens, weights };
    const file = join(__dirname, 'draw-worker.js');
    return new DrawPool(Array.from({ length: threads }, () => new Worker(file, { workerData })));
  }

  /**
   * Draws the mutants of functions, in their order. Batches wait for a free thread.
   * @throws TrmError when a thread broke down
   */
  draw(requests: DrawRequest[]): Promise<Drawn[]> {
    return new Promise((resolve, reject) => {
      if (this.broken) {
        reject(this.broken);
        return;
      }
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      this.queue.push({ id, requests });
      this.dispatch();
    });
  }

  /** Ends the threads; batches still waiting fail. */
  async close(): Promise<void> {
    this.fail(new TrmError('the drawing threads were closed while a batch was waiting'));
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }

  private dispatch(): void {
    while (this.queue.length > 0 && this.idle.length > 0) {
      const thread = this.idle.pop() as Worker;
      thread.ref();
      thread.postMessage(this.queue.shift());
    }
  }

  private settle(thread: Worker, answer: DrawAnswer): void {
    thread.unref();
    this.idle.push(thread);
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(answer.error);
    else waiting?.resolve(answer.drawn);
    this.dispatch();
  }

  /** Without one of its threads the pool is of no use: all that waits fails. */
  private fail(error: Error): void {
    this.broken ??= error;
    this.queue.length = 0;
    for (const { reject } of this.waiting.values()) reject(this.broken);
    this.waiting.clear();
  }
}
