import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from './files';

/** Run id: `<UTC yyyymmdd-hhmmss>-<experiment>-<4 hex>`. Sorts by time. */
export function newRunId(
  experiment: string,
  now = new Date(),
  suffix = randomBytes(2).toString('hex'),
): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${experiment}-${suffix}`;
}

/** How a run stands: `DONE` or `FAILED` file present, or neither (running or cut off). */
export type RunState = 'done' | 'failed' | 'unfinished';

/** Reads the state of a run folder. */
export function runState(folder: string): RunState {
  if (existsSync(join(folder, 'DONE'))) return 'done';
  return existsSync(join(folder, 'FAILED')) ? 'failed' : 'unfinished';
}

/** Makes a new run folder below `runs` and returns its path. */
export async function createRunFolder(runs: string, experiment: string): Promise<string> {
  const folder = join(runs, newRunId(experiment));
  await makeFolder(folder);
  return folder;
}

/** Marks a run as done or failed; `text` says how it ended. A later mark replaces the other one. */
export async function markRun(folder: string, state: 'done' | 'failed', text: string): Promise<void> {
  await writeFileAtomic(join(folder, state === 'done' ? 'DONE' : 'FAILED'), `${text}\n`);
  await rm(join(folder, state === 'done' ? 'FAILED' : 'DONE'), { force: true });
}

/** Run folders of an experiment (all when undefined), newest first; files and dangling links of such names are none. */
export async function listRuns(runs: string, experiment?: string): Promise<string[]> {
  if (!existsSync(runs)) return [];
  const pattern = /^\d{8}-\d{6}-(.+)-[0-9a-f]{4}$/;
  return (await readdir(runs))
    .filter((name) => {
      const match = pattern.exec(name);
      return match !== null && (experiment === undefined || match[1] === experiment);
    })
    .sort()
    .reverse()
    .map((name) => join(runs, name))
    .filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

/** Text of a run's DONE or FAILED mark, or undefined; of one that cannot be read, why. */
export async function readMark(folder: string): Promise<string | undefined> {
  const state = runState(folder);
  if (state === 'unfinished') return undefined;
  try {
    return (await readFile(join(folder, state === 'done' ? 'DONE' : 'FAILED'), 'utf8')).trim();
  } catch (error) {
    return `(cannot be read: ${(error as Error).message})`;
  }
}
