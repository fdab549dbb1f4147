/** Made-up models and examples for tests, the parity program and benches. */
import type { Rng } from '../core/rng';
import {
  MAX_PIECES,
  NO_NAMES,
  type Example,
  type ExampleNames,
  type ExampleTarget,
} from '../records/example';
import { TOKEN_KINDS } from '../records/sample';
import { TOKEN_FEATURE_NAMES, TOKEN_FEATURES, type TokenFeatureArrays } from '../records/token-features';
import type { VocabularyTables } from './batch';
import { modelConfigSchema, type ModelConfig } from './config';

/** A model small enough for numeric gradients: about 10,000 weights but for its 64-wide core. */
export const TINY_CONFIG: ModelConfig = modelConfigSchema.parse({
  width: 64,
  layers: 1,
  embeddingWidth: 8,
  tokenizerSize: 40,
  vocabularySize: 12,
  bugTypes: 6,
  registers: 2,
  maxTokens: 32,
});

/** Vocabulary tables of a config: entry i is piece i, every second piece is a name. */
export function syntheticTables({ vocabularySize, tokenizerSize }: ModelConfig): VocabularyTables {
  const entryPieces = new Uint16Array(vocabularySize * MAX_PIECES);
  for (let entry = 1; entry < vocabularySize; entry++) entryPieces[entry * MAX_PIECES] = entry;
  return {
    entryPieces,
    entryKinds: new Uint8Array(vocabularySize),
    namePieces: Uint8Array.from({ length: tokenizerSize }, (_, id) => (id > 0 && id % 2 === 0 ? 1 : 0)),
  };
}

/** Settings of {@link syntheticExamples}. */
export interface SyntheticOptions {
  config: ModelConfig;
  count: number;
  /** Least and most tokens, END included. Default 6..16. */
  lengths?: readonly [number, number];
  /** Share of rows with a bug. Default 0.5. */
  buggyShare?: number;
}

/**
 * Examples with a rule to learn: tokens are names of random pieces; a bug is a token of piece 1, to be replaced by
 * a copy of the window's first token (odd rows) or by entry 3 of the closed vocabulary (even rows).
 */
export function syntheticExamples(options: SyntheticOptions, rng: Rng): Example[] {
  const { config, count, lengths = [6, 16], buggyShare = 0.5 } = options;
  return Array.from({ length: count }, (_, i) => {
    const length = lengths[0] + rng.int(lengths[1] - lengths[0] + 1);
    const ids = Array.from({ length }, () => 4 + rng.int(config.tokenizerSize - 4));
    const buggy = rng.next() < buggyShare;
    const at = 1 + rng.int(length - 2);
    if (buggy) ids[at] = 1;
    // An even first token says which of the two repairs is right.
    return syntheticExample(ids, buggy ? at : null, `synthetic-${i}`, rng);
  });
}

/** A few names, the last of which is of piece 6. */
function syntheticNames(rng: Rng): ExampleNames {
  const count = 1 + rng.int(4);
  const pieces = new Uint16Array(count * MAX_PIECES);
  for (let i = 0; i < count; i++) pieces[i * MAX_PIECES] = i === count - 1 ? 6 : 4 + rng.int(2);
  const words = (bound: number): Uint16Array => Uint16Array.from({ length: count }, () => rng.int(bound));
  return {
    texts: Array.from({ length: count }, (_, i) => `name${i}`),
    pieces,
    traits: words(2 ** 16),
    near: words(3),
  };
}

function syntheticExample(ids: number[], bugAt: number | null, sampleId: string, rng: Rng): Example {
  const length = ids.length;
  const pieces = new Uint16Array(length * MAX_PIECES);
  ids.forEach((id, token) => {
    pieces[token * MAX_PIECES] = id;
    // Some tokens of two pieces, so that the mean is tested.
    if (id % 5 === 0) pieces[token * MAX_PIECES + 1] = 2;
  });
  const first = new Map<number, number>();
  const copyGroups = Uint8Array.from(ids, (id) => {
    if (!first.has(id)) first.set(id, first.size);
    return first.get(id) as number;
  });
  const levels = (bound: number): Uint8Array => Uint8Array.from(ids, () => rng.int(bound));
  const features = {} as TokenFeatureArrays;
  for (const name of TOKEN_FEATURE_NAMES) features[name] = levels(Math.min(4, TOKEN_FEATURES[name].size));
  // All tokens are names, up to the END.
  features.kinds.fill(0);
  features.kinds[length - 1] = TOKEN_KINDS.indexOf('end');
  const names = bugAt === null ? NO_NAMES : syntheticNames(rng.fork('names', sampleId));
  const target: ExampleTarget =
    bugAt === null
      ? { location: 0, spanLength: 0, slots: [], bugType: 0 }
      : {
          location: 1 + bugAt,
          spanLength: 1,
          slots: [
            ids[0] % 2 === 1
              ? { copyGroup: copyGroups[0], vocabulary: -1, piece: -1, name: -1, kind: 0, pieces: [ids[0]] }
              : {
                  copyGroup: -1,
                  vocabulary: 3,
                  piece: 6,
                  name: names.texts.length - 1,
                  kind: 0,
                  pieces: [6],
                },
          ],
          bugType: ids[0] % 2 === 1 ? 1 : 2,
        };
  return {
    sampleId,
    firstToken: 0,
    length,
    difficulty: bugAt === null ? 0 : 1,
    origin: bugAt === null ? 0 : 1,
    ...features,
    pieces,
    copyGroups,
    names,
    fills: [],
    target,
  };
}
