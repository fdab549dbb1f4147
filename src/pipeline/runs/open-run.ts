import { existsSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type { LoadedConfig } from '../../core/config';
import { DataError } from '../../core/errors';
import { runsDir } from '../../core/paths';
import { listRuns, runState } from '../../core/run-folder';
import { STAGES, type RunRecord, type StageName } from '../../records/run';
import { createFolderStore } from '../../storage/folder-store';
import type { ObjectStore } from '../../storage/object-store';
import { type Experiment, loadExperiment } from './experiment';
import { readRunRecord } from './run-record';
import { readShards, type ShardReader } from '../reviews/shard-reader';
import { stageFolder } from '../stages/stage-folder';

/** A run to look at: what the review notebooks (exploration, model and error analysis) start from. */
export interface OpenedRun {
  id: string;
  /** Absolute path. */
  folder: string;
  experiment: string;
  config: Experiment;
  record: RunRecord;
  /** Outputs of the stages that finished in this run. */
  outputs: Readonly<Partial<Record<StageName, ObjectStore>>>;
  /** The output of one stage. @throws DataError when the run has not finished it */
  output(stage: StageName): ObjectStore;
  /** Rows of a stage's shards, to look at. @throws DataError when the run has not finished it */
  data(stage: StageName): ShardReader;
}

/** Which run to open. */
export interface OpenRunOptions {
  /** Run id or folder. Default: the newest finished run. */
  run?: string;
  /** Only runs of this experiment, by name. Default: any. */
  experiment?: string;
  /** Folder of the runs. Default `TRM_RUNS_DIR`. */
  runs?: string;
}

/**
 * Opens a run for reading.
 * @throws DataError when there is no such run, or no finished one yet
 */
export async function openRun(options: OpenRunOptions = {}): Promise<OpenedRun> {
  const { run = '', experiment, runs = runsDir() } = options;
  const folder = run === '' ? await newestFinished(runs, experiment || undefined) : runFolder(runs, run);
  const record = await readRunRecord(folder);
  const loaded: LoadedConfig<Experiment> = await loadExperiment({
    experiment: record.experiment,
    run: folder,
  });
  const outputs = Object.fromEntries(
    record.stages
      .filter(({ state }) => state === 'done' || state === 'skipped')
      .map(({ stage, key }) => [stage, createFolderStore(stageFolder(key).output)]),
  ) as OpenedRun['outputs'];
  const output = (stage: StageName): ObjectStore => {
    const store = outputs[stage];
    if (store) return store;
    throw new DataError(
      `run ${basename(folder)} has not finished stage ${stage}; finished: ${Object.keys(outputs).join(', ') || 'none'}`,
      `go on with it: \`trm run ${record.experiment}\``,
    );
  };
  return {
    id: basename(folder),
    folder,
    experiment: record.experiment,
    config: loaded.config,
    record,
    outputs,
    output,
    data: (stage) => readShards(output(stage)),
  };
}

async function newestFinished(runs: string, experiment: string | undefined): Promise<string> {
  const folders = await listRuns(runs, experiment);
  for (const folder of folders) if (runState(folder) === 'done' && (await isReadable(folder))) return folder;
  throw new DataError(
    `expected a finished run${experiment ? ` of ${experiment}` : ''} in ${runs}, found none`,
    `run the pipeline first: \`trm run ${experiment ?? 'quickstart'}\``,
  );
}

/** False for a run whose record is damaged: an older one is opened then; asked for by name, it says what is wrong. */
async function isReadable(folder: string): Promise<boolean> {
  try {
    await readRunRecord(folder);
    return true;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

function runFolder(runs: string, run: string): string {
  const folder = isAbsolute(run) ? run : join(runs, run);
  if (existsSync(join(folder, 'run.json'))) return folder;
  throw new DataError(`expected a run at ${folder}, found none`, '`trm runs list` shows the runs');
}

/** Seconds by stage of a run, for tables; stages that were skipped took none. */
export function stageTimes(
  record: RunRecord,
): { stage: StageName; state: string; seconds: number | null; key: string }[] {
  return STAGES.map((stage) => {
    const entry = record.stages.find((each) => each.stage === stage);
    return {
      stage,
      state: entry?.state ?? 'waiting',
      seconds: entry?.seconds ?? null,
      key: entry?.key ?? '',
    };
  });
}
