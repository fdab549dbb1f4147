import { DataError, TrmError } from '../../core/errors';
import { sha256 } from '../../core/hash';
import type { CheckpointRecord } from '../../records/checkpoint';
import type { ObjectStore } from '../../storage/object-store';
import { getText, listKeys } from '../../storage/objects';
import { bestFolder, CHECKPOINTS, keyOf, listCheckpoints, readRecord, RECORD } from '../checkpoint';
import { METRICS_KEY, metricsUntil } from '../metrics-log';
import { DECAY_REQUEST_KEY, EARLY_DECAY_KEY } from './early-decay';

/** Which checkpoint of a run is meant. */
export interface CheckpointPlace {
  folder: string;
  step: number;
}

/** Copies a checkpoint to another run's {@link CHECKPOINTS}, its record last: it is there whole or not at all. */
export async function copyCheckpoint(
  from: ObjectStore,
  { folder, step }: CheckpointPlace,
  to: ObjectStore,
): Promise<void> {
  const record = keyOf(step, RECORD, folder);
  const files = (await listKeys(from, keyOf(step, '', folder))).filter((key) => key !== record);
  for (const key of [...files, record])
    await to.put(keyOf(step, key.slice(key.lastIndexOf('/') + 1)), await from.get(key));
}

/** All that a run goes on from, by key. */
export interface RunState {
  record: CheckpointRecord;
  /** The checkpoint's record comes last. */
  files: Map<string, Uint8Array>;
}

/**
 * Reads what a run goes on from, on whatever machine: its newest whole checkpoint, the weights of the best evaluation so
 * far, a decay that was asked for, and the log up to there. The run may go on meanwhile.
 * @param folder of the checkpoints. Default {@link CHECKPOINTS}
 * @throws DataError when there is no whole checkpoint
 */
export async function readRunState(store: ObjectStore, folder = CHECKPOINTS): Promise<RunState> {
  let why = '';
  for (const step of await listCheckpoints(store, folder)) {
    try {
      const state = await stateAt(store, { folder, step });
      if (state !== null) return state;
      why = `; the one of step ${step} is damaged`;
    } catch (error) {
      // A run that goes on removes old ones, and a damaged one is no reason not to take the one before.
      if (!(error instanceof TrmError)) throw error;
      why = `; the one of step ${step}: ${error.message}`;
    }
  }
  throw new DataError(
    `expected a checkpoint in ${store.location}/${folder}, found none to go on from${why}`,
    'a training writes its first one after train.checkpointEvery steps, or when it is interrupted',
  );
}

async function stateAt(store: ObjectStore, { folder, step }: CheckpointPlace): Promise<RunState | null> {
  const record = await readRecord(store, step, folder);
  if (record === null) return null;
  const files = new Map<string, Uint8Array>();
  for (const [name, hash] of Object.entries(record.files)) {
    const body = await store.get(keyOf(step, name, folder));
    if (sha256(body) !== hash) return null;
    files.set(keyOf(step, name), body);
  }
  const best = record.best === null ? [] : await listKeys(store, bestFolder(record.best.step));
  const decay = folder === CHECKPOINTS ? [EARLY_DECAY_KEY, DECAY_REQUEST_KEY] : [];
  for (const key of [...best, ...decay]) if (await store.exists(key)) files.set(key, await store.get(key));
  files.set(METRICS_KEY, Buffer.from(metricsUntil(await getText(store, METRICS_KEY), step)));
  files.set(keyOf(step, RECORD), await store.get(keyOf(step, RECORD, folder)));
  return { record, files };
}
