import type { DatasetMetadata } from '../../processing/metadata';
import type { Example } from '../../records/example';
import { readExampleShard } from '../../shards/example-shard';
import { readFooterMetadata } from '../../shards/reader';
import { listShards } from '../../shards/writer';
import type { ObjectStore } from '../../storage/stage';
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
  for (const key of await listShards(input, split)) {
    const path = input.localPath(key);
    checkFooter(await readFooterMetadata(path), footer, path);
    for await (const example of readExampleShard(path)) {
      checkRow(example, metadata.sizes, path);
      yield example;
    }
  }
}
