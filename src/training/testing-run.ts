/**
 * A small training run in a folder, for tests. As a program it trains there until it ends or is killed:
 * `node dist/src/training/testing-run.js <folder> <overrides as JSON>`.
 */
import { requireNativeEngine } from '../core/engine';
import { silentProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/stage';
import { createModelData } from '../trm/model';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from '../trm/testing';
import type { RunIdentity } from './checkpoint';
import { trainConfigSchema, type TrainConfig } from './config';
import { EditTask } from './edit-task';
import { TrainingRun, type RunSummary } from './run';
import { createEditFeed, MADE_UP_HASHES } from './testing';

const rng = seedStream(9, 'run-test');
/** Model of these runs. */
export const model = { ...TINY_CONFIG, supervisionSteps: 2 };
/** Settings of these runs. */
export const config = trainConfigSchema.parse({
  maxSteps: 30,
  batchTokens: 64,
  bucketLengths: [8, 16],
  checkpointEvery: 10,
  evaluateEvery: 10,
  logEvery: 1,
  optimizer: { warmupSteps: 5 },
});
/** What a checkpoint of them must say. */
export const identityOf = (training: TrainConfig): RunIdentity => ({
  model,
  training,
  hashes: { ...MADE_UP_HASHES },
});
const examples = syntheticExamples({ config: model, count: 80 }, rng.fork('examples'));

/**
 * A run in a folder; `stopAt` aborts it after that optimizer step, `through` stands between the run and its folder.
 * @throws InterruptedError, DivergedError
 */
export async function trainIn(
  folder: string,
  options: {
    stopAt?: number;
    overrides?: Partial<TrainConfig>;
    through?: (store: ObjectStore) => ObjectStore;
  } = {},
): Promise<RunSummary> {
  const settings = { ...config, ...options.overrides };
  const controller = new AbortController();
  const progress = {
    start: () => ({
      advance: (_units?: number, note = '') => {
        if (options.stopAt !== undefined && note.startsWith(`step ${options.stopAt} `)) controller.abort();
      },
      finish: () => {},
    }),
  };
  const data = createModelData(model, syntheticTables(model), rng.fork('model'));
  const task = new EditTask({ model: data, hashes: MADE_UP_HASHES, config: settings });
  const run = await TrainingRun.open({
    config: settings,
    task,
    feed: createEditFeed({ config: settings, examples, rng: rng.fork('feed') }),
    identity: identityOf(settings),
    validation: examples.slice(0, 20),
    context: {
      signal: controller.signal,
      progress: options.stopAt === undefined ? silentProgress : progress,
      store: (options.through ?? ((store) => store))(createFolderStore(folder)),
      inputs: {},
      rng: rng.fork('stage'),
      seed: 9,
    },
  });
  try {
    await run.train();
    return run.summary();
  } finally {
    run.dispose();
    task.dispose();
  }
}

if (require.main === module)
  void requireNativeEngine().then(() =>
    trainIn(process.argv[2], { overrides: JSON.parse(process.argv[3]) as Partial<TrainConfig> }),
  );
