import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import { DataError } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import { MAX_PIECES, type Example } from '../../records/example';
import {
  TOKEN_FEATURE_NAMES,
  type TokenFeatureArrays,
  type TokenFeatureName,
} from '../../records/token-features';
import type { VocabularyTables } from '../../trm/batch';
import {
  modelConfigSchema,
  parameterSpecs,
  type Initializer,
  type ModelConfig,
  type ParameterSpec,
} from '../../trm/config';
import type { ModelData } from '../../trm/model';
import { layoutOf } from '../../trm/weights';
import type { OptimizerConfig } from '../run-config';
import type { GridLossOptions } from '../sudoku/loss';

/** An input of a layer: values by {@link formula}. */
export interface FormulaTensor {
  shape: number[];
  seed: number;
  scale: number;
}

/** What one supervision step computed, beside its tensors. */
export interface StepFixture {
  loss: number;
  parts: number[];
  exact: boolean[];
}

/** `parity.json`, as `src/trm/fixtures/make_parity.py` (PyTorch, float64) writes it. */
export interface StoredFixture {
  config: unknown;
  examples: (Pick<Example, 'sampleId' | 'firstToken' | 'length' | 'target' | 'copyGroups' | 'fills'> & {
    pieces: number[][];
    names: { pieces: number[][]; traits: number[]; near: number[] };
    features: Record<TokenFeatureName, number[]>;
  })[];
  tables: { pieces: number[][]; kinds: number[]; names: number[] };
  weights: (FormulaTensor & { name: string })[];
  start: { y: number; z: number; scale: number };
  layers: {
    /** Positions of each row that are no padding, of `positions`. */
    counts: number[];
    positions: number;
    pieces: number[][];
    cases: { name: string; inputs: FormulaTensor[]; dySeed: number; gradients: number[]; size: number }[];
  };
  model: {
    steps: StepFixture[];
    /** Row that starts anew in the third step. */
    replacedRow: number;
    /** Of states every so-many-th value is stored. */
    stateStride: number;
    /** A batch without bugs: row `row` twice, in its state after the first step. */
    clean: { row: number; loss: number; gradientNorms: Record<string, number> };
  };
  optimizer: {
    hyper: Pick<OptimizerConfig, 'learningRate' | 'beta1' | 'beta2' | 'epsilon' | 'weightDecay'>;
    short: { seeds: number[]; size: number; scales: number[]; clipNorm: number; emaDecays: number[] };
    whole: {
      t: number;
      clipNorm: number;
      emaDecay: number;
      scale: number;
      stride: number;
      gradientNorm: number;
    };
  };
  grid: {
    /** Of gradients of more than `large` values every so-many-th is stored. */
    gradientStride: number;
    large: number;
    cases: GridFixture[];
  };
  learningRates: {
    config: Pick<OptimizerConfig, 'learningRate' | 'decayShare' | 'finalShare'> & { warmupSteps: number };
    most: number;
    values: number[];
  }[];
  emaDecay: { most: number; steps: number[]; values: number[] };
  halting: HaltingFixture[];
  /** Of a truncated normal of std 1: its end, kurtosis and deciles. */
  truncatedNormal: { cut: number; kurtosis: number; deciles: number[] };
  initial: InitialFixture;
  fixedPoint: number;
  tensors: { name: string; size: number; largest: number }[];
}

/** How each weight starts: a normal's std, or a constant. */
export type InitialFixture = Record<string, { kind: Initializer['kind']; value: number }>;

/** A model in the paper's form: grids in, grids out. */
export interface GridFixture {
  label: string;
  config: unknown;
  crossEntropy: GridLossOptions['crossEntropy'];
  haltWeight: number;
  weights: StoredFixture['weights'];
  puzzles: number[][];
  solutions: number[][];
  steps: StepFixture[];
  initial: InitialFixture;
}

/** Decisions over supervision steps: `[steps][rows]` each. */
export interface HaltingFixture {
  supervisionSteps: number;
  exploration: number;
  q: number[][];
  /** Uniform draws in [0, 1): below `exploration` a row must do its `leasts` first. */
  draws: number[][];
  leasts: number[][];
  result: { steps: number[]; halted: boolean[] }[];
}

/** The reference's results, and the model that they are of. */
export interface Fixture extends StoredFixture {
  config: ModelConfig;
  /** Weights, start states and tables. */
  model: StoredFixture['model'] & { data: ModelData };
  rows: Example[];
  /** A stored tensor, flat. @throws DataError when there is none of this name */
  tensor(name: string): Float64Array;
}

/**
 * Reads the committed fixture; `parity.bin.gz` holds its tensors one after the other, each as 32-bit integers (value
 * over the largest value, times `fixedPoint`) in four planes of bytes, lowest first.
 * @throws DataError when it is not of this model's weights
 */
export async function readFixture(): Promise<Fixture> {
  const folder = join(projectRoot(), 'src/trm/fixtures');
  const stored = JSON.parse(await readFile(join(folder, 'parity.json'), 'utf8')) as StoredFixture;
  const tensors = decodeTensors(stored, gunzipSync(await readFile(join(folder, 'parity.bin.gz'))));
  const config = modelConfigSchema.parse(stored.config);
  const { start } = stored;
  const data: ModelData = {
    config,
    weights: formulaWeights(parameterSpecs(config), stored.weights),
    start: {
      y: formula(start.y, config.width, start.scale),
      z: formula(start.z, config.width, start.scale),
    },
    tables: tablesOf(stored),
  };
  const tensor = (name: string): Float64Array => {
    const found = tensors.get(name);
    if (found === undefined) throw staleFixture(`expected a tensor "${name}", found none`);
    return found;
  };
  return {
    ...stored,
    config,
    model: { ...stored.model, data },
    rows: stored.examples.map(toExample),
    tensor,
  };
}

const staleFixture = (what: string): DataError =>
  new DataError(`fixture of the reference: ${what}`, 'run src/trm/fixtures/make_parity.py (needs torch)');

function decodeTensors({ tensors, fixedPoint }: StoredFixture, bytes: Uint8Array): Map<string, Float64Array> {
  let at = 0;
  return new Map(
    tensors.map(({ name, size, largest }) => {
      const [first, unit] = [at, largest / fixedPoint];
      at += 4 * size;
      const fixed = (i: number): number =>
        [0, 1, 2, 3].reduce((sum, plane) => sum | (bytes[first + plane * size + i] << (8 * plane)), 0);
      return [name, Float64Array.from({ length: size }, (_, i) => fixed(i) * unit)];
    }),
  );
}

/**
 * Values in (-scale, scale) from a 32-bit hash of seed and index: the reference's formula, so that neither weights nor
 * inputs need to be stored.
 */
export function formula(seed: number, count: number, scale: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    let x = (i + Math.imul(seed, 0x9e3779b1)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return scale * (((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1);
  });
}

/** {@link formula} on the engine. */
export function formulaTensor({ seed, shape, scale }: FormulaTensor): tf.Tensor {
  const count = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(formula(seed, count, scale), shape);
}

/**
 * Flat weights by the formula.
 * @throws DataError when the reference's weights are not those of `specs`
 */
export function formulaWeights(
  specs: readonly ParameterSpec[],
  recipe: StoredFixture['weights'],
): Float32Array {
  const layout = layoutOf(specs);
  const say = (list: readonly { name: string; shape: number[] }[]): string =>
    list.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
  if (say(recipe) !== say(specs))
    throw staleFixture(`expected the weights ${say(specs)}, got ${say(recipe)}`);
  const flat = new Float32Array(layout.size);
  recipe.forEach(({ seed, scale }, i) => {
    const { offset, size } = layout.entries[i];
    flat.set(formula(seed, size, scale), offset);
  });
  return flat;
}

function padPieces(lists: readonly number[][]): Uint16Array {
  const out = new Uint16Array(lists.length * MAX_PIECES);
  lists.forEach((ids, row) => out.set(ids, row * MAX_PIECES));
  return out;
}

function tablesOf({ tables }: StoredFixture): VocabularyTables {
  return {
    entryPieces: padPieces(tables.pieces),
    entryKinds: Uint8Array.from(tables.kinds),
    namePieces: Uint8Array.from(tables.names),
  };
}

function toExample({ features, names, ...rest }: StoredFixture['examples'][number]): Example {
  const arrays = Object.fromEntries(
    TOKEN_FEATURE_NAMES.map((name) => [name, Uint8Array.from(features[name])]),
  ) as TokenFeatureArrays;
  return {
    ...rest,
    ...arrays,
    difficulty: 0,
    origin: 0,
    pieces: padPieces(rest.pieces),
    copyGroups: Uint8Array.from(rest.copyGroups),
    names: {
      texts: names.pieces.map((_, i) => `name${i}`),
      pieces: padPieces(names.pieces),
      traits: Uint16Array.from(names.traits),
      near: Uint16Array.from(names.near),
    },
  };
}
