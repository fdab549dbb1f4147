import { join } from 'node:path';
import { ThreadPool, workerCount } from '../../core/processes/thread-pool';
import type { UnnamedFix } from '../admission/classify-fix';

/** Threads that name the bug types of mined fixes; null where none explains a fix. */
export type NamePool = ThreadPool<UnnamedFix, string | null>;

/** Makes a pool of threads, one a core, that name bug types. */
export function createNamePool(): NamePool {
  return new ThreadPool(join(__dirname, 'name-worker.js'), {}, workerCount(null));
}
