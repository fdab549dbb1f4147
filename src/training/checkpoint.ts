import { DataError, TrmError } from '../core/errors';
import { parseJson } from '../core/files';
import { canonicalJson, sha256 } from '../core/hash';
import {
  CHECKPOINT_VERSION,
  checkpointSchema,
  type ArtefactHashes,
  type CheckpointRecord,
} from '../records/checkpoint';
import type { ObjectStore } from '../storage/stage';
import type { ModelConfig } from '../trm/config';
import { readWeights, storedWeights } from '../trm/model';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../trm/safetensors';
import type { TrainConfig } from './config';
import type { TrainerSnapshot } from './trainer';

const FOLDER = 'checkpoints/';
const RECORD = 'checkpoint.json';

/** What identifies a run: a checkpoint of another one is refused. */
export interface RunIdentity {
  model: ModelConfig;
  training: TrainConfig;
  hashes: ArtefactHashes;
}

/** A run's state between two optimizer steps. */
export interface CheckpointState {
  snapshot: TrainerSnapshot;
  /** Wall seconds of training so far. */
  seconds: number;
  /** Best validation score so far and its step. */
  best: CheckpointRecord['best'];
}

const keyOf = (step: number, file: string): string => `${FOLDER}${String(step).padStart(8, '0')}/${file}`;

/**
 * Writes `checkpoints/<step>/`: safetensors files first, then `checkpoint.json` with their hashes. A checkpoint
 * without that file does not count, so a stop at any moment leaves whole ones only. Older ones beyond `keep` go.
 */
export async function writeCheckpoint(
  store: ObjectStore,
  { model, training, hashes }: RunIdentity,
  { snapshot, seconds, best }: CheckpointState,
  keep: number,
): Promise<void> {
  const { step, samplesSeen, random, cursor, pools } = snapshot;
  const named = (flat: Float32Array, prefix = ''): Record<string, StoredTensor> =>
    Object.fromEntries(Object.entries(storedWeights(flat, model)).map(([name, t]) => [prefix + name, t]));
  const contents: Record<string, Record<string, StoredTensor>> = {
    'weights.safetensors': named(snapshot.weights),
    'ema.safetensors': named(snapshot.ema),
    'optimizer.safetensors': { ...named(snapshot.m, 'm.'), ...named(snapshot.v, 'v.') },
    'carries.safetensors': carryTensors(snapshot, model.width),
  };
  const files: Record<string, string> = {};
  for (const [file, tensors] of Object.entries(contents)) {
    const bytes = encodeSafetensors(tensors);
    files[file] = sha256(bytes);
    await store.put(keyOf(step, file), bytes);
  }
  const record: CheckpointRecord = {
    version: CHECKPOINT_VERSION,
    step,
    seconds,
    samplesSeen,
    model,
    training,
    hashes,
    random: Object.fromEntries(Object.entries(random).map(([name, state]) => [name, [...state]])),
    cursor,
    carries: Object.fromEntries(pools.map(({ bucket, rows }) => [String(bucket), rows])),
    files,
    best,
  };
  await store.put(keyOf(step, RECORD), `${JSON.stringify(record, null, 1)}\n`);
  for (const old of (await listCheckpoints(store)).slice(keep)) await deleteCheckpoint(store, old);
}

function carryTensors({ pools }: TrainerSnapshot, width: number): Record<string, StoredTensor> {
  const out: Record<string, StoredTensor> = {};
  for (const { bucket, halted, y, z } of pools) {
    out[`${bucket}.halted`] = { dtype: 'U8', shape: [halted.length], data: Uint8Array.from(halted, Number) };
    for (const [name, data] of Object.entries({ y, z }))
      if (data) out[`${bucket}.${name}`] = { dtype: 'F32', shape: [data.length / width, width], data };
  }
  return out;
}

/** Steps of the complete checkpoints, newest first. */
export async function listCheckpoints(store: ObjectStore): Promise<number[]> {
  const keys = await store.list(FOLDER);
  return keys
    .filter((key) => key.endsWith(`/${RECORD}`))
    .map((key) => Number(key.slice(FOLDER.length, -RECORD.length - 1)))
    .sort((a, b) => b - a);
}

async function deleteCheckpoint(store: ObjectStore, step: number): Promise<void> {
  // The record first: a half-deleted checkpoint must not look whole.
  await store.delete(keyOf(step, RECORD));
  for (const key of await store.list(keyOf(step, ''))) await store.delete(key);
}

/** What {@link loadNewestCheckpoint} found. */
export interface LoadedCheckpoint extends CheckpointState {
  /** Newer checkpoints that could not be used, and why. */
  rejected: { step: number; reason: string }[];
}

/**
 * Loads the newest usable checkpoint; damaged ones are passed over, with the reason. Null when there is none at all.
 * @throws DataError when checkpoints exist but none is usable
 */
export async function loadNewestCheckpoint(
  store: ObjectStore,
  identity: RunIdentity,
): Promise<LoadedCheckpoint | null> {
  const rejected: LoadedCheckpoint['rejected'] = [];
  for (const step of await listCheckpoints(store)) {
    try {
      return { ...(await readCheckpoint(store, step, identity)), rejected };
    } catch (error) {
      if (!(error instanceof TrmError)) throw error;
      rejected.push({ step, reason: error.message });
    }
  }
  if (rejected.length === 0) return null;
  throw new DataError(
    `no checkpoint in ${store.location} can be used: ${rejected.map(({ step, reason }) => `step ${step}: ${reason}`).join('; ')}`,
    'start a new run, or delete the checkpoints folder',
  );
}

/** Reads one checkpoint and checks version, identity and hashes. @throws DataError */
export async function readCheckpoint(
  store: ObjectStore,
  step: number,
  identity: RunIdentity,
): Promise<CheckpointState> {
  const label = `${store.location}/${keyOf(step, RECORD)}`;
  const record = parseJson(
    Buffer.from(await store.get(keyOf(step, RECORD))).toString('utf8'),
    checkpointSchema,
    label,
  );
  checkIdentity(record, identity, label);
  const tensors: Record<string, Record<string, StoredTensor>> = {};
  for (const [file, hash] of Object.entries(record.files)) {
    const bytes = await store.get(keyOf(step, file));
    if (sha256(bytes) !== hash)
      throw new DataError(
        `${keyOf(step, file)}: its hash is not the recorded one; the file is damaged or cut short`,
      );
    tensors[file] = decodeSafetensors(bytes, keyOf(step, file)).tensors;
  }
  return {
    seconds: record.seconds,
    best: record.best,
    snapshot: snapshotOf(record, tensors, identity.model, label),
  };
}

function checkIdentity(record: CheckpointRecord, identity: RunIdentity, label: string): void {
  const parts = ['model', 'training', 'hashes'] as const;
  for (const part of parts)
    if (canonicalJson(record[part]) !== canonicalJson(identity[part]))
      throw new DataError(
        `${label}: its ${part} differ from this run's: expected ${canonicalJson(identity[part])}, got ${canonicalJson(record[part])}`,
        'it belongs to another run',
      );
}

function snapshotOf(
  record: CheckpointRecord,
  files: Record<string, Record<string, StoredTensor>>,
  model: ModelConfig,
  label: string,
): TrainerSnapshot {
  const file = (name: string): Record<string, StoredTensor> => {
    if (files[name] === undefined) throw new DataError(`${label}: expected a file "${name}", found none`);
    return files[name];
  };
  const moment = (prefix: string): Float32Array => {
    const entries = Object.entries(file('optimizer.safetensors')).filter(([name]) => name.startsWith(prefix));
    const named = Object.fromEntries(entries.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
    return readWeights(named, model, `${label} optimizer`);
  };
  const carries = file('carries.safetensors');
  const carried = (name: string): Float32Array | null =>
    (carries[name]?.data as Float32Array | undefined) ?? null;
  return {
    step: record.step,
    samplesSeen: record.samplesSeen,
    weights: readWeights(file('weights.safetensors'), model, label),
    ema: readWeights(file('ema.safetensors'), model, label),
    m: moment('m.'),
    v: moment('v.'),
    random: record.random,
    cursor: record.cursor,
    pools: Object.entries(record.carries).map(([bucket, rows]) => ({
      bucket: Number(bucket),
      rows,
      halted: Array.from(carries[`${bucket}.halted`].data, (flag) => flag === 1),
      y: carried(`${bucket}.y`),
      z: carried(`${bucket}.z`),
    })),
  };
}
