/** Small real models for tests: random weights, but every file that a release has. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadEngine } from '../core/engine';
import { sha256 } from '../core/hash';
import { seedStream } from '../core/rng';
import { buildClosedVocabulary } from '../processing/closed-vocabulary';
import { trainTokenizer } from '../processing/tokenizer/tokenizer';
import { lex } from '../python/lexer';
import { LEXER_VERSION } from '../python/lexer';
import { EXAMPLE_VERSION } from '../records/example';
import { taxonomyHash } from '../taxonomy/table';
import { modelConfigSchema } from '../trm/config';
import { createModelData, encodeModel } from '../trm/model';
import { vocabularyTables } from '../trm/vocabulary';
import type { Calibration } from './calibration';
import { RELEASE_FILES } from './model-folder';

/** Settings of {@link writeRandomModel}. */
export interface RandomModelOptions {
  seed?: number;
  /** Code that the vocabularies are learnt from. */
  code: string;
  /** Written as calibration.json; none is written when left out. */
  calibration?: Calibration;
}

/** Writes a model folder with random weights. It proposes nonsense, by the same code as any other model. */
export async function writeRandomModel(folder: string, options: RandomModelOptions): Promise<void> {
  const { seed = 1, code, calibration } = options;
  await loadEngine();
  const counts = new Map<string, number>();
  for (const { text } of lex(code)) if (text) counts.set(text, (counts.get(text) ?? 0) + 1);
  const tokenizer = trainTokenizer(counts, { vocabularySize: 400 });
  const vocabulary = buildClosedVocabulary([], { size: 0 });
  const config = modelConfigSchema.parse({
    width: 64,
    layers: 1,
    embeddingWidth: 8,
    tokenizerSize: tokenizer.size,
    vocabularySize: vocabulary.size,
  });
  const data = createModelData(
    config,
    vocabularyTables(vocabulary, tokenizer),
    seedStream(seed, 'random-model'),
  );
  const hashes = {
    dataset: sha256(code),
    tokenizer: tokenizer.hash,
    vocabulary: vocabulary.hash,
    taxonomy: taxonomyHash(),
    lexerVersion: LEXER_VERSION,
    exampleVersion: EXAMPLE_VERSION,
  };
  const { config: file, weights } = encodeModel(data, hashes, 0);
  await mkdir(folder, { recursive: true });
  const write = (name: string, content: string | Uint8Array): Promise<void> =>
    writeFile(join(folder, name), content);
  await write(RELEASE_FILES.config, JSON.stringify(file));
  await write(RELEASE_FILES.weights, weights);
  await write(RELEASE_FILES.tokenizer, JSON.stringify(tokenizer.toJSON()));
  await write(RELEASE_FILES.vocabulary, JSON.stringify(vocabulary.toJSON()));
  if (calibration) await write(RELEASE_FILES.calibration, JSON.stringify(calibration));
}
