import { setImmediate } from 'node:timers/promises';
import { interrupted, throwIfAborted } from '../errors';

/**
 * Lets the event loop turn once, then stops if `signal` is aborted. Work that only awaits what is ready already never
 * turns it, and no signal of the system arrives in between: call this between units of work of some 100 ms.
 * @throws InterruptedError when the signal is aborted
 */
export async function breathe(signal: AbortSignal | undefined, task?: string): Promise<void> {
  await setImmediate();
  throwIfAborted(signal, task);
}

/**
 * The result of `work`, or InterruptedError as soon as `signal` is aborted; the work itself goes on unheard, so close
 * what it uses.
 * @throws InterruptedError when the signal is aborted first
 */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  task?: string,
): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(interrupted(task));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
