/**
 * A stage's version stands for its code: when the tiny input comes out otherwise and the version is the old one, folders
 * of the old code would be taken for results of the new one. These tests fail then.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, UserError } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import { workerCount } from '../../core/processes/thread-pool';
import { silentProgress } from '../../core/progress';
import { STAGES, type StageName } from '../../records/run';
import { createFolderStore } from '../../storage/folder-store';
import { listKeys } from '../../storage/objects';
import { localFolders } from '../../stages/context';
import { Machine } from '../../stages/machine';
import { recorder, testMachine, whereIs, type Recorder } from '../../stages/testing';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { fingerprints, goldenExperiment, runGolden, type Fingerprint } from './golden-testing';
import { locateStage } from './locate-stage';
import { runJob } from './run-job';

const FILE = 'src/pipeline/stages/golden.json';
const MEND =
  'raise the version of the stage, then write the fingerprints anew: node dist/scripts/golden.js --write';
/** Processors round differently, and sum in another order. */
const TOLERANCE = 1e-3;

interface Golden {
  /** Minor version of the Python that judged; another one may judge otherwise. */
  python: string;
  stages: Record<StageName, Fingerprint>;
}

test('each stage makes of the tiny input what its version promises', async () => {
  const golden = JSON.parse(await readFile(join(projectRoot(), FILE), 'utf8')) as Golden;
  await withTemporaryFolder(async (work) => {
    process.env.TRM_WORK_DIR = work;
    const recorded = await recordedMachine(work);
    const { machine } = recorded;
    const jobs = await runGolden(machine);
    const found = await fingerprints(jobs);
    for (const stage of STAGES) {
      const [expected, got] = [golden.stages[stage], found[stage]];
      assert.is(got.version, expected.version, `${FILE} speaks of another version of ${stage}: ${MEND}`);
      if ((await machine.pythonFacts()).version.startsWith(`${golden.python}.`))
        assert.is(
          got.digest,
          expected.digest,
          `stage ${stage} makes something else than its version did: ${MEND}`,
        );
      assert.equal(Object.keys(got.numbers), Object.keys(expected.numbers));
      for (const [name, value] of Object.entries(expected.numbers))
        assert.ok(
          Math.abs(got.numbers[name] - value) <= TOLERANCE * Math.abs(value),
          `stage ${stage}, ${name}: expected ${value}, got ${got.numbers[name]}: ${MEND}`,
        );
    }
    await workedOn(recorded);
    await refusesOthers(work, machine);
    await followsContent(jobs, machine);
  });
});

/** A machine whose programs write down how they are called. */
interface RecordedMachine {
  machine: Machine;
  python: Recorder;
  git: Recorder;
}

/** Makes it, and leaves nothing else to be found: a stage that asked the environment for Python or git would fail. */
async function recordedMachine(folder: string): Promise<RecordedMachine> {
  const python = await recorder(folder, await whereIs(testMachine.python));
  const git = await recorder(folder, await whereIs('git'));
  process.env.TRM_PYTHON = join(folder, 'no-python');
  process.env.PATH = folder;
  return { machine: new Machine({ python: python.path, git: git.path }), python, git };
}

/** Interpreter, git and the pool of Python processes are the machine's, the same in all stages. */
async function workedOn({ python, git }: RecordedMachine): Promise<void> {
  const { collect, generate, process: processed } = goldenExperiment();
  const wanted = [collect, generate, processed].map(({ criticWorkers }) => workerCount(criticWorkers));
  const started = (await python.calls()).filter(({ args }) => args.includes('critic-worker.py'));
  assert.is(started.length, Math.max(...wanted));
  const asked = (await git.calls()).map(({ args }) => args);
  for (const part of ['--version', 'fast-import', 'cat-file', 'status --porcelain'])
    assert.ok(
      asked.some((args) => args.includes(part)),
      part,
    );
}

/** A job is done as it was meant, or not at all. */
async function refusesOthers(work: string, machine: Machine): Promise<void> {
  const { job, inputs } = await locateStage('generate', goldenExperiment(), { machine });
  const store = createFolderStore(join(work, 'elsewhere'));
  const collect = createFolderStore(inputs.collect?.output ?? '');
  const { signal } = new AbortController();
  const folders = localFolders(join(work, 'elsewhere-local'));
  const context = { signal, progress: silentProgress, machine, store, inputs: { collect }, ...folders };
  for (const [change, type, message] of [
    [{ version: 99 }, UserError, 'the job is for version 99 of stage generate'],
    [{ python: '2.7.18' }, UserError, 'judged by Python 2.7.18'],
    [
      { inputs: { collect: '0'.repeat(64) } },
      DataError,
      'expected the output of stage collect with digest 0000',
    ],
  ] as const) {
    const error = await rejection(() => runJob({ ...job, ...change }, context));
    assert.instance(error, type);
    assert.match(error.message, message);
  }
  const { job: collected } = await locateStage('collect', goldenExperiment(), { machine });
  const homeless = await rejection(() => runJob(collected, { ...context, inputs: {} }));
  assert.match(homeless.message, 'expected the place of the source folder:ledgerkit');
  assert.equal(await listKeys(store), [], 'nothing was begun');
}

/** How the work is done changes no key; what is done changes those behind it. */
async function followsContent(jobs: Awaited<ReturnType<typeof runGolden>>, machine: Machine): Promise<void> {
  const config = goldenExperiment();
  const other = {
    ...config,
    collect: { ...config.collect, criticWorkers: 3 },
    generate: { ...config.generate, workers: 1, batchSize: 7 },
    train: {
      ...config.train,
      checkpointEvery: 1,
      tracking: { ...config.train.tracking, tensorboard: false },
    },
  };
  for (const stage of STAGES)
    assert.is((await locateStage(stage, other, { machine })).key, jobs.get(stage)?.key, stage);
  const longer = { ...config, train: { ...config.train, maxSteps: 4 } };
  assert.is((await locateStage('process', longer, { machine })).key, jobs.get('process')?.key);
  assert.is.not((await locateStage('train', longer, { machine })).key, jobs.get('train')?.key);
}

test.run();
