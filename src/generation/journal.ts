import { z } from 'zod';
import { parseJson } from '../core/files';
import { resourceSchema, type Resource } from '../records/manifest';
import type { ObjectStore } from '../storage/stage';
import { tallySchema, type Tally } from './tally';

/** A finished shard: what an interrupted run need not repeat. */
export interface ShardRecord {
  resource: Resource;
  tally: Tally;
}

const journalSchema = z.strictObject({
  /** Hash of what the shard depends on: config, seed, code version, input. */
  identity: z.string(),
  resource: resourceSchema,
  tally: tallySchema,
});

const FOLDER = 'journal/';

function keyOf(index: number): string {
  return `${FOLDER}shard_${String(index).padStart(5, '0')}.json`;
}

/** Records a finished shard; call it after the shard itself is in the store. */
export async function recordShard(
  store: ObjectStore,
  index: number,
  identity: string,
  record: ShardRecord,
): Promise<void> {
  await store.put(keyOf(index), JSON.stringify({ identity, ...record }));
}

/**
 * The finished shards from the first one on, up to the first that is missing or was made from something else.
 * @throws DataError when a record is damaged
 */
export async function finishedShards(store: ObjectStore, identity: string): Promise<ShardRecord[]> {
  const out: ShardRecord[] = [];
  for (;;) {
    const key = keyOf(out.length);
    if (!(await store.exists(key))) return out;
    const text = Buffer.from(await store.get(key)).toString('utf8');
    const { identity: found, ...record } = parseJson(text, journalSchema, `${store.location}/${key}`);
    if (found !== identity || !(await store.exists(record.resource.path))) return out;
    out.push(record);
  }
}

/** Removes the records: the manifest takes their place. */
export async function clearJournal(store: ObjectStore): Promise<void> {
  for (const key of await store.list(FOLDER)) await store.delete(key);
}
