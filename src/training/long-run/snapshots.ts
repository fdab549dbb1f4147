import type { ObjectStore } from '../../storage/object-store';
import { listKeys } from '../../storage/objects';
import type { Progress } from '../optimization/schedule';
import type { RunConfig } from '../run-config';

/** Where the models of a run's way are kept, one folder a step. */
export const SNAPSHOTS = 'snapshots/';

const folderOf = (step: number): string => `${SNAPSHOTS}${String(step).padStart(8, '0')}/`;

/** True when another multiple of `keepEvery` lies between two moments of a run. */
export function snapshotDue(from: Progress, to: Progress, { hours, steps }: RunConfig['keepEvery']): boolean {
  if (steps !== null) return Math.floor(to.step / steps) > Math.floor(from.step / steps);
  if (hours === null) return false;
  const count = ({ seconds }: Progress): number => Math.floor(seconds / 3600 / hours);
  return count(to) > count(from);
}

/** Keeps a model folder of this step. Its `config.json` comes last: a folder with it is whole. */
export async function keepSnapshot(
  store: ObjectStore,
  step: number,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<string> {
  const { 'config.json': config, ...others } = files;
  for (const [name, body] of Object.entries(others)) await store.put(folderOf(step) + name, body);
  await store.put(`${folderOf(step)}config.json`, config);
  return folderOf(step);
}

/** Removes snapshots of steps that a resumed run has not come to: it makes its own. */
export async function dropLaterSnapshots(store: ObjectStore, step: number): Promise<void> {
  for (const key of await listKeys(store, SNAPSHOTS))
    if (Number(key.slice(SNAPSHOTS.length).split('/')[0]) > step) await store.delete(key);
}
