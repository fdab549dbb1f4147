/** Helpers of the golden test and of its script; nothing else imports this file. */
import { join } from 'node:path';
import { parseJson } from '../../core/files';
import { projectRoot } from '../../core/paths';
import { silentProgress } from '../../core/progress';
import { metricSchema, STAGES, type StageName } from '../../records/run';
import { stageJobSchema, type StageJob } from '../../records/stage-job';
import { contentDigest, readManifest } from '../../shards/manifest';
import { queryShards } from '../../shards/query';
import { createFolderStore } from '../../storage/folder-store';
import type { ObjectStore } from '../../storage/object-store';
import { localFolders } from '../../stages/context';
import type { Machine } from '../../stages/machine';
import { METRICS_KEY } from '../../training/metrics-log';
import { experimentSchema, type Experiment } from '../runs/experiment';
import { locateStage } from './locate-stage';
import { runJob } from './run-job';
import { stageFolder } from './stage-folder';

/** What a stage makes of the tiny input: what must be equal, and numbers that may differ by rounding. */
export interface Fingerprint {
  version: number;
  /** Equal on every machine. */
  digest: string;
  /** Equal within a relative 1e-3: processors round differently. */
  numbers: Record<string, number>;
}

/** A few modules, a small history, three training steps: seconds, and every stage's code has its say. */
export function goldenExperiment(): Experiment {
  return experimentSchema.parse({
    seed: 3,
    collect: {
      sources: [
        {
          kind: 'folder',
          path: 'fixtures/demo-project/files/ledgerkit',
          name: 'ledgerkit',
          licence: 'Apache-2.0',
        },
        { kind: 'git', path: 'demo' },
      ],
    },
    // What CPython says of a refused mutant differs by version; so do the examples of drops.
    generate: { mutantsPerFunction: 3, cleanPerMutant: 0.5, maxDropsPerReason: 0 },
    process: { vocabularySize: 400, fractions: { val: 0.25, test: 0.25 } },
    train: {
      model: { width: 64, embeddingWidth: 32 },
      maxSteps: 3,
      optimizer: { warmupShare: 0 },
      batchTokens: 512,
      evaluateEvery: 3,
      logEvery: 1,
    },
    evaluate: { supervisionSteps: [1], benchmarks: [], latencySamples: 0 },
  });
}

const PLACES = {
  'folder:ledgerkit': join(projectRoot(), 'fixtures', 'demo-project', 'files', 'ledgerkit'),
  'git:trm-code-repair/demo-project': 'demo',
};

/** Runs all stages below `TRM_WORK_DIR`, each from its job as it would arrive on another machine. */
export async function runGolden(
  machine: Machine,
  config = goldenExperiment(),
): Promise<Map<StageName, { job: StageJob; key: string }>> {
  const jobs = new Map<StageName, { job: StageJob; key: string }>();
  for (const stage of STAGES) {
    const { job, key, inputs } = await locateStage(stage, config, { machine });
    const sent = stageJobSchema.parse(JSON.parse(JSON.stringify(job)));
    await runJob(sent, {
      signal: new AbortController().signal,
      progress: silentProgress,
      machine,
      store: outputOf(key),
      ...localFolders(stageFolder(key).path),
      inputs: Object.fromEntries(Object.entries(inputs).map(([input, { key: at }]) => [input, outputOf(at)])),
      places: PLACES,
    });
    jobs.set(stage, { job, key });
  }
  return jobs;
}

function outputOf(key: string): ObjectStore {
  return createFolderStore(stageFolder(key).output);
}

/** Fingerprints of what {@link runGolden} made. */
export async function fingerprints(
  jobs: Awaited<ReturnType<typeof runGolden>>,
): Promise<Record<StageName, Fingerprint>> {
  const found: Partial<Record<StageName, Fingerprint>> = {};
  for (const [stage, { job, key }] of jobs) {
    const store = outputOf(key);
    const { exact, numbers } = await READ[stage](store);
    found[stage] = { version: job.version, digest: exact, numbers };
  }
  return found as Record<StageName, Fingerprint>;
}

type Reading = (store: ObjectStore) => Promise<{ exact: string; numbers: Record<string, number> }>;

/** The whole output. */
const whole: Reading = async (store) => ({ exact: contentDigest(await readManifest(store)), numbers: {} });

/** What does not come out of the engine. */
const partly =
  (
    isExact: (path: string) => boolean,
    numbersOf: (store: ObjectStore) => Promise<Record<string, number>>,
  ): Reading =>
  async (store) => {
    const manifest = await readManifest(store);
    const resources = manifest.resources.filter(({ path }) => isExact(path));
    return { exact: contentDigest({ ...manifest, resources }), numbers: await numbersOf(store) };
  };

const READ: Readonly<Record<StageName, Reading>> = {
  collect: whole,
  generate: whole,
  process: whole,
  train: partly((path) => path === 'model/config.json', losses),
  evaluate: partly(() => false, probabilities),
  release: partly(
    (path) => /tokenizer|vocab|LICENSE|config\.json$/.test(path),
    () => Promise.resolve({}),
  ),
};

async function losses(store: ObjectStore): Promise<Record<string, number>> {
  const lines = Buffer.from(await store.get(METRICS_KEY))
    .toString('utf8')
    .trim()
    .split('\n');
  const trained = lines
    .map((line) => parseJson(line, metricSchema, METRICS_KEY))
    .filter(({ kind }) => kind === 'train');
  return Object.fromEntries(trained.map(({ step, loss }) => [`loss at step ${step}`, Number(loss)]));
}

async function probabilities(store: ObjectStore): Promise<Record<string, number>> {
  const [row] = await queryShards<Record<string, number>>(
    store,
    'predictions.parquet',
    'SELECT count(*) AS rows, avg(no_bug) AS no_bug, avg(halt) AS halt, avg(probability) AS probability FROM shards',
  );
  return row;
}
