/** Thread of `EncodePool`: encodes the rows that it is handed, one call a batch. */
import { workerData } from 'piscina';
import { seedStream } from '../../core/rng';
import type { Example } from '../../records/example';
import { Contexts } from '../../shards/context-shard';
import type { Dropped } from '../encoding/encode';
import { encodeSample } from '../encoding/encode-sample';
import { loadTokenizer } from '../tokenizer/tokenizer';
import { loadClosedVocabulary } from '../vocabulary/closed-vocabulary';
import type { EncodeRequest, EncodeSettings } from './encode-pool';

const { maxTokens, ...settings } = workerData as EncodeSettings;
const tokenizer = loadTokenizer(settings.tokenizer);
const vocabulary = loadClosedVocabulary(settings.vocabulary);
const contexts = new Contexts([], settings.contexts);

/** The example of each row of a batch, or why there is none, in order. */
export default function encodeBatch(requests: readonly EncodeRequest[]): (Example | Dropped)[] {
  return requests.map(({ sample, rng: state, ...options }) => {
    const rng = seedStream(0);
    rng.restore(state);
    const surroundings = contexts.around(sample);
    return encodeSample(sample, { ...options, tokenizer, vocabulary, surroundings, maxTokens, rng });
  });
}
