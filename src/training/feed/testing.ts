/** Datasets for the tests of the feed and for its bench. */
import { seedStream } from '../../core/rng';
import type { Example } from '../../records/example';
import { writeExampleShards } from '../../shards/example-shard';
import type { ShardsOptions } from '../../shards/writer';
import type { ObjectStore } from '../../storage/object-store';
import { syntheticExamples, TINY_CONFIG } from '../../trm/testing';
import { feedConfigSchema, type FeedConfig } from './config';
import { openStreamFeed } from './open';
import type { StreamFeed } from './stream-feed';
import { testMachine } from '../../stages/testing';

/** What the footers of made-up shards name, and the sizes that their numbers stay below. */
export const TEST_METADATA = {
  hashes: { tokenizer: 'a'.repeat(64), vocabulary: 'b'.repeat(64), taxonomy: 'c'.repeat(64) },
  sizes: { tokenizer: TINY_CONFIG.tokenizerSize, vocabulary: TINY_CONFIG.vocabularySize },
  maxTokens: TINY_CONFIG.maxTokens,
};

/** Footer of made-up shards. */
export const TEST_FOOTER = {
  'trm:tokenizer': TEST_METADATA.hashes.tokenizer,
  'trm:closedVocabulary': TEST_METADATA.hashes.vocabulary,
};

/** Bucket lengths of made-up shards, whose windows have 6 to 16 tokens. */
export const TEST_BUCKETS = [8, 12, 16];

/** Writes examples as a train split; returns them. */
export async function writeTrainSplit(
  store: ObjectStore,
  examples: readonly Example[],
  options: ShardsOptions = {},
): Promise<void> {
  const sizes = { rowsPerShard: 100, rowGroupSize: 25, metadata: TEST_FOOTER };
  await writeExampleShards(store, 'train', examples, { ...sizes, ...options });
}

/** Made-up examples with known ids: `synthetic-<i>`. */
export function makeExamples(count: number): Example[] {
  return syntheticExamples({ config: TINY_CONFIG, count }, seedStream(5, 'feed-test'));
}

/** Opens the shards of a store as a feed. */
export function openTestFeed(
  input: ObjectStore,
  config: Partial<FeedConfig> = {},
  { seed = 1, cleanShare = 0.5, bucketLengths = TEST_BUCKETS } = {},
): Promise<StreamFeed> {
  return openStreamFeed({
    config: { ...feedConfigSchema.parse({}), bufferRows: 60, ...config, source: 'shards' },
    input,
    metadata: TEST_METADATA,
    python: testMachine.python,
    rng: seedStream(seed, 'feed-test'),
    bucketLengths,
    cleanShare,
  });
}
