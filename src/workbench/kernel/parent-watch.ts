import { isProcessAlive } from '../../core/processes/process-alive';

/** Milliseconds between two looks. */
const LOOK_MS = 500;

/**
 * Ends this process when nobody is left to talk to it: a notebook server or runner that is killed (`kill -9`, power
 * cut of a container) cannot shut its kernels down, and an orphan would go on training into the folders of the next
 * run. Watches the parent process (`JPY_PARENT_PID`, as Jupyter names it: when the watch begins, init may have taken its
 * place) and, when given, the process in `TRM_RUN_PID` (a runner sets it to its own id).
 * @param onOrphaned called once, before the process ends
 * @returns stops watching
 */
export function watchParents(onOrphaned: () => void, env: NodeJS.ProcessEnv = process.env): () => void {
  const parent = Number(env.JPY_PARENT_PID) || process.ppid;
  const runner = Number(env.TRM_RUN_PID) || undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (runner === undefined || isProcessAlive(runner))) return;
    clearInterval(timer);
    onOrphaned();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
