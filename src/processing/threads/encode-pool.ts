import { join } from 'node:path';
import { ThreadPool, workerCount } from '../../core/processes/thread-pool';
import type { RngState } from '../../core/rng';
import type { Example } from '../../records/example';
import type { Sample } from '../../records/sample';
import type { Contexts, PackedContexts } from '../../shards/context-shard';
import type { Dropped } from '../encoding/encode';
import type { EncodableSample, EncodeSampleOptions } from '../encoding/encode-sample';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { ClosedVocabulary } from '../vocabulary/closed-vocabulary';

/** A row to encode. */
export interface EncodeRequest extends Pick<EncodeSampleOptions, 'stoppedAt' | 'origin' | 'withNames'> {
  sample: EncodableSample & Pick<Sample, 'context'>;
  /** State of the stream that places the window of a long function. */
  rng: RngState;
}

/** What a thread is started with. */
export interface EncodeSettings {
  /** Texts of `tokenizer.json` and `closed.json`. */
  tokenizer: string;
  vocabulary: string;
  contexts: PackedContexts;
  maxTokens: number;
}

/** Threads that encode rows. */
export type EncodePool = ThreadPool<EncodeRequest, Example | Dropped>;

/** Makes a pool of threads, one a core, that encode rows. */
export function createEncodePool(
  { tokenizer, vocabulary }: { tokenizer: Tokenizer; vocabulary: ClosedVocabulary },
  contexts: Contexts,
  maxTokens: number,
): EncodePool {
  const settings: EncodeSettings = {
    tokenizer: JSON.stringify(tokenizer.toJSON()),
    vocabulary: JSON.stringify(vocabulary.toJSON()),
    contexts: contexts.pack(),
    maxTokens,
  };
  return new ThreadPool(join(__dirname, 'encode-worker.js'), settings, workerCount(null));
}
