/** What the step benches time: a preset at a depth on one batch, the same for both sides. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seedStream } from '../../src/core/rng';
import type { Example } from '../../src/records/example';
import { trainConfigSchema, type TrainConfig } from '../../src/training/config';
import { MADE_UP_HASHES } from '../../src/training/testing';
import { collate, EMPTY_KIND, type Batch, type TargetBatch } from '../../src/trm/batch';
import { resolveModelConfig, type ModelConfig, type PresetName } from '../../src/trm/config';
import { NAME_KIND } from '../../src/trm/embedding';
import { createModelData, encodeModel, type ModelData } from '../../src/trm/model';
import { encodeSafetensors, type StoredTensor } from '../../src/trm/storage/safetensors';
import { syntheticExamples, syntheticTables } from '../../src/trm/testing';

/** One line of a bench's table. */
export interface StepCase {
  preset: PresetName;
  /** T, n and N_sup. */
  recursions: number;
  latentUpdates: number;
  supervisionSteps: number;
  /** B and S: rows of the batch, tokens of its longest row. */
  rows: number;
  length: number;
}

/** What a case is made of. Deterministic: both processes of our side can make it. */
export interface StepMaterial {
  model: ModelData;
  examples: Example[];
  training: TrainConfig;
}

/** Depths that a preset is timed at: shallow, where training starts, and its own. Inference takes one supervision step. */
export function depthsOf(
  preset: PresetName,
  kind: StepKind,
): Pick<StepCase, 'recursions' | 'latentUpdates' | 'supervisionSteps'>[] {
  const { recursions, latentUpdates, supervisionSteps } = resolveModelConfig(preset);
  const shallow = { recursions: 1, latentUpdates: 1, supervisionSteps: 1 };
  if (recursions === 1 && latentUpdates === 1) return [shallow];
  return [shallow, { recursions, latentUpdates, supervisionSteps: kind === 'train' ? supervisionSteps : 1 }];
}

/** Optimizer steps, or answers without gradient. */
export type StepKind = 'train' | 'infer';

/** The model of a case. */
export function caseModel({ preset, recursions, latentUpdates, supervisionSteps }: StepCase): ModelConfig {
  return resolveModelConfig(preset, { recursions, latentUpdates, supervisionSteps });
}

/** Makes model, examples and training config of a case from fixed seeds. */
export function makeMaterial(step: StepCase, kind: StepKind): StepMaterial {
  const { rows, length } = step;
  const config = caseModel(step);
  const rng = seedStream(1, 'bench-step', step.preset, length);
  return {
    model: { ...presetModel(step.preset), config },
    examples: makeExamples(config, { rows, length, buggyShare: kind === 'train' ? 0.5 : 1 }, rng),
    // A batch is exactly the rows of its bucket. Few warm-up steps, so that the first ones show what the optimizer does.
    training: trainConfigSchema.parse({
      batchTokens: rows * length,
      bucketLengths: [length],
      optimizer: { warmupSteps: 10 },
    }),
  };
}

const models = new Map<PresetName, ModelData>();

/** A preset's untrained model, made once: depth changes none of its weights. */
function presetModel(preset: PresetName): ModelData {
  const config = resolveModelConfig(preset);
  const model =
    models.get(preset) ??
    createModelData(config, syntheticTables(config), seedStream(1, 'bench-model', preset));
  models.set(preset, model);
  return model;
}

/** Windows of 80 to 100 % of the length, the first one as long as can be; a fixed share has a bug. */
function makeExamples(
  config: ModelConfig,
  { rows, length, buggyShare }: { rows: number; length: number; buggyShare: number },
  rng: ReturnType<typeof seedStream>,
): Example[] {
  const buggy = Math.ceil(rows * buggyShare);
  const make = (count: number, share: number, least: number): Example[] =>
    syntheticExamples({ config, count, lengths: [least, length], buggyShare: share }, rng);
  return [
    ...make(1, 1, length),
    ...make(buggy - 1, 1, Math.floor(0.8 * length)),
    ...make(rows - buggy, 0, Math.floor(0.8 * length)),
  ];
}

/** Writes a case for the peer: `case.json`, `model.safetensors`, `batch.safetensors`. */
export async function writeMaterial(folder: string, step: StepCase, material: StepMaterial): Promise<void> {
  const { model, examples, training } = material;
  const { learningRate, warmupSteps, beta1, beta2, epsilon, weightDecay, clipNorm } = training.optimizer;
  const optimizer = {
    learningRate,
    warmupSteps,
    beta1,
    beta2,
    epsilon,
    weightDecay,
    clipNorm,
    emaDecay: training.emaDecay,
  };
  const { bugTypeWeight, haltWeight } = training;
  const numbers = {
    ...step,
    bugTypeWeight,
    haltWeight,
    emptyKind: EMPTY_KIND,
    nameKind: NAME_KIND,
    optimizer,
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'case.json'), JSON.stringify(numbers));
  await writeFile(join(folder, 'model.safetensors'), encodeModel(model, MADE_UP_HASHES, 0).weights);
  await writeFile(join(folder, 'batch.safetensors'), encodeSafetensors(batchTensors(collate(examples))));
}

/** What the slots before write: a list of pieces each, empty for first slots. */
function previousTensors({ slotPrevious }: TargetBatch): Record<string, Int32Array | Float32Array> {
  const pieces = slotPrevious.map((token) => token?.pieces ?? []);
  let at = 0;
  return {
    previousIds: Int32Array.from(pieces.flat()),
    previousStarts: Int32Array.from(pieces, (ids) => (at += ids.length) - ids.length),
    previousKinds: Int32Array.from(slotPrevious, (token) => token?.kind ?? 0),
    previousGiven: Float32Array.from(slotPrevious, (token) => (token ? 1 : 0)),
  };
}

/** Every array of a batch; the two matrices with their shape. */
function batchTensors(batch: Batch): Record<string, StoredTensor> {
  const { rows, length, targets } = batch;
  const columns: Record<string, number> = {
    features: batch.features.length / (rows * length),
    slotCopies: length,
  };
  const { names } = batch;
  const lists = {
    nameOffsets: names.offsets,
    namePieceStarts: names.pieceStarts,
    namePieceIds: names.pieceIds,
    nameTraits: Int32Array.from(names.traits),
    nameNear: Int32Array.from(names.near),
    nameGroups: Int32Array.from(names.groups),
    ...previousTensors(targets),
  };
  const arrays = Object.entries({ ...batch, ...targets, ...lists }).flatMap(
    ([name, data]: [string, unknown]) => {
      if (data instanceof Float32Array || data instanceof Int32Array) return [{ name, data }];
      return [];
    },
  );
  return Object.fromEntries(
    arrays.map(({ name, data }) => {
      const shape = name in columns ? [data.length / columns[name], columns[name]] : [data.length];
      return [name, { dtype: data instanceof Float32Array ? 'F32' : 'I32', shape, data }];
    }),
  );
}
