import type { Rng } from '../../core/rng';
import type { DatasetMetadata } from '../../processing/metadata';
import { EXAMPLE_VERSION } from '../../records/example';
import { SAMPLE_VERSION } from '../../records/sample';
import { CONTEXTS_FOLDER } from '../../shards/context-shard';
import { shardFiles } from '../../shards/writer';
import type { ObjectStore } from '../../storage/object-store';
import type { FeedConfig } from './config';
import type { SourceSettings } from './source';
import { StreamFeed, type StreamFeedOptions } from './stream-feed';

/** Settings of {@link openStreamFeed}. */
export interface OpenFeedOptions extends StreamFeedOptions {
  /** Every `source` but `memory`. */
  config: FeedConfig;
  /** Output of the process stage. */
  input: ObjectStore;
  /** Its description. */
  metadata: Pick<DatasetMetadata, 'hashes' | 'sizes' | 'maxTokens'>;
  /** Path of the interpreter that judges mutations. */
  python: string;
  /** Its seed path fixes the order of rows and the mutations. */
  rng: Rng;
}

/** What the footers of a dataset's example shards must say. */
export const exampleFooter = ({
  hashes,
}: Pick<DatasetMetadata, 'hashes'>): Readonly<Record<string, string>> => ({
  'trm:exampleVersion': String(EXAMPLE_VERSION),
  'trm:tokenizer': hashes.tokenizer,
  'trm:closedVocabulary': hashes.vocabulary,
});

/**
 * Opens the train split of a processed dataset as a stream: its example shards, or mutations of its clean functions.
 * @throws DataError when shards are missing, damaged, or of another version, tokenizer or vocabulary
 */
export async function openStreamFeed(options: OpenFeedOptions): Promise<StreamFeed> {
  const { config, input, metadata, python, rng, bucketLengths } = options;
  const pathsOf = async (folder: string): Promise<string[]> => shardFiles(input, folder);
  const text = async (key: string): Promise<string> => Buffer.from(await input.get(key)).toString('utf8');
  const kind = config.source === 'mutations' ? 'mutations' : 'shards';
  const shared: Pick<SourceSettings, 'kind' | 'config' | 'seed' | 'longest' | 'sizes' | 'python'> = {
    kind,
    config,
    seed: rng.fork('feed').int(2 ** 32),
    longest: Math.min(metadata.maxTokens, bucketLengths[bucketLengths.length - 1]),
    sizes: metadata.sizes,
    python,
  };
  const settings: SourceSettings =
    kind === 'shards'
      ? {
          ...shared,
          paths: await pathsOf('train'),
          footer: exampleFooter(metadata),
          heldOut: [],
          contexts: [],
          vocabularies: null,
        }
      : {
          ...shared,
          paths: await pathsOf('samples/train'),
          footer: { 'trm:sampleVersion': String(SAMPLE_VERSION) },
          heldOut: [...(await pathsOf('samples/val')), ...(await pathsOf('samples/test'))],
          contexts: await pathsOf(CONTEXTS_FOLDER),
          vocabularies: {
            tokenizer: await text('vocabulary/tokenizer.json'),
            closed: await text('vocabulary/closed.json'),
          },
        };
  return StreamFeed.open(settings, options);
}
