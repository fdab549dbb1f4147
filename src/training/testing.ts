/** Trainers of made-up models and examples, for tests and benches. */
import type { Rng } from '../core/rng';
import type { ArtefactHashes } from '../records/checkpoint';
import { EXAMPLE_VERSION, type Example } from '../records/example';
import type { Precision } from '../trm/precision';
import type { ModelData } from '../trm/model';
import { runMixture, type TrainConfig } from './config';
import { EditTask, editWeight, isClean } from './edit-task';
import { MemoryFeed } from './feed/memory-feed';
import { isReal } from './feed/mixture';
import { Trainer } from './trainer';

const HASH = 'b'.repeat(64);

/** Hashes of artefacts that nobody made. */
export const MADE_UP_HASHES: ArtefactHashes = {
  dataset: HASH,
  tokenizer: HASH,
  vocabulary: HASH,
  taxonomy: HASH,
  lexerVersion: 1,
  exampleVersion: EXAMPLE_VERSION,
};

/** Settings of {@link createEditTrainer}. */
export interface EditTrainerOptions {
  config: TrainConfig;
  model: ModelData;
  examples: readonly Example[];
  rng: Rng;
  /** Of matrix products. Default `float32`. */
  precision?: Precision;
}

/** A feed of examples in memory. */
export function createEditFeed({
  config: { bucketLengths, cleanShare },
  examples,
  rng,
}: Omit<EditTrainerOptions, 'model' | 'precision'>): MemoryFeed<Example> {
  const options = {
    bucketLengths,
    cleanShare,
    lengthOf: ({ length }: Example) => length,
    isClean,
    isReal,
    weightOf: editWeight,
  };
  return new MemoryFeed(examples, options, rng.fork('batches'));
}

/** A trainer of TRM-Edit on examples in memory; `dispose` frees the trainer and its task. */
export function createEditTrainer(options: EditTrainerOptions): {
  trainer: Trainer<Example>;
  task: EditTask;
  dispose: () => void;
} {
  const { config, model, rng, precision } = options;
  const task = new EditTask({ model, hashes: MADE_UP_HASHES, config, precision });
  const mixture = runMixture(config);
  const trainer = new Trainer({ config, task, feed: createEditFeed(options), mixture, rng });
  const dispose = (): void => {
    trainer.dispose();
    task.dispose();
  };
  return { trainer, task, dispose };
}
