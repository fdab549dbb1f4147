import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../core/errors';
import { readJson, writeJsonAtomic } from '../../core/files';
import { runSchema, STAGES, type RunRecord, type StageName } from '../../records/run';

/** State of one stage in a run. */
export type StageState = RunRecord['stages'][number]['state'];

/** A record with every stage waiting. */
export function newRunRecord(id: string, experiment: string, configHash: string): RunRecord {
  return {
    id,
    experiment,
    configHash,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    stages: STAGES.map((stage) => ({ stage, key: '', state: 'waiting', seconds: null })),
  };
}

/** Reads `run.json` of a run folder. @throws DataError when it is missing or damaged */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  const path = join(folder, 'run.json');
  if (!existsSync(path))
    throw new DataError(`${folder} is no run folder: it has no run.json`, '`trm runs list` shows the runs');
  return readJson(path, runSchema);
}

/** Writes `run.json`, whole. */
export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  await writeJsonAtomic(join(folder, 'run.json'), record);
}

/** A copy of the record with one stage changed. */
export function withStage(
  record: RunRecord,
  stage: StageName,
  change: Partial<RunRecord['stages'][number]>,
): RunRecord {
  return {
    ...record,
    stages: record.stages.map((entry) => (entry.stage === stage ? { ...entry, ...change } : entry)),
  };
}

/** The key a run recorded for a stage, or undefined before the run came to it. */
export async function recordedKey(folder: string, stage: StageName): Promise<string | undefined> {
  const record = await readRunRecord(folder);
  return record.stages.find((entry) => entry.stage === stage)?.key || undefined;
}
