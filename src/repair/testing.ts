/** Small real models for tests: random or trained for seconds, with every file that a release has. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadEngine, requireNativeEngine } from '../core/engine';
import { sha256 } from '../core/hash';
import { seedStream } from '../core/rng';
import { buildClosedVocabulary, type ClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { encodeWindow, isDropped } from '../processing/encoding/encode';
import { trainTokenizer, type Tokenizer } from '../processing/tokenizer/tokenizer';
import { Critic } from '../python/critic/critic';
import { diffTokens } from '../python/edits/edits';
import { lex, LEXER_VERSION } from '../python/tokens/lexer';
import { tokenOfError } from '../python/tokens/positions';
import type { TokenWindow } from '../python/structure/windows';
import { EXAMPLE_VERSION, type Example } from '../records/example';
import { buildManifest, describeResource, MANIFEST_KEY, writeManifest } from '../shards/manifest';
import { createFolderStore } from '../storage/folder-store';
import { listKeys } from '../storage/objects';
import { bugType, taxonomyHash } from '../taxonomy/table';
import { trainConfigSchema } from '../training/config';
import { createEditTrainer } from '../training/testing';
import { modelConfigSchema } from '../trm/config';
import { createModelData, encodeModel, type ModelData } from '../trm/model';
import { vocabularyTables } from '../trm/vocabulary';
import type { Calibration } from './calibration';
import { RELEASE_FILES } from './model-folder';
import { analyse, type Program } from './program';
import { testMachine } from '../stages/testing';

/** What a test model is made from. */
export interface TestModelOptions {
  /** Code that the vocabularies are learnt from. */
  code: string;
  /** Written as calibration.json; none is written when left out. */
  calibration?: Calibration;
}

/** Writes a model folder with random weights. It proposes nonsense, by the same code as any other model. */
export async function writeRandomModel(folder: string, options: TestModelOptions): Promise<void> {
  await loadEngine();
  const parts = createParts(options.code);
  await writeModel(folder, parts, parts.data, options);
}

/** Writes the manifest of a model folder as the release stage does: every file with its hash. */
export async function writeManifestOf(folder: string): Promise<void> {
  const store = createFolderStore(folder);
  const keys = (await listKeys(store)).filter((key) => key !== MANIFEST_KEY);
  const manifest = await buildManifest({
    stage: 'release',
    stageVersion: 1,
    config: {},
    context: { seed: 1, inputs: {}, machine: testMachine },
    resources: await Promise.all(keys.map((key) => describeResource(store, key))),
    counts: { in: keys.length, out: keys.length, dropped: {} },
  });
  await writeManifest(store, manifest);
}

/** A bug that a test model learns by heart. */
export interface Lesson {
  buggy: string;
  fixed: string;
  /** Taxonomy id. */
  bugType: string;
}

/**
 * Trains a model on a few bugs, with the real trainer, until it knows them by heart, and writes its folder: it mends
 * these bugs and leaves the fixed code alone.
 */
export async function writeTrainedModel(
  folder: string,
  lessons: readonly Lesson[],
  options: TestModelOptions & { steps?: number },
): Promise<void> {
  await requireNativeEngine();
  const parts = createParts(options.code);
  const critic = await Critic.start();
  try {
    const examples = (await Promise.all(lessons.map((lesson) => encodeLesson(lesson, parts, critic)))).flat();
    const config = trainConfigSchema.parse({
      batchTokens: 512,
      bucketLengths: [128],
      optimizer: { warmupSteps: 10, learningRate: 3e-3 },
      emaDecay: 0.9,
    });
    const rng = seedStream(1, 'lessons');
    const { trainer, dispose } = createEditTrainer({ config, model: parts.data, examples, rng });
    for (let step = 0; step < (options.steps ?? 150); step++) await trainer.next(0);
    const weights = trainer.emaWeights();
    dispose();
    await writeModel(folder, parts, { ...parts.data, weights }, options);
  } finally {
    await critic.close();
  }
}

interface Parts {
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
  data: ModelData;
}

function createParts(code: string): Parts {
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
    maxTokens: 128,
  });
  const tables = vocabularyTables(vocabulary, tokenizer);
  return { tokenizer, vocabulary, data: createModelData(config, tables, seedStream(1, 'test-model')) };
}

/** The window with the bug, as repair will see it, and all windows of the fixed code as clean ones. */
async function encodeLesson(
  { buggy, fixed, bugType: type }: Lesson,
  parts: Parts,
  critic: Critic,
): Promise<Example[]> {
  const { maxTokens } = parts.data.config;
  const program = analyse(buggy, { maxTokens });
  const edit = diffTokens(program.tokens, lex(fixed));
  const [{ error }] = await critic.check([buggy]);
  const stoppedAt = tokenOfError(buggy, program.tokens, error);
  const encode = ({ tokens, facts }: Program, window: TokenWindow, more: object): Example[] => {
    const example = encodeWindow({ tokens, facts, window, ...parts, ...more });
    return isDropped(example) ? [] : [example];
  };
  const right = analyse(fixed, { maxTokens });
  return [
    ...program.windows.flatMap((window) =>
      encode(program, window, { edit, bugType: bugType(type).code, stoppedAt }),
    ),
    ...right.windows.flatMap((window) => encode(right, window, {})),
  ];
}

async function writeModel(
  folder: string,
  { tokenizer, vocabulary }: Parts,
  data: ModelData,
  { code, calibration }: TestModelOptions,
): Promise<void> {
  const hashes = {
    dataset: sha256(code),
    tokenizer: tokenizer.hash,
    vocabulary: vocabulary.hash,
    taxonomy: taxonomyHash(),
    lexerVersion: LEXER_VERSION,
    exampleVersion: EXAMPLE_VERSION,
  };
  const { config, weights } = encodeModel(data, hashes, 0);
  await mkdir(folder, { recursive: true });
  const write = (name: string, content: string | Uint8Array): Promise<void> =>
    writeFile(join(folder, name), content);
  await write(RELEASE_FILES.config, JSON.stringify(config));
  await write(RELEASE_FILES.weights, weights);
  await write(RELEASE_FILES.tokenizer, JSON.stringify(tokenizer.toJSON()));
  await write(RELEASE_FILES.vocabulary, JSON.stringify(vocabulary.toJSON()));
  if (calibration) await write(RELEASE_FILES.calibration, JSON.stringify(calibration));
}
