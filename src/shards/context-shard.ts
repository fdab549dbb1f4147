import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { DataError } from '../core/errors';
import { parseJson } from '../core/files';
import {
  contextAround,
  fileContextSchema,
  NO_SURROUNDINGS,
  type FileContext,
  type StoredContext,
  type Surroundings,
} from '../records/file-context';
import type { Resource } from '../records/manifest';
import type { Sample } from '../records/sample';
import type { ObjectStore } from '../storage/object-store';
import type { Column, Row } from './columns';
import { readRows, requireVersion, withReader } from './reader';
import { shardFiles, writeShards } from './writer';

/** Version of the FileContext record; stored in every shard's metadata. */
export const CONTEXT_VERSION = 2;
const VERSION_KEY = 'trm:contextVersion';

/** Where a store keeps the contexts of its samples' files. */
export const CONTEXTS_FOLDER = 'contexts';

/** Columns of context shards. */
const CONTEXT_COLUMNS = [
  { name: 'id', type: 'string', description: 'sha256 hex of context_json' },
  {
    name: 'context_json',
    type: 'string',
    description: 'imports, names, classes, functions and mentions of a file',
  },
] as const satisfies readonly Column[];

/** Contexts are wide: fewer rows than usual are written together. */
const ROW_GROUP_SIZE = 500;

/**
 * Writes contexts as `contexts/shard_00000.parquet`, ..., each id once, in the order of their first coming.
 * @returns the manifest's resources
 */
export async function writeContextShards(
  store: ObjectStore,
  contexts: AsyncIterable<StoredContext> | Iterable<StoredContext>,
): Promise<Resource[]> {
  const metadata = { [VERSION_KEY]: String(CONTEXT_VERSION) };
  const options = { rowGroupSize: ROW_GROUP_SIZE, metadata };
  return writeShards(store, CONTEXTS_FOLDER, CONTEXT_COLUMNS, distinctRows(contexts), options);
}

async function* distinctRows(
  contexts: AsyncIterable<StoredContext> | Iterable<StoredContext>,
): AsyncGenerator<Row> {
  const written = new Set<string>();
  for await (const { id, context } of contexts) {
    if (written.has(id)) continue;
    written.add(id);
    yield { id, context_json: JSON.stringify(context) };
  }
}

/** Ids of the contexts that the samples of some folders speak of, in the order of their first coming. */
export async function referencedContexts(
  store: ObjectStore,
  ...folders: readonly string[]
): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const folder of folders)
    for await (const { context_id: id } of readRows(await shardFiles(store, folder), ['context_id']))
      if (id !== null) ids.add(String(id));
  return ids;
}

/**
 * Characters of the contexts that are kept parsed, 2 to 3 bytes of memory each: samples of a file mostly stand together,
 * but a shuffled dataset asks for all of them in turn. Those of 8,000 files.
 */
const PARSED_CHARACTERS = 2 ** 25;

/** Contexts by id as {@link Contexts} holds them: what another thread can be given. */
export type PackedContexts = ReadonlyMap<string, Uint8Array>;

/** The contexts of a dataset's files, by id. Holds them packed in memory, some kB a file. */
export class Contexts {
  private readonly packed: Map<string, Uint8Array>;
  private readonly parsed = new LRUCache<string, FileContext>({ maxSize: PARSED_CHARACTERS });

  /**
   * @param contexts those to hold, when they are at hand
   * @param packed others, from {@link Contexts.pack}
   */
  constructor(contexts: Iterable<StoredContext> = [], packed: PackedContexts = new Map()) {
    this.packed = new Map(packed);
    for (const { id, context } of contexts) this.add(id, JSON.stringify(context));
  }

  /** All of them, for a thread's `new Contexts([], packed)`. */
  pack(): PackedContexts {
    return this.packed;
  }

  /**
   * Reads the contexts of some stores.
   * @throws DataError when a store has none, or one is damaged
   */
  static async read(...stores: readonly ObjectStore[]): Promise<Contexts> {
    const paths: string[] = [];
    for (const store of stores) paths.push(...(await shardFiles(store, CONTEXTS_FOLDER)));
    return Contexts.readFiles(paths);
  }

  /** Reads the contexts of some shard files. @throws DataError when one is damaged */
  static async readFiles(paths: readonly string[]): Promise<Contexts> {
    const contexts = new Contexts();
    await withReader(async (reader) => {
      for (const path of paths) {
        await requireVersion(reader, path, VERSION_KEY, CONTEXT_VERSION);
        for await (const { rows, cells } of reader.readFile(path, ['id', 'context_json']))
          for (let row = 0; row < rows; row++) {
            const [id, text] = [String(cells[0][row]), String(cells[1][row])];
            parseJson(text, fileContextSchema, `${path}: context ${id.slice(0, 12)}`);
            contexts.add(id, text);
          }
      }
    });
    return contexts;
  }

  /** The context of an id. @throws DataError when there is none */
  get(id: string): FileContext {
    const known = this.parsed.get(id);
    if (known) return known;
    const packed = this.packed.get(id);
    if (!packed)
      throw new DataError(
        `expected the file context ${id.slice(0, 12)} beside the samples, found none`,
        'samples and contexts belong together; run the stage that made them again',
      );
    const text = inflateRawSync(packed).toString('utf8');
    const context = JSON.parse(text) as FileContext;
    this.parsed.set(id, context, { size: text.length });
    return context;
  }

  /** What the file says around a sample's function. @throws DataError when its context is not here */
  around({ context }: Pick<Sample, 'context'>): Surroundings {
    if (context === null) return NO_SURROUNDINGS;
    const file = this.get(context.id);
    if (context.function < file.functions.length) return contextAround(file, context.function);
    throw new DataError(
      `file context ${context.id.slice(0, 12)}: expected at least ${context.function + 1} functions, ` +
        `found ${file.functions.length}`,
      'samples and contexts belong together; run the stage that made them again',
    );
  }

  /** Contexts of some ids, in their order. */
  *select(ids: Iterable<string>): Generator<StoredContext> {
    for (const id of ids) yield { id, context: this.get(id) };
  }

  private add(id: string, text: string): void {
    // A copy: zlib's answer is a view of a buffer of 16 KiB.
    if (!this.packed.has(id)) this.packed.set(id, new Uint8Array(deflateRawSync(text, { level: 1 })));
  }
}
