import { DataError } from '../core/errors';
import { EXAMPLE_VERSION, type Example } from '../records/example';
import type { Resource } from '../records/manifest';
import type { ObjectStore } from '../storage/object-store';
import type { Row } from './columns';
import { checkExample, EXAMPLE_COLUMNS, exampleOfRow, rowOfExample } from './example-columns';
import { ParquetReader } from './reader';
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
  const keys = await listShards(store, folder);
  const reader = await ParquetReader.open();
  try {
    for (const key of keys) yield* readExampleShard(reader, await store.localFile(key));
  } finally {
    reader.close();
  }
}

/** Reads the examples of one shard file. See {@link readExamples}. */
export async function* readExampleShard(reader: ParquetReader, path: string): AsyncGenerator<Example> {
  const { 'trm:exampleVersion': version } = await reader.metadata(path);
  if (version !== String(EXAMPLE_VERSION))
    throw new DataError(
      `${path}: expected examples of version ${EXAMPLE_VERSION}, got ${version ?? 'a file that names none'}`,
      'run the process stage again: it encodes the samples anew',
    );
  const names = EXAMPLE_COLUMNS.map(({ name }) => name);
  for await (const { rows, cells } of reader.readFile(path, names))
    for (let row = 0; row < rows; row++) {
      const example = exampleOfRow(
        Object.fromEntries(names.map((name, column) => [name, cells[column][row]])),
      );
      checkExample(example, path);
      yield example;
    }
}

async function* mapRows(examples: AsyncIterable<Example> | Iterable<Example>): AsyncGenerator<Row> {
  for await (const example of examples) {
    checkExample(example, 'example to write');
    yield rowOfExample(example);
  }
}
