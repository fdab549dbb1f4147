import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { DataError } from '../core/errors';
import { parseJson, readJson } from '../core/files';
import type { Rng } from '../core/rng';
import { MAX_PIECES } from '../records/example';
import { artefactHashesSchema, type ArtefactHashes } from '../records/checkpoint';
import { checkTables, withoutFeatures, type InputBatch, type VocabularyTables } from './batch';
import { describeParameters, modelConfigSchema, type ModelConfig } from './config';
import { createLayout, packCore, recursion, tapedRecursions, type State } from './core';
import { embed, entryTensors, inputTensors, type EntryTensors, type InputTensors } from './embedding';
import type { Answer } from './heads';
import type { PackedCore } from './packed';
import type { InferencePrecision } from './precision';
import { type Layout } from './layers/attention';
import type { StorageForm } from './storage/form';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './storage/safetensors';
import { readWeights, storedWeights } from './storage/stored-weights';
import { fixVectors, type FixedVectors } from './slots/slot-logits';
import { flatLayout, initialWeights, truncatedNormal, unflatten, type Weights } from './weights';

/** Version of a model folder's layout; another one is refused. */
export const MODEL_VERSION = 3;

/** `config.json` of a model folder. */
export const modelFileSchema = z.strictObject({
  version: z.literal(MODEL_VERSION),
  architecture: z.literal('trm-edit'),
  model: modelConfigSchema,
  /** Artefacts the model was trained with. */
  hashes: artefactHashesSchema,
  /** Exact counts of weights. */
  parameters: z.strictObject({ embedding: z.int(), core: z.int(), heads: z.int(), total: z.int() }),
  /** Optimizer step of the weights. */
  step: z.int().nonnegative(),
});
/** A value of {@link modelFileSchema}. */
export type ModelFile = z.infer<typeof modelFileSchema>;

/** Fixed start states, not trained: `[1, D]` each. */
export interface StartStates {
  y: Float32Array;
  z: Float32Array;
}

/** y0 and z0: truncated normal, std 1 (docs/MODEL.md). */
export function createStartStates(config: ModelConfig, rng: Rng): StartStates {
  return {
    y: truncatedNormal(config.width, 1, rng.fork('start', 'y')),
    z: truncatedNormal(config.width, 1, rng.fork('start', 'z')),
  };
}

/** What a forward pass needs beside the weights. Tensors are owned by whoever made it. */
export interface ModelParts {
  config: ModelConfig;
  /** `[1, D]` each. */
  start: { y: tf.Tensor2D; z: tf.Tensor2D };
  entries: EntryTensors;
  /** What slots read, where the weights stay as they are. */
  fixed?: FixedVectors;
  /** The core's weights as the kernels read them; likewise. */
  packedCore?: PackedCore | null;
}

/** Moves start states and vocabulary tables to the engine. @throws DataError when they do not fit the config */
export function createParts(config: ModelConfig, start: StartStates, tables: VocabularyTables): ModelParts {
  checkTables(tables, config);
  return {
    config,
    start: { y: tf.tensor2d(start.y, [1, config.width]), z: tf.tensor2d(start.z, [1, config.width]) },
    entries: entryTensors(tables),
  };
}

/** Frees the tensors of {@link createParts}. */
export function disposeParts({ start, entries, fixed, packedCore }: ModelParts): void {
  const { pieces, kinds, pieceMask } = entries;
  tf.dispose([start.y, start.z, pieces.ids, pieces.tokens, pieces.weights, kinds, pieceMask]);
  fixed?.entries.dispose();
  fixed?.names?.dispose();
  packedCore?.dispose();
}

/** A batch on the engine, with its attention layout. */
export interface PreparedBatch {
  input: InputTensors;
  layout: Layout;
  batch: InputBatch;
}

/** Moves a batch's inputs to the engine; call inside `tf.tidy`, or dispose of the tensors. @param precision default `float32` */
export function prepareBatch(
  batch: InputBatch,
  config: ModelConfig,
  precision?: InferencePrecision,
): PreparedBatch {
  const layout = createLayout(batch.lengths, batch.length, config, precision);
  return { batch, input: inputTensors(withoutFeatures(batch, config.omitFeatures ?? [])), layout };
}

/** States of rows that start anew: `[B * N, D]` each. */
export function startStates({ start }: ModelParts, { batch, positions }: Layout): State {
  const rows = batch * positions;
  return { y: tf.tile(start.y, [rows, 1]), z: tf.tile(start.z, [rows, 1]) };
}

/**
 * The first T - 1 recursions of a supervision step. Run outside the gradient tape: they are not back-propagated.
 * With T = 1, or where {@link lastRecursions} runs them in one call with the last, the state comes back unchanged.
 */
export function warmRecursions(
  weights: Weights,
  parts: ModelParts,
  prepared: PreparedBatch,
  state: State,
): State {
  const { config } = parts;
  if (config.recursions === 1 || prepared.layout.tables.kind === 'fused') return state;
  const x = embed(weights, prepared.input, prepared.layout, config);
  for (let i = 1; i < config.recursions; i++) state = recursion(weights, x, state, prepared.layout, config);
  return state;
}

/** The recursions that {@link warmRecursions} left, and their answer for the heads; the last one has a gradient. */
export function lastRecursions(
  weights: Weights,
  parts: ModelParts,
  { input, layout, batch }: PreparedBatch,
  state: State,
): { state: State; answer: Answer } {
  const x = embed(weights, input, layout, parts.config);
  const run = layout.tables.kind === 'fused' ? tapedRecursions : recursion;
  const next = run(weights, x, state, layout, parts.config);
  return { state: next, answer: answerOf({ input, layout, batch }, next) };
}

/** What the heads read of a state. */
export function answerOf({ layout, batch }: PreparedBatch, { y }: State): Answer {
  const { positions, precision } = layout;
  return { y, batch: layout.batch, positions, lengths: batch.lengths, names: batch.names, precision };
}

/** One whole supervision step without gradient: T recursions, then the answer. */
export function supervisionStep(
  weights: Weights,
  parts: ModelParts,
  prepared: PreparedBatch,
  state: State,
): { state: State; answer: Answer } {
  return lastRecursions(weights, parts, prepared, warmRecursions(weights, parts, prepared, state));
}

/**
 * The state of rows that start anew after some supervision steps, without gradient. What only the steps needed is freed;
 * the state is the caller's.
 */
export function runSteps({ weights, parts }: Model, prepared: PreparedBatch, steps: number): State {
  const { packedCore, config } = parts;
  const { layout, input } = prepared;
  if (packedCore && layout.tables.kind === packedCore.tables)
    return tf.tidy(() => {
      const x = embed(weights, input, layout, config);
      const recursions = steps * config.recursions;
      return { ...packedCore.run(x, startStates(parts, layout), layout, recursions) };
    });
  let state = startStates(parts, layout);
  for (let step = 0; step < steps; step++) {
    const { y, z } = state;
    state = tf.tidy(() => ({ ...supervisionStep(weights, parts, prepared, { y, z }).state }));
    tf.dispose([y, z].filter((old) => old !== state.y && old !== state.z));
  }
  return state;
}

/** Everything a model is, as plain arrays: what is trained, saved and loaded. */
export interface ModelData {
  config: ModelConfig;
  /** Flat weights in the order of `flatLayout(config)`. */
  weights: Float32Array;
  start: StartStates;
  tables: VocabularyTables;
}

/** A new, untrained model. @throws DataError when the tables do not fit the config */
export function createModelData(config: ModelConfig, tables: VocabularyTables, rng: Rng): ModelData {
  checkTables(tables, config);
  return { config, tables, weights: initialWeights(config, rng), start: createStartStates(config, rng) };
}

/** A model on the engine, ready for inference. Owns its tensors: call {@link Model.dispose}. */
export class Model {
  readonly config: ModelConfig;
  readonly weights: Weights;
  readonly parts: ModelParts;

  constructor(
    readonly data: ModelData,
    /** `config.json` of the folder it was loaded from; null for a model made in memory. */
    readonly file: ModelFile | null = null,
    /** Precision of its products. Default `float32`: the same answers on every processor, but for rounding. */
    readonly precision: InferencePrecision = 'float32',
  ) {
    this.config = data.config;
    const layout = flatLayout(data.config);
    this.weights = tf.tidy(() => unflatten(tf.tensor1d(data.weights), layout));
    const parts = createParts(data.config, data.start, data.tables);
    this.parts = {
      ...parts,
      fixed: fixVectors(this.weights, parts.entries, precision),
      packedCore: packCore(this.weights, data.config, precision),
    };
  }

  /** Frees all tensors; the model cannot be used afterwards. */
  dispose(): void {
    tf.dispose(Object.values(this.weights));
    disposeParts(this.parts);
  }
}

/** `config.json` and `model.safetensors` of a model folder, in this order. @param form of the weights; default `float32` */
export function encodeModel(
  data: ModelData,
  hashes: ArtefactHashes,
  step: number,
  form?: StorageForm,
): { config: ModelFile; weights: Uint8Array } {
  const { embedding, core, heads, total } = describeParameters(data.config);
  const config: ModelFile = {
    version: MODEL_VERSION,
    architecture: 'trm-edit',
    model: data.config,
    hashes,
    parameters: { embedding, core, heads, total },
    step,
  };
  const tensors = { ...storedWeights(data.weights, flatLayout(data.config), form), ...storedBuffers(data) };
  return { config, weights: encodeSafetensors(tensors, { format: 'pt', architecture: 'trm-edit' }) };
}

/** Start states as tensors of a safetensors file. */
export function storedStart({ y, z }: StartStates): Record<'start.y' | 'start.z', StoredTensor> {
  return {
    'start.y': { dtype: 'F32', shape: [y.length], data: y },
    'start.z': { dtype: 'F32', shape: [z.length], data: z },
  };
}

/** The start states that {@link storedStart} wrote. @throws DataError when they are not there */
export function readStart(tensors: Readonly<Record<string, StoredTensor>>, label: string): StartStates {
  const [y, z] = ['start.y', 'start.z'].map((name) => tensors[name]?.data);
  if (y instanceof Float32Array && z instanceof Float32Array) return { y, z };
  throw new DataError(`${label}: expected the start states of a model, found none`, 'make the model again');
}

function storedBuffers({ config, start, tables }: ModelData): Record<string, StoredTensor> {
  const { vocabularySize, tokenizerSize } = config;
  return {
    ...storedStart(start),
    'tables.entryPieces': { dtype: 'U16', shape: [vocabularySize, MAX_PIECES], data: tables.entryPieces },
    'tables.entryKinds': { dtype: 'U8', shape: [vocabularySize], data: tables.entryKinds },
    'tables.namePieces': { dtype: 'U8', shape: [tokenizerSize], data: tables.namePieces },
  };
}

/** Reads a model from the bytes of its two files. @throws DataError when they are damaged or do not fit together */
export function decodeModel(file: ModelFile, bytes: Uint8Array, label: string): ModelData {
  const { tensors } = decodeSafetensors(bytes, label);
  const take = <T>(name: string, Type: new (length: number) => T): T => {
    const data: unknown = tensors[name]?.data;
    if (!(data instanceof Type))
      throw new DataError(
        `${label}: expected tensor "${name}", found none`,
        'train or download the model again',
      );
    return data;
  };
  const data: ModelData = {
    config: file.model,
    weights: readWeights(tensors, flatLayout(file.model), label),
    start: readStart(tensors, label),
    tables: {
      entryPieces: take('tables.entryPieces', Uint16Array),
      entryKinds: take('tables.entryKinds', Uint8Array),
      namePieces: take('tables.namePieces', Uint8Array),
    },
  };
  checkTables(data.tables, data.config);
  for (const state of [data.start.y, data.start.z])
    if (state.length !== data.config.width)
      throw new DataError(
        `${label}: expected start states of ${data.config.width} numbers, got ${state.length}`,
        'train or download the model again',
      );
  return data;
}

/**
 * A model from the bytes of its two files. An engine must be loaded (`core/engine`).
 * @param label name of the weights' file, for messages
 * @param precision of products; default `float32`
 * @throws DataError when they are damaged, of another version or do not fit together
 */
export function modelFromBytes(
  config: Uint8Array,
  weights: Uint8Array,
  label: string,
  precision?: InferencePrecision,
): Model {
  const text = Buffer.from(config).toString('utf8');
  const file = parseJson(text, modelFileSchema, join(dirname(label), 'config.json'));
  return new Model(decodeModel(file, weights, label), file, precision);
}

/**
 * Loads `config.json` and `model.safetensors` of a model folder. An engine must be loaded (`core/engine`).
 * @throws DataError when a file is missing, damaged or of another version
 */
export async function loadModel(folder: string): Promise<Model> {
  const file = await readJson(join(folder, 'config.json'), modelFileSchema);
  const path = join(folder, 'model.safetensors');
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new DataError(`expected a readable file at ${path}`, 'train or download the model again', {
      cause: error,
    });
  });
  return new Model(decodeModel(file, bytes, path), file);
}
