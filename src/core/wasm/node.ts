/** Where the WebAssembly kernels find modules and threads in Node; as a worker, one of those threads. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { join } from 'node:path';
import { serve, type ThreadStart, type WasmHost } from './module';

/** What says that a worker is one of ours: its data has this key. */
const KEY = 'trmWasmThread';

/**
 * @param folder where native/build-wasm.mjs puts the modules
 * @param threads default: the processor cores, or `TF_NUM_INTRAOP_THREADS` as for the native kernels
 */
export function nodeHost(folder: string, threads?: number): WasmHost {
  const asked = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return {
    read: (set) => readFile(join(folder, `trm_kernels.${set}.wasm`)),
    threads: threads ?? (asked > 0 ? asked : availableParallelism()),
    maySleep: true,
    startThread,
  };
}

/** The thread does not keep the process alive. */
async function startThread(start: ThreadStart): Promise<{ stop(): Promise<void> }> {
  const worker = new Worker(__filename, { workerData: { [KEY]: start }, execArgv: [] });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  worker.unref();
  return { stop: () => worker.terminate().then(() => undefined) };
}

const start = (workerData as Record<string, ThreadStart> | null)?.[KEY];
if (!isMainThread && start) void serve(start, () => parentPort?.postMessage('ready'));
