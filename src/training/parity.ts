import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { projectRoot } from '../core/paths';
import { MAX_PIECES, type Example } from '../records/example';
import {
  TOKEN_FEATURE_NAMES,
  type TokenFeatureArrays,
  type TokenFeatureName,
} from '../records/token-features';
import { collate } from '../trm/batch';
import { modelConfigSchema, parameterSpecs, type ModelConfig } from '../trm/config';
import { locationLogits } from '../trm/heads';
import { createParts, lastRecursion, prepareBatch, startStates, warmRecursions } from '../trm/model';
import { flatLayout, unflatten } from '../trm/weights';
import { computeLoss } from './losses';
import { adamwStep, vectorNorm, type TrainedState } from './optimizer';

/** Largest relative difference that counts as equal: 32-bit floats against a 64-bit reference. */
export const PARITY_TOLERANCE = 1e-4;

/** One compared quantity. */
export interface ParityRow {
  name: string;
  /** Largest absolute difference over the largest absolute value of the reference. */
  difference: number;
  values: number;
}

/** What `src/trm/fixtures/parity_reference.py` (NumPy, float64) wrote. */
interface Fixture {
  config: unknown;
  /** Features by the names of their groups. */
  examples: (Pick<Example, 'sampleId' | 'firstToken' | 'length' | 'target'> & {
    pieces: number[][];
    copyGroups: number[];
    features: Record<TokenFeatureName, number[]>;
  })[];
  entries: { pieces: number[][]; kinds: number[] };
  names: number[];
  steps: {
    loss: number;
    parts: number[];
    exact: boolean[];
    /** Every 7th value of each row's state. */
    y: number[][];
    z: number[][];
    location: number[][];
  }[];
  gradients: Record<string, { index: number[]; values: number[] }>;
  optimizer: Parameters<typeof adamwStep>[3] & {
    learningRate: number;
    emaDecays: number[];
    result: Record<keyof TrainedState, number[]>;
  };
}

/**
 * Compares the model with the independent reference: states and logits after two supervision steps with carry,
 * loss parts, gradients of every weight tensor, and AdamW with moving average. An engine must be loaded.
 */
export async function compareWithReference(): Promise<ParityRow[]> {
  const path = join(projectRoot(), 'src/trm/fixtures/parity.json');
  const fixture = JSON.parse(await readFile(path, 'utf8')) as Fixture;
  tf.engine().startScope('parity');
  try {
    return [...compareModel(fixture), ...compareOptimizer(fixture)];
  } finally {
    tf.engine().endScope();
  }
}

function compareModel(fixture: Fixture): ParityRow[] {
  const config = modelConfigSchema.parse(fixture.config);
  const layout = flatLayout(config);
  const weights = unflatten(tf.tensor1d(formulaWeights(config)), layout);
  const parts = createParts(config, startOf(config), tablesOf(fixture));
  const batch = collate(fixture.examples.map(toExample), { length: 11 });
  const prepared = prepareBatch(batch, config);
  const weighting = { bugTypeWeight: 0.2, haltWeight: 0.5 };
  const rows: ParityRow[] = [];
  let state = startStates(parts, prepared.layout);
  for (const [i, step] of fixture.steps.entries()) {
    const begin = warmRecursions(weights, parts, prepared, state);
    const names = layout.entries.map(({ name }) => name);
    const { grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const taped = Object.fromEntries(names.map((name, k) => [name, tensors[k]]));
      const next = lastRecursion(taped, parts, prepared, begin);
      const result = computeLoss(taped, parts, next.answer, batch.targets, weighting);
      state = { y: tf.keep(next.state.y), z: tf.keep(next.state.z) };
      const location = locationLogits(taped, next.answer, config).arraySync();
      const label = (what: string): string => `step ${i + 1} ${what}`;
      rows.push(
        compare(label('loss'), [result.loss.dataSync()[0]], [step.loss]),
        compare(label('loss parts'), result.parts.dataSync(), step.parts),
        compare(label('exactly right'), result.decisions.exact.map(Number), step.exact.map(Number)),
        compare(label('location logits'), trim(location, step.location), step.location.flat()),
        compare(label('y'), sampleRows(state.y, fixture, config), step.y.flat()),
        compare(label('z'), sampleRows(state.z, fixture, config), step.z.flat()),
      );
      return result.loss;
    })(names.map((name) => weights[name]));
    if (i === fixture.steps.length - 1)
      names.forEach((name, k) => {
        const { index, values } = fixture.gradients[name];
        const ours = grads[k].dataSync();
        const got = index.map((at) => ours[at]);
        rows.push(compare(`gradient ${name}`, got, values, 1e-6));
      });
  }
  return rows;
}

/** @param floor least divisor: a gradient that is zero everywhere is compared absolutely */
function compare(name: string, got: ArrayLike<number>, want: readonly number[], floor = 1e-12): ParityRow {
  if (got.length !== want.length)
    throw new Error(`${name}: expected ${want.length} values as in the fixture, got ${got.length}`);
  const largest = Math.max(floor, ...want.map(Math.abs));
  const difference = Math.max(...want.map((value, i) => Math.abs(got[i] - value))) / largest;
  return { name, difference, values: want.length };
}

/** Logits of a padded batch without the padding's. */
function trim(logits: number[][], like: number[][]): number[] {
  return logits.flatMap((row, r) => row.slice(0, like[r].length));
}

function sampleRows(state: tf.Tensor2D, { examples }: Fixture, { registers }: ModelConfig): number[] {
  const values = tf.reshape(state, [examples.length, -1]).arraySync() as number[][];
  const width = state.shape[1];
  return examples.flatMap(({ length }, row) =>
    values[row].slice(0, (registers + length) * width).filter((_, i) => i % 7 === 0),
  );
}

/** Values by the reference's formula, so that no weights need to be stored. */
function formula(tensor: number, count: number, scale: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => scale * Math.sin(1 + 12.9898 * (i % 997) + 78.233 * tensor + 0.37 * Math.floor(i / 997)),
  );
}

function formulaWeights(config: ModelConfig): Float32Array {
  const layout = flatLayout(config);
  const flat = new Float32Array(layout.size);
  parameterSpecs(config).forEach(({ shape }, tensor) => {
    const { offset, size } = layout.entries[tensor];
    flat.set(formula(tensor, size, shape.length === 2 ? 1.5 / Math.sqrt(shape[0]) : 0.1), offset);
  });
  return flat;
}

function startOf({ width }: ModelConfig): { y: Float32Array; z: Float32Array } {
  return { y: formula(100, width, 1.5), z: formula(101, width, 1.5) };
}

function padPieces(lists: readonly number[][]): Uint16Array {
  const out = new Uint16Array(lists.length * MAX_PIECES);
  lists.forEach((ids, row) => out.set(ids, row * MAX_PIECES));
  return out;
}

function tablesOf({ entries, names }: Fixture) {
  return {
    entryPieces: padPieces(entries.pieces),
    entryKinds: Uint8Array.from(entries.kinds),
    namePieces: Uint8Array.from(names),
  };
}

function toExample(stored: Fixture['examples'][number]): Example {
  const { features, ...rest } = stored;
  const arrays = Object.fromEntries(
    TOKEN_FEATURE_NAMES.map((name) => [name, Uint8Array.from(features[name])]),
  ) as TokenFeatureArrays;
  return {
    ...rest,
    ...arrays,
    difficulty: 0,
    pieces: padPieces(stored.pieces),
    copyGroups: Uint8Array.from(stored.copyGroups),
  };
}

function compareOptimizer({ optimizer }: Fixture): ParityRow[] {
  const { learningRate, emaDecays, result, ...rest } = optimizer;
  const size = result.weights.length;
  const start = tf.tensor1d(formula(200, size, 0.5));
  let state: TrainedState = { weights: start, ema: start, m: tf.zeros([size]), v: tf.zeros([size]) };
  emaDecays.forEach((emaDecay, step) => {
    const gradient = tf.tensor1d(formula(201 + step, size, 0.5));
    const gradientNorm = vectorNorm(gradient).dataSync()[0];
    state = adamwStep(
      state,
      gradient,
      { step, learningRate, emaDecay, gradientNorm },
      { ...rest, learningRate, warmupSteps: 0, decayShare: 0, finalShare: 0 },
    );
  });
  return (['weights', 'm', 'v', 'ema'] as const).map((name) =>
    compare(`AdamW ${name} after ${emaDecays.length} steps`, state[name].dataSync(), result[name]),
  );
}
