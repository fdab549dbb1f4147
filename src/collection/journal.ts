import { z } from 'zod';
import { DataError } from '../core/errors';
import { parseJson } from '../core/files';
import { fileContextSchema, type StoredContext } from '../records/file-context';
import { placeOf, sampleSchema, type Sample } from '../records/sample';
import { JOURNAL } from '../storage/journal';
import type { ObjectStore } from '../storage/object-store';
import { getText, listKeys } from '../storage/objects';
import { droppedSchema, type Dropped } from './dropped';
import type { SourceBatch } from './source';

/**
 * Batches that are done, kept in the stage's store until the shards are written: what a killed collection goes on
 * from. One object a batch, `journal/<source>/<number>.jsonl`, stored whole or not at all: a head line, then samples,
 * contexts and drops. The head says how far the source has come, so the newest entry alone tells where to go on.
 */
const stateSchema = z.strictObject({
  /** Cursor of the last batch that was kept; null at the beginning. */
  cursor: z.string().nullable(),
  /** Samples kept so far. */
  taken: z.int().nonnegative(),
  /** Files or commits read so far. */
  units: z.int().nonnegative(),
  /** Entries so far. */
  entries: z.int().nonnegative(),
  /** The source was read to its end. */
  complete: z.boolean(),
});

/** How far the journal of a source goes; the source goes on from it. */
export type JournalState = z.infer<typeof stateSchema>;

const headSchema = z.strictObject({
  /** Samples and contexts of this entry; the lines behind them are drops. */
  samples: z.int().nonnegative(),
  contexts: z.int().nonnegative(),
  /** The source's state with this entry. */
  state: stateSchema,
});

const BEGINNING: JournalState = { cursor: null, taken: 0, units: 0, entries: 0, complete: false };

/**
 * Reads how far the sources got: one listing for all of them, and the first line of each one's newest entry.
 * @param sources how many there are
 * @throws DataError when an entry is damaged or missing
 */
export async function readJournal(store: ObjectStore, sources: number): Promise<JournalState[]> {
  const keys = Array.from({ length: sources }, (): string[] => []);
  for (const key of await listKeys(store, JOURNAL)) keys[Number(key.split('/')[1])]?.push(key);
  const states: JournalState[] = [];
  for (const entries of keys) {
    const newest = entries.at(-1);
    const state = newest === undefined ? BEGINNING : (await readHead(store, newest)).state;
    if (state.entries !== entries.length)
      throw new DataError(
        `${store.location}/${newest}: expected ${state.entries} entries up to here, found ${entries.length}`,
        'remove the folder of this stage and collect again',
      );
    states.push(state);
  }
  return states;
}

/**
 * Stores a batch as the next entry of a source; null closes the source.
 * @param state what the journal holds of the source so far
 * @returns the state with this entry
 */
export async function appendJournal(
  store: ObjectStore,
  source: number,
  state: JournalState,
  batch: SourceBatch | null,
): Promise<JournalState> {
  const { samples, contexts, drops, units } = batch ?? { samples: [], contexts: [], drops: [], units: 0 };
  const next: JournalState = {
    cursor: batch?.cursor ?? state.cursor,
    taken: state.taken + samples.length,
    units: state.units + units,
    entries: state.entries + 1,
    complete: batch === null,
  };
  const head: z.infer<typeof headSchema> = {
    samples: samples.length,
    contexts: contexts.length,
    state: next,
  };
  const lines = [head, ...samples, ...contexts, ...drops].map((value) => JSON.stringify(value));
  await store.put(
    `${folderOf(source)}${String(state.entries).padStart(6, '0')}.jsonl`,
    `${lines.join('\n')}\n`,
  );
  return next;
}

/** A sample, and the number of its source. */
export interface JournalSample {
  source: number;
  sample: Sample;
}

/**
 * Samples of all sources. Their files alternate, so that whoever reads only the beginning gets some of each; the
 * samples of a file stay together.
 */
export async function* journalSamples(store: ObjectStore, sources: number): AsyncGenerator<JournalSample> {
  const open = Array.from({ length: sources }, (_, source) => ({
    source,
    files: byFile(sourceSamples(store, source)),
  }));
  while (open.length > 0)
    for (const each of [...open]) {
      const next = await each.files.next();
      if (next.done) open.splice(open.indexOf(each), 1);
      else for (const sample of next.value) yield { source: each.source, sample };
    }
}

async function* sourceSamples(store: ObjectStore, source: number): AsyncGenerator<Sample> {
  for (const key of await listKeys(store, folderOf(source)))
    for (const line of (await readEntry(store, key)).samples) yield parseJson(line, sampleSchema, key);
}

const storedContextSchema = z.strictObject({ id: z.string(), context: fileContextSchema });

/** Contexts of all sources in their order; one that several batches speak of comes several times. */
export async function* journalContexts(store: ObjectStore, sources: number): AsyncGenerator<StoredContext> {
  for (let source = 0; source < sources; source++)
    for (const key of await listKeys(store, folderOf(source)))
      for (const line of (await readEntry(store, key)).contexts)
        yield parseJson(line, storedContextSchema, key);
}

/** Neighbouring samples of one file as a list. */
async function* byFile(samples: AsyncIterable<Sample>): AsyncGenerator<Sample[]> {
  let file: Sample[] = [];
  for await (const sample of samples) {
    if (file.length > 0 && placeOf(file[0].origin).path !== placeOf(sample.origin).path) {
      yield file;
      file = [];
    }
    file.push(sample);
  }
  if (file.length > 0) yield file;
}

/** Drops of all sources in their order. */
export async function* journalDrops(store: ObjectStore, sources: number): AsyncGenerator<Dropped> {
  for (let source = 0; source < sources; source++)
    for (const key of await listKeys(store, folderOf(source)))
      for (const line of (await readEntry(store, key)).drops) yield parseJson(line, droppedSchema, key);
}

function folderOf(source: number): string {
  return `${JOURNAL}${String(source).padStart(3, '0')}/`;
}

/** The lines of an entry, by what they hold. */
interface EntryLines {
  samples: string[];
  contexts: string[];
  drops: string[];
}

async function readEntry(store: ObjectStore, key: string): Promise<EntryLines> {
  const [head, ...lines] = (await getText(store, key)).trimEnd().split('\n');
  const { samples, contexts } = parseJson(head, headSchema, key);
  return {
    samples: lines.slice(0, samples),
    contexts: lines.slice(samples, samples + contexts),
    drops: lines.slice(samples + contexts),
  };
}

/** Bytes of an entry that hold its head; a cursor that is longer takes a second look. */
const HEAD_BYTES = 4096;

async function readHead(store: ObjectStore, key: string): Promise<z.infer<typeof headSchema>> {
  for (let length = HEAD_BYTES; ; length *= 16) {
    const bytes = Buffer.from(await store.read(key, { start: 0, length }));
    const end = bytes.indexOf('\n');
    if (end >= 0 || bytes.length < length)
      return parseJson(bytes.toString('utf8', 0, end < 0 ? bytes.length : end), headSchema, key);
  }
}
