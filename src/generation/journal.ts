import { z } from 'zod';
import { parseJson } from '../core/files';
import { resourceSchema, type Resource } from '../records/manifest';
import { JOURNAL } from '../storage/journal';
import type { ObjectStore } from '../storage/object-store';
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

/** Hex digits kept of a program's key: as many as a {@link KeySet} looks at. */
const KEY_DIGITS = 16;

function keyOf(index: number, ending: 'json' | 'keys'): string {
  return `${JOURNAL}shard_${String(index).padStart(5, '0')}.${ending}`;
}

/**
 * Records a finished shard; call it after the shard itself is in the store.
 * @param programs keys of the programs that it holds, so that later shards do not repeat them
 */
export async function recordShard(
  store: ObjectStore,
  index: number,
  identity: string,
  { programs, ...record }: ShardRecord & { programs: readonly string[] },
): Promise<void> {
  await store.put(
    keyOf(index, 'keys'),
    Buffer.from(programs.map((key) => key.slice(0, KEY_DIGITS)).join(''), 'hex'),
  );
  await store.put(keyOf(index, 'json'), JSON.stringify({ identity, ...record }));
}

/** Keys of the programs that a finished shard holds. */
export async function* recordedPrograms(store: ObjectStore, index: number): AsyncGenerator<string> {
  const text = Buffer.from(await store.get(keyOf(index, 'keys'))).toString('hex');
  for (let at = 0; at < text.length; at += KEY_DIGITS) yield text.slice(at, at + KEY_DIGITS);
}

/**
 * The finished shards from the first one on, up to the first that is missing or was made from something else.
 * @throws DataError when a record is damaged
 */
export async function finishedShards(store: ObjectStore, identity: string): Promise<ShardRecord[]> {
  const out: ShardRecord[] = [];
  for (;;) {
    const key = keyOf(out.length, 'json');
    if (!(await store.exists(key))) return out;
    const text = Buffer.from(await store.get(key)).toString('utf8');
    const { identity: found, ...record } = parseJson(text, journalSchema, `${store.location}/${key}`);
    if (found !== identity || !(await store.exists(record.resource.path))) return out;
    out.push(record);
  }
}
