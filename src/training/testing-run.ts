/**
 * A small training run in a folder, for tests. As a program it trains there until it ends or is killed:
 * `node dist/src/training/testing-run.js <folder> <overrides as JSON>`.
 */
import { join } from 'node:path';
import { requireNativeEngine } from '../core/engine';
import { silentProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { createFolderStore } from '../storage/folder-store';
import type { ObjectStore } from '../storage/object-store';
import { localFolders } from '../stages/context';
import { createModelData } from '../trm/model';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from '../trm/testing';
import type { Example } from '../records/example';
import type { RunIdentity } from './checkpoint';
import { trainConfigSchema, type TrainConfig } from './config';
import { EditTask } from './edit-task';
import type { MemoryFeed } from './feed/memory-feed';
import { readMetrics } from './metrics-log';
import { settlePrecision } from './precision';
import { TrainingRun, type RunSummary } from './run';
import { createEditFeed, MADE_UP_HASHES } from './testing';
import { testMachine } from '../stages/testing';

const rng = seedStream(9, 'run-test');
/** Model of these runs. */
export const model = { ...TINY_CONFIG, supervisionSteps: 2 };
/** Settings of these runs. */
export const config = trainConfigSchema.parse({
  precision: 'float32',
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

/** Settings of {@link trainIn}. */
export interface TrainInOptions {
  stopAt?: number;
  overrides?: Partial<TrainConfig>;
  /** Simulates a machine by a clock of its own: seconds that each optimizer step takes. Default: the real clock. */
  stepSeconds?: number;
  /** Stands between the run and its folder. Default: nothing does. */
  through?: (store: ObjectStore) => ObjectStore;
}

/** A run in a folder; `stopAt` aborts it after that optimizer step. @throws InterruptedError, DivergedError */
export async function trainIn(folder: string, options: TrainInOptions = {}): Promise<RunSummary> {
  const store = (options.through ?? ((plain) => plain))(createFolderStore(folder));
  const asked = { ...config, ...options.overrides };
  const precision = await settlePrecision(asked.precision, store);
  const settings = { ...asked, precision };
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
  const task = new EditTask({ model: data, hashes: MADE_UP_HASHES, config: settings, precision });
  const feed = createEditFeed({ config: settings, examples, rng: rng.fork('feed') });
  const run = await TrainingRun.open({
    config: settings,
    task,
    ...(options.stepSeconds === undefined ? { feed } : slowed(feed, options.stepSeconds)),
    identity: identityOf(settings),
    validation: examples.slice(0, 20),
    context: {
      signal: controller.signal,
      progress: options.stopAt === undefined ? silentProgress : progress,
      machine: testMachine,
      store,
      inputs: {},
      ...localFolders(folder),
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

/** Loss by step of a run's log. @throws Error when a step is logged twice */
export async function losses(folder: string): Promise<Map<number, number>> {
  const lines = (await readMetrics(join(folder, 'live/metrics.jsonl'))).filter(
    ({ kind }) => kind === 'train',
  );
  const map = new Map(lines.map(({ step, loss }) => [step, loss as number]));
  if (map.size !== lines.length) throw new Error('each step stands once in the log');
  return map;
}

/** A feed whose every batch takes that long on a clock that nothing else moves. */
function slowed(
  feed: MemoryFeed<Example>,
  stepSeconds: number,
): { feed: MemoryFeed<Example>; clock: () => number } {
  let now = 0;
  const take = feed.take.bind(feed);
  feed.take = (...request) => {
    now += 1000 * stepSeconds;
    return take(...request);
  };
  return { feed, clock: () => now };
}

if (require.main === module)
  void requireNativeEngine().then(() =>
    trainIn(process.argv[2], { overrides: JSON.parse(process.argv[3]) as Partial<TrainConfig> }),
  );
