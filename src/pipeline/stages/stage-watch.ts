import { existsSync, readFileSync } from 'node:fs';
import type { ProgressReading } from '../../core/progress';
import { lockHolder } from './lock';
import type { StageFolder } from './stage-folder';

/**
 * Reports the running stage's progress, which the process that works on it keeps in the stage's folder.
 * @param intervalMs milliseconds between looks; default 2000
 * @returns a function that ends the watch
 */
export function watchProgress(
  folder: StageFolder,
  onReading: (reading: ProgressReading) => void,
  intervalMs = 2000,
): () => void {
  let last = '';
  const timer = setInterval(() => {
    if (!existsSync(folder.progress)) return;
    try {
      const text = readFileSync(folder.progress, 'utf8');
      if (text === last) return;
      const reading = JSON.parse(text) as ProgressReading;
      last = text;
      onReading(reading);
    } catch {
      // Caught in the middle of a write or removed: the next look sees the next reading.
    }
  }, intervalMs);
  return () => clearInterval(timer);
}

/**
 * Asks the process that works on a stage (a notebook's kernel, or a training process) to stop, with SIGINT: it keeps
 * what it has and gives the folder back. Once is enough: a second SIGINT means "at once".
 * @returns false when nobody works on the stage
 */
export async function stopHolder(folder: StageFolder): Promise<boolean> {
  const holder = await lockHolder(folder.path);
  if (!holder || holder.pid === process.pid) return false;
  try {
    return process.kill(holder.pid, 'SIGINT');
  } catch {
    // It ended in between.
    return false;
  }
}

/** Waits until nobody works on the stage, at most `waitMs` milliseconds. */
export async function waitForHolder(folder: StageFolder, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (performance.now() < deadline && (await lockHolder(folder.path)))
    await new Promise((wake) => setTimeout(wake, 100));
}
