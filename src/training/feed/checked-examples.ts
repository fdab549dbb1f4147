import type { DatasetMetadata } from '../../processing/metadata';
import type { Example } from '../../records/example';
import { readExampleShard } from '../../shards/example-shard';
import { ParquetReader } from '../../shards/reader';
import { listShards } from '../../shards/writer';
import type { ObjectStore } from '../../storage/object-store';
import { checkRow } from './check-row';
import { exampleFooter } from './open';
import { checkFooter } from './shard-source';

/**
 * Reads the examples of a split in order, without a feed: validation rows, and training rows that fit into memory.
 * @throws DataError when there is no shard, or one is damaged or of another version, tokenizer or vocabulary, or a row's
 * numbers point to nothing
 */
export async function* readCheckedExamples(
  input: ObjectStore,
  split: string,
  metadata: Pick<DatasetMetadata, 'hashes' | 'sizes'>,
): AsyncGenerator<Example> {
  const footer = exampleFooter(metadata);
  const keys = await listShards(input, split);
  const reader = await ParquetReader.open();
  try {
    for (const key of keys) {
      const path = await input.localFile(key);
      checkFooter(await reader.metadata(path), footer, path);
      for await (const example of readExampleShard(reader, path)) {
        checkRow(example, metadata.sizes, path);
        yield example;
      }
    }
  } finally {
    reader.close();
  }
}
