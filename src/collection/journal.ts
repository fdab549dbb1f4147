import { z } from 'zod';
import { parseJson } from '../core/files';
import { fileContextSchema, type StoredContext } from '../records/file-context';
import { placeOf, sampleSchema, type Sample } from '../records/sample';
import type { ObjectStore } from '../storage/stage';
import { droppedSchema, type Dropped } from './dropped';
import type { ResumePoint, SourceBatch } from './source';

/**
 * Batches that are done, kept in the stage's store until the shards are written: what a killed collection goes on
 * from. One object a batch, `journal/<source>/<number>.jsonl`, stored whole or not at all: a head line, then samples,
 * contexts and drops.
 */
const ROOT = 'journal';

const headSchema = z.strictObject({
  /** Null in the closing entry: the source has no more. */
  cursor: z.string().nullable(),
  samples: z.int().nonnegative(),
  contexts: z.int().nonnegative(),
  drops: z.int().nonnegative(),
  units: z.int().nonnegative(),
});

/** How far the journal of a source goes. */
export interface JournalState extends ResumePoint {
  /** Entries so far. */
  entries: number;
  /** The source was read to its end. */
  complete: boolean;
}

/** Reads how far a source got. @throws DataError when an entry is damaged */
export async function readJournalState(store: ObjectStore, source: number): Promise<JournalState> {
  const state: JournalState = { cursor: null, taken: 0, units: 0, entries: 0, complete: false };
  for (const key of await journalKeys(store, source)) {
    const head = parseJson((await entryLines(store, key))[0], headSchema, key);
    state.cursor = head.cursor ?? state.cursor;
    state.complete ||= head.cursor === null;
    state.taken += head.samples;
    state.units += head.units;
    state.entries++;
  }
  return state;
}

const CLOSING = { cursor: null, samples: [], contexts: [], drops: [], units: 0 };

/** Stores a batch as the next entry of a source; null closes the source. */
export async function appendJournal(
  store: ObjectStore,
  source: number,
  entry: number,
  batch: SourceBatch | null,
): Promise<void> {
  const { cursor, samples, contexts, drops, units } = batch ?? CLOSING;
  const head: z.infer<typeof headSchema> = {
    cursor,
    samples: samples.length,
    contexts: contexts.length,
    drops: drops.length,
    units,
  };
  const lines = [head, ...samples, ...contexts, ...drops].map((value) => JSON.stringify(value));
  await store.put(`${folderOf(source)}${String(entry).padStart(6, '0')}.jsonl`, `${lines.join('\n')}\n`);
}

/**
 * Samples of all sources. Their files alternate, so that whoever reads only the beginning gets some of each; the
 * samples of a file stay together.
 */
export async function* journalSamples(store: ObjectStore, sources: number): AsyncGenerator<Sample> {
  const open = Array.from({ length: sources }, (_, source) => byFile(sourceSamples(store, source)));
  while (open.length > 0)
    for (const files of [...open]) {
      const next = await files.next();
      if (next.done) open.splice(open.indexOf(files), 1);
      else yield* next.value;
    }
}

async function* sourceSamples(store: ObjectStore, source: number): AsyncGenerator<Sample> {
  for await (const { head, lines, key } of entries(store, source))
    for (const line of lines.slice(0, head.samples)) yield parseJson(line, sampleSchema, key);
}

const storedContextSchema = z.strictObject({ id: z.string(), context: fileContextSchema });

/** Contexts of all sources in their order; one that several batches speak of comes several times. */
export async function* journalContexts(store: ObjectStore, sources: number): AsyncGenerator<StoredContext> {
  for (let source = 0; source < sources; source++)
    for await (const { head, lines, key } of entries(store, source))
      for (const line of lines.slice(head.samples, head.samples + head.contexts))
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
    for await (const { head, lines, key } of entries(store, source))
      for (const line of lines.slice(head.samples + head.contexts)) yield parseJson(line, droppedSchema, key);
}

/** The entries of a source, one by one: head and the lines behind it. */
async function* entries(
  store: ObjectStore,
  source: number,
): AsyncGenerator<{ head: z.infer<typeof headSchema>; lines: string[]; key: string }> {
  for (const key of await journalKeys(store, source)) {
    const [first, ...lines] = await entryLines(store, key);
    yield { head: parseJson(first, headSchema, key), lines, key };
  }
}

function folderOf(source: number): string {
  return `${ROOT}/${String(source).padStart(3, '0')}/`;
}

async function journalKeys(store: ObjectStore, source: number): Promise<string[]> {
  return store.list(folderOf(source));
}

async function entryLines(store: ObjectStore, key: string): Promise<string[]> {
  return Buffer.from(await store.get(key))
    .toString('utf8')
    .trimEnd()
    .split('\n');
}
