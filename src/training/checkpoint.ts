import { deserialize, serialize } from 'node:v8';
import { DataError, TrmError } from '../core/errors';
import { parseJson } from '../core/files';
import { canonicalJson, sha256 } from '../core/hash';
import { CHECKPOINT_VERSION, checkpointSchema, type CheckpointRecord } from '../records/checkpoint';
import { JOURNAL } from '../storage/journal';
import type { ObjectStore } from '../storage/object-store';
import { listKeys } from '../storage/objects';
import { settledConfig } from '../records/stage-job';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../trm/storage/safetensors';
import { readWeights, storedWeights } from '../trm/storage/stored-weights';
import type { FlatLayout } from '../trm/weights';
import type { MeterState } from './step-meter';
import type { TrainerSnapshot } from './trainer';

/** Where the checkpoints lie that a run goes on from. */
export const CHECKPOINTS = 'checkpoints/';
/** Where the one lies that was made when the learning rate was about to fall: see {@link TrainingRun}. */
export const BEFORE_DECAY = 'before-decay/';
/**
 * Where the weights of the best evaluations wait, one folder a step, until training ends and those that the last
 * checkpoint names become `model/`. A checkpoint never loses the ones it names, so that a training killed at any moment
 * releases no others than its manifest says.
 */
const BEST = `${JOURNAL}best/`;
/** What a training ends with: the averaged weights of its best evaluation. */
export const MODEL = 'model/';
/** Its last file, without which a checkpoint does not count. */
export const RECORD = 'checkpoint.json';
const ROWS = 'rows.bin';
const WEIGHTS = 'weights.safetensors';

/** What identifies a run: a checkpoint of another one is refused. */
export interface RunIdentity {
  /** Resolved model config. */
  model: Readonly<Record<string, unknown>>;
  /** Resolved training config. */
  training: Readonly<Record<string, unknown>>;
  /** Hashes and versions of what rows are made with. */
  hashes: Readonly<Record<string, string | number>>;
}

/** How a model's weights lie in the flat vectors of a snapshot. */
export interface WeightShape {
  layout: FlatLayout;
  /** D: width of the carried states. */
  width: number;
  /** See `TrainingTask`. */
  fixed?: Readonly<Record<string, StoredTensor>>;
}

/** A run's state between two optimizer steps. */
export interface CheckpointState<Row> {
  snapshot: TrainerSnapshot<Row>;
  /** Steps since the last line of the log. */
  meter: MeterState;
  /** Wall seconds of training so far. */
  seconds: number;
  /** Best validation score so far and its step. */
  best: CheckpointRecord['best'];
  /** Evaluations since that one. */
  stale: number;
}

/** Where a file of a checkpoint lies; of '' its folder. */
export const keyOf = (step: number, file: string, folder = CHECKPOINTS): string =>
  `${folder}${String(step).padStart(8, '0')}/${file}`;

/** Where {@link writeCheckpoint} writes, and how many it leaves there. */
export interface KeepOptions {
  keep: number;
  /** Default {@link CHECKPOINTS}. */
  folder?: string;
}

/**
 * Writes `checkpoints/<step>/`: safetensors files first, then `checkpoint.json` with their hashes. A checkpoint
 * without that file does not count, so a stop at any moment leaves whole ones only. Older ones beyond `keep` go.
 */
export async function writeCheckpoint<Row>(
  store: ObjectStore,
  { model, training, hashes }: RunIdentity,
  shape: WeightShape,
  { snapshot, meter, seconds, best, stale }: CheckpointState<Row>,
  { keep, folder = CHECKPOINTS }: KeepOptions,
): Promise<void> {
  const { step, samplesSeen, phase, score, guard, random, feed, pools } = snapshot;
  const named = (flat: Float32Array, prefix = ''): Record<string, StoredTensor> =>
    Object.fromEntries(
      Object.entries(storedWeights(flat, shape.layout)).map(([name, t]) => [prefix + name, t]),
    );
  const contents: Record<string, () => Uint8Array> = {
    [WEIGHTS]: () => encodeSafetensors({ ...named(snapshot.weights), ...shape.fixed }),
    'ema.safetensors': () => encodeSafetensors(named(snapshot.ema)),
    'optimizer.safetensors': () =>
      encodeSafetensors({ ...named(snapshot.m, 'm.'), ...named(snapshot.v, 'v.') }),
    'carries.safetensors': () => encodeSafetensors(carryTensors(snapshot, shape.width)),
    [ROWS]: () => serialize(savedRows(snapshot, meter)),
  };
  const files: Record<string, string> = {};
  for (const [file, encode] of Object.entries(contents)) {
    const bytes = encode();
    files[file] = sha256(bytes);
    await store.put(keyOf(step, file, folder), bytes);
  }
  const record: CheckpointRecord = {
    version: CHECKPOINT_VERSION,
    step,
    seconds,
    samplesSeen,
    model,
    training,
    hashes,
    phase,
    score,
    guard,
    random: Object.fromEntries(Object.entries(random).map(([name, state]) => [name, [...state]])),
    cursor: feed.cursor,
    carries: Object.fromEntries(
      pools.map(({ bucket, rows }) => [String(bucket), rows.map(({ steps }) => steps)]),
    ),
    files,
    best,
    stale,
  };
  await store.put(keyOf(step, RECORD, folder), `${JSON.stringify(record, null, 1)}\n`);
  const others = (await listCheckpoints(store, folder)).filter((other) => other !== step);
  // Later ones are damaged or belong to a branch that this run has left.
  const later = others.filter((other) => other > step);
  for (const old of [...later, ...others.slice(later.length + keep - 1)])
    await deleteCheckpoint(store, old, folder);
  if (folder === CHECKPOINTS) await forgetModels(store);
}

/** Where the weights of an evaluation wait to be released. */
export const bestFolder = (step: number): string => `${BEST}${String(step).padStart(8, '0')}/`;

/** Keeps the weights of an evaluation that was the best so far; a checkpoint written later may name its step. */
export async function keepModel(
  store: ObjectStore,
  step: number,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  for (const [name, body] of Object.entries(files)) await store.put(bestFolder(step) + name, body);
}

/** True when the weights of that evaluation are here; a checkpoint that came from another run names some that are not. */
export async function hasModel(store: ObjectStore, step: number): Promise<boolean> {
  return (await listKeys(store, bestFolder(step))).length > 0;
}

/** Makes the weights kept for `step` the ones that are released. */
export async function publishBest(store: ObjectStore, step: number): Promise<void> {
  for (const key of await listKeys(store, bestFolder(step)))
    await store.put(MODEL + key.slice(bestFolder(step).length), await store.get(key));
}

/** Removes kept weights that no checkpoint names any more. */
async function forgetModels(store: ObjectStore): Promise<void> {
  const keys = await listKeys(store, BEST);
  if (keys.length === 0) return;
  const named: string[] = [];
  for (const step of await listCheckpoints(store)) {
    const best = (await readRecord(store, step))?.best;
    if (best) named.push(bestFolder(best.step));
  }
  for (const key of keys) if (!named.some((folder) => key.startsWith(folder))) await store.delete(key);
}

/** Rows themselves: those a feed has taken and not dealt, and those in flight, bucket by bucket. And the meter's steps. */
interface SavedRows<Row> {
  meter: MeterState;
  pending: Row[];
  pools: Map<number, Row[]>;
}

function savedRows<Row>({ feed, pools }: TrainerSnapshot<Row>, meter: MeterState): SavedRows<Row> {
  return {
    meter,
    pending: feed.pending,
    pools: new Map(pools.map(({ bucket, rows }) => [bucket, rows.map(({ row }) => row)])),
  };
}

function carryTensors<Row>({ pools }: TrainerSnapshot<Row>, width: number): Record<string, StoredTensor> {
  const out: Record<string, StoredTensor> = {};
  for (const { bucket, halted, y, z } of pools) {
    out[`${bucket}.halted`] = { dtype: 'U8', shape: [halted.length], data: Uint8Array.from(halted, Number) };
    for (const [name, data] of Object.entries({ y, z }))
      if (data) out[`${bucket}.${name}`] = { dtype: 'F32', shape: [data.length / width, width], data };
  }
  return out;
}

/** Steps of the complete checkpoints, newest first. */
export async function listCheckpoints(store: ObjectStore, folder = CHECKPOINTS): Promise<number[]> {
  const keys = await listKeys(store, folder);
  return keys
    .filter((key) => key.endsWith(`/${RECORD}`))
    .map((key) => Number(key.slice(folder.length, -RECORD.length - 1)))
    .sort((a, b) => b - a);
}

/** The record of the newest checkpoint that can be read; null when there is none. */
export async function newestRecord(store: ObjectStore): Promise<CheckpointRecord | null> {
  for (const step of await listCheckpoints(store)) {
    const record = await readRecord(store, step);
    if (record !== null) return record;
  }
  return null;
}

/**
 * Tensors that a task keeps beside its weights, from the newest checkpoint that has them.
 * @throws DataError when none has
 */
export async function fixedTensors(
  store: ObjectStore,
  names: readonly string[],
): Promise<Record<string, StoredTensor>> {
  for (const step of await listCheckpoints(store)) {
    const key = keyOf(step, WEIGHTS);
    try {
      const { tensors } = decodeSafetensors(await store.get(key), key);
      if (names.every((name) => name in tensors)) return tensors;
    } catch (error) {
      // A damaged one is passed over, as when the run is loaded.
      if (!(error instanceof TrmError)) throw error;
    }
  }
  throw new DataError(
    `${store.location}: expected ${names.join(' and ')} in a checkpoint, found none`,
    'start a new run',
  );
}

/** A checkpoint's record; null when it is damaged or of another version. */
export async function readRecord(
  store: ObjectStore,
  step: number,
  folder = CHECKPOINTS,
): Promise<CheckpointRecord | null> {
  const text = Buffer.from(await store.get(keyOf(step, RECORD, folder))).toString('utf8');
  try {
    return parseJson(text, checkpointSchema, RECORD);
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

async function deleteCheckpoint(store: ObjectStore, step: number, folder: string): Promise<void> {
  // The record first: a half-deleted checkpoint must not look whole.
  await store.delete(keyOf(step, RECORD, folder));
  for (const key of await listKeys(store, keyOf(step, '', folder))) await store.delete(key);
}

/** Removes what a process that was killed while it wrote left behind: files of no checkpoint, and half files. */
export async function removeUnfinished(store: ObjectStore): Promise<void> {
  await store.abortUnfinished();
  for (const folder of [CHECKPOINTS, BEFORE_DECAY]) {
    const whole = new Set((await listCheckpoints(store, folder)).map((step) => keyOf(step, '', folder)));
    for (const key of await listKeys(store, folder))
      if (!whole.has(key.slice(0, key.lastIndexOf('/') + 1))) await store.delete(key);
  }
  await forgetModels(store);
}

/** What {@link loadNewestCheckpoint} found. */
export interface LoadedCheckpoint<Row> extends CheckpointState<Row> {
  /** Newer checkpoints that could not be used, and why. */
  rejected: { step: number; reason: string }[];
}

/**
 * Loads the newest usable checkpoint; damaged ones are passed over, with the reason. Null when there is none at all.
 * @throws DataError when checkpoints exist but none is usable
 */
export async function loadNewestCheckpoint<Row>(
  store: ObjectStore,
  identity: RunIdentity,
  shape: WeightShape,
): Promise<LoadedCheckpoint<Row> | null> {
  const rejected: LoadedCheckpoint<Row>['rejected'] = [];
  for (const step of await listCheckpoints(store)) {
    try {
      return { ...(await readCheckpoint<Row>(store, step, identity, shape)), rejected };
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
export async function readCheckpoint<Row>(
  store: ObjectStore,
  step: number,
  identity: RunIdentity,
  shape: WeightShape,
): Promise<CheckpointState<Row>> {
  const label = `${store.location}/${keyOf(step, RECORD)}`;
  const record = parseJson(
    Buffer.from(await store.get(keyOf(step, RECORD))).toString('utf8'),
    checkpointSchema,
    label,
  );
  checkIdentity(record, identity, label);
  const files = new Map<string, Uint8Array>();
  for (const [file, hash] of Object.entries(record.files)) {
    const bytes = await store.get(keyOf(step, file));
    if (sha256(bytes) !== hash)
      throw new DataError(
        `${keyOf(step, file)}: its hash is not the recorded one; the file is damaged or cut short`,
      );
    files.set(file, bytes);
  }
  return {
    seconds: record.seconds,
    best: record.best,
    stale: record.stale,
    ...stateOf<Row>(record, files, shape, label),
  };
}

function checkIdentity(record: CheckpointRecord, identity: RunIdentity, label: string): void {
  // How long, how often, how many: not what is learned.
  const fixed = (training: object): object => {
    const { maxSteps: _, maxSeconds: __, logEvery: ___, ...rest } = settledConfig('train', training);
    return rest;
  };
  const pairs = [
    ['model', record.model, identity.model],
    ['training', fixed(record.training), fixed(identity.training)],
    ['hashes', record.hashes, identity.hashes],
  ] as const;
  for (const [part, got, expected] of pairs)
    if (canonicalJson(got) !== canonicalJson(expected))
      throw new DataError(
        `${label}: its ${part} differ from this run's: expected ${canonicalJson(expected)}, got ${canonicalJson(got)}`,
        'it belongs to another run',
      );
}

function stateOf<Row>(
  record: CheckpointRecord,
  files: ReadonlyMap<string, Uint8Array>,
  { layout }: WeightShape,
  label: string,
): Pick<CheckpointState<Row>, 'snapshot' | 'meter'> {
  const file = (name: string): Uint8Array => {
    const bytes = files.get(name);
    if (bytes === undefined) throw new DataError(`${label}: expected a file "${name}", found none`);
    return bytes;
  };
  const tensors = (name: string): Record<string, StoredTensor> => decodeSafetensors(file(name), name).tensors;
  const moments = Object.entries(tensors('optimizer.safetensors'));
  const moment = (prefix: string): Float32Array => {
    const named = moments.flatMap(([name, tensor]): [string, StoredTensor][] =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
    );
    return readWeights(Object.fromEntries(named), layout, `${label} optimizer`);
  };
  const carries = tensors('carries.safetensors');
  const carried = (name: string): Float32Array | null =>
    (carries[name]?.data as Float32Array | undefined) ?? null;
  const { meter, pending, pools } = deserialize(file(ROWS)) as SavedRows<Row>;
  const snapshot: TrainerSnapshot<Row> = {
    step: record.step,
    samplesSeen: record.samplesSeen,
    phase: record.phase,
    score: record.score,
    guard: record.guard,
    weights: readWeights(tensors(WEIGHTS), layout, label),
    ema: readWeights(tensors('ema.safetensors'), layout, label),
    m: moment('m.'),
    v: moment('v.'),
    random: record.random,
    feed: { cursor: record.cursor, pending },
    pools: [...pools].map(([bucket, rows]) => ({
      bucket,
      rows: rows.map((row, i) => ({ row, steps: record.carries[String(bucket)][i] })),
      halted: Array.from(carries[`${bucket}.halted`].data, (flag) => flag === 1),
      y: carried(`${bucket}.y`),
      z: carried(`${bucket}.z`),
    })),
  };
  return { snapshot, meter };
}
