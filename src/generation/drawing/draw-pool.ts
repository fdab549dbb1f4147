import { join } from 'node:path';
import { ThreadPool } from '../../core/processes/thread-pool';
import type { Drawn, DrawRequest } from './draw';
import type { DrawWorkerSettings } from './draw-worker';

/** Threads that draw the mutants of functions. */
export type DrawPool = ThreadPool<DrawRequest, Drawn>;

/** Makes a pool of threads that draw mutants. */
export function createDrawPool(threads: number, settings: DrawWorkerSettings): DrawPool {
  const { mutantsPerFunction, bugsPerMutant, maxTokens, weights } = settings;
  const workerData: DrawWorkerSettings = { mutantsPerFunction, bugsPerMutant, maxTokens, weights };
  return new ThreadPool(join(__dirname, 'draw-worker.js'), workerData, threads);
}
