import type { Example } from '../records/example';
import type { ArtefactHashes } from '../records/checkpoint';
import { collate } from '../trm/batch';
import type { ModelConfig } from '../trm/config';
import { supervisionStepFlops } from '../trm/flops';
import {
  createParts,
  disposeParts,
  encodeModel,
  lastRecursions,
  Model,
  prepareBatch,
  startStates,
  storedStart,
  warmRecursions,
  type ModelData,
  type ModelParts,
} from '../trm/model';
import type { Precision } from '../trm/precision';
import type { StoredTensor } from '../trm/storage/safetensors';
import { flatLayout, type FlatLayout } from '../trm/weights';
import type { TrainConfig } from './config';
import { validate } from './evaluate';
import type { Mixture } from './feed/feed';
import { mixtureWeight } from './feed/mixture';
import { computeLoss, LOSS_PARTS, type Decisions, type LossWeights } from './optimization/losses';
import type { Counts, Depth, PreparedRows, TrainingTask, Validation } from './task';

/** Settings of {@link EditTask}. */
export interface EditTaskOptions {
  /** Untrained model. */
  model: ModelData;
  /** Artefacts the model belongs to, for its folder. */
  hashes: ArtefactHashes;
  config: Pick<TrainConfig, 'batchTokens'> & LossWeights;
  /** Of matrix products. Default `float32`. */
  precision?: Precision;
}

/** TRM-Edit as a task: windows of code, an edit or "no bug" as the answer. Owns tensors: call `dispose`. */
export class EditTask implements TrainingTask<Example> {
  readonly config: ModelConfig;
  readonly layout: FlatLayout;
  readonly lossParts = LOSS_PARTS;
  private readonly parts: ModelParts;

  constructor(private readonly options: EditTaskOptions) {
    const { model } = options;
    this.config = model.config;
    this.layout = flatLayout(model.config);
    this.parts = createParts(model.config, model.start, model.tables);
  }

  get width(): number {
    return this.config.width;
  }

  get depth(): Depth {
    return this.config;
  }

  get initialWeights(): Float32Array {
    return this.options.model.weights;
  }

  get fixed(): Record<string, StoredTensor> {
    return storedStart(this.options.model.start);
  }

  idOf({ sampleId }: Example): string {
    return sampleId.slice(0, 12);
  }

  prepare(rows: readonly Example[], length: number | null, depth: Depth): PreparedRows {
    const batch = collate(rows, length === null ? {} : { length });
    const parts: ModelParts = { ...this.parts, config: withDepth(this.config, depth) };
    const prepared = prepareBatch(batch, parts.config, this.options.precision);
    return {
      rows: batch.rows,
      length: batch.length,
      positions: prepared.layout.positions,
      tokens: rows.reduce((sum, row) => sum + row.length, 0),
      flops: supervisionStepFlops(parts.config, batch.rows, batch.length, true),
      start: () => startStates(parts, prepared.layout),
      warm: (weights, state) => warmRecursions(weights, parts, prepared, state),
      supervise: (weights, state) => {
        const next = lastRecursions(weights, parts, prepared, state);
        const result = computeLoss(weights, parts, next.answer, batch.targets, this.options.config);
        return { ...result, state: next.state, counts: countsOf(rows, result.decisions) };
      },
    };
  }

  validate(weights: Float32Array, rows: readonly Example[], depth: Depth): Validation {
    const { model, config, precision } = this.options;
    const data = { ...model, config: withDepth(model.config, depth), weights };
    const averaged = new Model(data, null, precision);
    try {
      return { ...validate(averaged, rows, config) };
    } finally {
      averaged.dispose();
    }
  }

  modelFiles(weights: Float32Array, step: number, depth: Depth): Record<string, Uint8Array | string> {
    const { model, hashes } = this.options;
    const data: ModelData = { ...model, config: withDepth(model.config, depth), weights };
    const files = encodeModel(data, hashes, step);
    return {
      'model.safetensors': files.weights,
      'config.json': `${JSON.stringify(files.config, null, 2)}\n`,
    };
  }

  dispose(): void {
    disposeParts(this.parts);
  }
}

/** True for a window without a bug. */
export const isClean = ({ target }: Example): boolean => target.location === 0;

function withDepth(config: ModelConfig, { recursions, latentUpdates, supervisionSteps }: Depth): ModelConfig {
  return { ...config, recursions, latentUpdates, supervisionSteps };
}

function countsOf(rows: readonly Example[], decisions: Decisions): Counts {
  const count = (want: boolean, of: 'exact' | 'located' | 'mended') => {
    const list = rows.flatMap((row, i) =>
      row.fills.length === 0 && isClean(row) === want ? [decisions[of][i]] : [],
    );
    return { right: list.filter(Boolean).length, total: list.length };
  };
  return {
    joint: count(false, 'exact'),
    location: count(false, 'located'),
    content: count(false, 'mended'),
    cleanKept: count(true, 'located'),
    ...(decisions.filled.total > 0 && { filled: decisions.filled }),
  };
}

/** Weight of a row in a mixture, see {@link mixtureWeight}. */
export function editWeight(row: Example, mixture: Mixture): number {
  const { target, difficulty, origin } = row;
  return mixtureWeight({ clean: isClean(row), bugType: target.bugType, difficulty, origin }, mixture);
}
