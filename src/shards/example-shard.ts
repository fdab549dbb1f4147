import type { RecordBatch } from 'apache-arrow';
import { DataError } from '../core/errors';
import { EXAMPLE_VERSION, type Example } from '../records/example';
import type { Resource } from '../records/manifest';
import type { ObjectStore } from '../storage/stage';
import type { Cell, Row } from './columns';
import { checkExample, EXAMPLE_COLUMNS, exampleOfRow, rowOfExample } from './example-columns';
import { readBatches, readFooterMetadata } from './reader';
import { listShards, writeShards, type ShardsOptions } from './writer';

/**
 * Writes examples as `<folder>/shard_00000.parquet`, ... in their order, streaming.
 * @returns the manifest's resources, in order
 * @throws DataError when an array of an example does not have its length
 */
export async function writeExampleShards(
  store: ObjectStore,
  folder: string,
  examples: AsyncIterable<Example> | Iterable<Example>,
  options: ShardsOptions = {},
): Promise<Resource[]> {
  const metadata = { 'trm:exampleVersion': String(EXAMPLE_VERSION), ...options.metadata };
  return writeShards(store, folder, EXAMPLE_COLUMNS, mapRows(examples), { ...options, metadata });
}

/**
 * Reads the examples of a folder's shards in order, streaming.
 * @throws DataError when there is no shard, one is damaged or of another version, or an array does not fit its example
 */
export async function* readExamples(store: ObjectStore, folder: string): AsyncGenerator<Example> {
  for (const key of await listShards(store, folder)) yield* readExampleShard(store.localPath(key));
}

/** Reads the examples of one shard file. See {@link readExamples}. */
export async function* readExampleShard(path: string): AsyncGenerator<Example> {
  await checkVersion(path);
  const columns = EXAMPLE_COLUMNS.map((column) => column.name);
  for await (const batch of readBatches(path, { columns }))
    for (const example of examplesOf(batch)) {
      checkExample(example, path);
      yield example;
    }
}

async function checkVersion(path: string): Promise<void> {
  const { 'trm:exampleVersion': version } = await readFooterMetadata(path);
  if (version !== String(EXAMPLE_VERSION))
    throw new DataError(
      `${path}: expected examples of version ${EXAMPLE_VERSION}, got ${version ?? 'a file that names none'}`,
      'run the process stage again: it encodes the samples anew',
    );
}

async function* mapRows(examples: AsyncIterable<Example> | Iterable<Example>): AsyncGenerator<Row> {
  for await (const example of examples) {
    checkExample(example, 'example to write');
    yield rowOfExample(example);
  }
}

function* examplesOf(batch: RecordBatch): Generator<Example> {
  const vectors = EXAMPLE_COLUMNS.map(({ name }) => [name, batch.getChild(name)] as const);
  for (let i = 0; i < batch.numRows; i++)
    yield exampleOfRow(
      Object.fromEntries(
        vectors.map(([name, vector]) => {
          const cell = vector?.get(i) as Cell;
          // Copies: a view would keep the whole batch alive, and Uint16Array needs its own alignment.
          return [name, cell instanceof Uint8Array ? cell.slice() : cell];
        }),
      ),
    );
}
