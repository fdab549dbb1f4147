import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { DataError } from '../../core/errors';
import { parseJson } from '../../core/files';
import type { Rng } from '../../core/rng';
import type { ObjectStore } from '../../storage/object-store';
import type { State } from '../core';
import { type Layout } from '../layers/attention';
import { decodeSafetensors, encodeSafetensors } from '../storage/safetensors';
import { readWeights, storedWeights } from '../storage/stored-weights';
import { layoutOf, startingWeights, truncatedNormal, unflatten, type FlatLayout } from '../weights';
import { gridModelConfigSchema, gridParameterSpecs, type GridModelConfig } from './config';
import { embedGrid, gridLayout, gridStep, type GridAnswer } from './network';

/** Version of a grid model's folder; another one is refused. */
export const GRID_MODEL_VERSION = 2;

const fileSchema = z.strictObject({
  version: z.literal(GRID_MODEL_VERSION),
  architecture: z.literal('trm-grid'),
  model: gridModelConfigSchema,
  /** Optimizer step of the weights. */
  step: z.int().nonnegative(),
});

/** Everything a grid model is, as plain arrays. */
export interface GridModelData {
  config: GridModelConfig;
  /** Flat weights in the order of {@link gridFlatLayout}. */
  weights: Float32Array;
  /** Fixed start states, not trained: `[D]` each, truncated normal of std 1. */
  start: { y: Float32Array; z: Float32Array };
}

/** How the weights lie in one flat vector. */
export function gridFlatLayout(config: GridModelConfig): FlatLayout {
  return layoutOf(gridParameterSpecs(config));
}

/** A new, untrained model. */
export function createGridModel(config: GridModelConfig, rng: Rng): GridModelData {
  const start = (name: string): Float32Array => truncatedNormal(config.width, 1, rng.fork('start', name));
  return {
    config,
    weights: startingWeights(gridParameterSpecs(config), rng),
    start: { y: start('y'), z: start('z') },
  };
}

/** Start states of B grids, `[B * N, D]` each. */
export function gridStart({ start, config }: GridModelData, { batch, positions }: Layout): State {
  const tile = (row: Float32Array): tf.Tensor2D =>
    tf.tile(tf.tensor2d(row, [1, config.width]), [batch * positions, 1]);
  return { y: tile(start.y), z: tile(start.z) };
}

/** Grids as a tensor `[B, S]` of integers. */
export function gridTensor(grids: readonly Uint8Array[]): tf.Tensor2D {
  const [batch, cells] = [grids.length, grids[0].length];
  const flat = new Int32Array(batch * cells);
  grids.forEach((grid, row) => flat.set(grid, row * cells));
  return tf.tensor2d(flat, [batch, cells], 'int32');
}

/** What a model answers after one supervision step. */
export interface GridStep {
  /** The answered grids, `[S]` each. */
  answers: Uint8Array[];
  /** `[B]` halting logits. */
  halt: Float32Array;
}

/** Settings of {@link answerGrids}. */
export interface AnswerOptions {
  /** Supervision steps to run. Default: the model's. */
  supervisionSteps?: number;
  /** Told each step's logits, to compute with them; called inside `tf.tidy`. */
  onStep?: (step: number, answer: GridAnswer) => void;
}

/**
 * Runs a model on grids and returns its answer after every supervision step, the first step first. All grids take all
 * steps: whether one would have halted before is in `halt`. An engine must be loaded (`core/engine`).
 */
export function answerGrids(
  model: GridModelData,
  grids: readonly Uint8Array[],
  { supervisionSteps = model.config.supervisionSteps, onStep }: AnswerOptions = {},
): GridStep[] {
  const { config } = model;
  const out: GridStep[] = [];
  tf.tidy(() => {
    const weights = unflatten(tf.tensor1d(model.weights), gridFlatLayout(config));
    const layout = gridLayout(grids.length, config);
    const x = embedGrid(weights, gridTensor(grids), config);
    let state = gridStart(model, layout);
    for (let step = 1; step <= supervisionSteps; step++) {
      // One tidy a step: the intermediate tensors of all steps would not fit in memory for many grids.
      const [y, z] = tf.tidy(() => {
        const { state: next, answer } = gridStep(weights, x, state, layout, config);
        onStep?.(step, answer);
        out.push(readStep(tf.argMax(answer.logits, 2), answer.halt));
        return [next.y, next.z];
      });
      tf.dispose([state.y, state.z].filter((old) => old !== y && old !== z));
      state = { y, z };
    }
  });
  return out;
}

function readStep(answers: tf.Tensor, halt: tf.Tensor): GridStep {
  const [batch, cells] = answers.shape;
  const flat = answers.dataSync();
  return {
    answers: Array.from({ length: batch }, (_, row) =>
      Uint8Array.from(flat.subarray(row * cells, (row + 1) * cells)),
    ),
    halt: halt.dataSync<'float32'>().slice(),
  };
}

/** `config.json` and `model.safetensors` of a model folder. */
export function encodeGridModel(
  { config, weights, start }: GridModelData,
  step: number,
): { 'config.json': string; 'model.safetensors': Uint8Array } {
  const file: z.input<typeof fileSchema> = {
    version: GRID_MODEL_VERSION,
    architecture: 'trm-grid',
    model: config,
    step,
  };
  const tensors = {
    ...storedWeights(weights, gridFlatLayout(config)),
    'start.y': { dtype: 'F32' as const, shape: [config.width], data: start.y },
    'start.z': { dtype: 'F32' as const, shape: [config.width], data: start.z },
  };
  return {
    'config.json': `${JSON.stringify(file, null, 2)}\n`,
    'model.safetensors': encodeSafetensors(tensors, { format: 'pt', architecture: 'trm-grid' }),
  };
}

/** Reads the model that training wrote below `prefix`. @throws DataError when a file is missing or damaged */
export async function loadGridModel(store: ObjectStore, prefix = 'model/'): Promise<GridModelData> {
  const label = `${store.location}/${prefix}`;
  const text = Buffer.from(await store.get(`${prefix}config.json`)).toString('utf8');
  const { model } = parseJson(text, fileSchema, `${label}config.json`);
  const { tensors } = decodeSafetensors(await store.get(`${prefix}model.safetensors`), label);
  const start = (name: string): Float32Array => {
    const data: unknown = tensors[name]?.data;
    if (!(data instanceof Float32Array) || data.length !== model.width)
      throw new DataError(`${label}: expected tensor "${name}" of ${model.width} numbers, found none`);
    return data;
  };
  return {
    config: model,
    weights: readWeights(tensors, gridFlatLayout(model), label),
    start: { y: start('start.y'), z: start('start.z') },
  };
}
