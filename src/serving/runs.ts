import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DataError, UserError, nearestName } from '../core/errors';
import { readJson } from '../core/files';
import { runsDir, workDir } from '../core/paths';
import { listRuns, readMark, runState, type RunState } from '../core/run-folder';
import { formatDuration } from '../core/progress';
import { stageFolder } from '../pipeline/stages/stage-folder';
import { runSchema, type Metric, type RunRecord } from '../records/run';
import { METRICS_KEY, readMetrics } from '../training/metrics-log';
import { TENSORBOARD } from '../training/tracking/tracker';

/** One line of `trm runs list`. */
export interface RunSummary {
  id: string;
  folder: string;
  state: RunState;
  /** Finished stages of all, for example `4/6`; empty when the run has no record. */
  stages: string;
  /** ISO 8601, UTC; null when the run has no record. */
  startedAt: string | null;
  /** Why its record cannot be read; null when it can, or when there is none. */
  problem: string | null;
}

/** Everything `trm runs show` knows of a run. */
export interface RunDetails extends RunSummary {
  /** Text of DONE or FAILED. */
  mark: string | null;
  record: RunRecord | null;
  /** Figures that its training ended with or has come to; empty before. */
  metrics: Readonly<Record<string, number>>;
  /** Names in the run folder. */
  files: string[];
}

/** Summaries of all runs (of one experiment), newest first; a run whose record is damaged is among them, with the problem. */
export async function summarizeRuns(experiment?: string, runs = runsDir()): Promise<RunSummary[]> {
  const folders = await listRuns(runs, experiment);
  return Promise.all(folders.map(async (folder) => summarize(folder, await readRecord(folder))));
}

/**
 * One run by its id, a part of it that no other run has, or `latest`.
 * @throws UserError when none or several runs fit
 */
export async function describeRun(id: string, runs = runsDir()): Promise<RunDetails> {
  const folder = await findRun(id, runs);
  const read = await readRecord(folder);
  const { record } = read;
  return {
    ...summarize(folder, read),
    mark: (await readMark(folder)) ?? null,
    record,
    metrics: Object.fromEntries(finalMetrics(await readMetrics(join(folder, METRICS_KEY)))),
    files: (await readdir(folder)).sort(),
  };
}

/** Folder of the run that `id` names (an id, a part of one, `latest`, or the folder itself). @throws UserError when none or several fit */
export async function findRun(id: string, runs = runsDir()): Promise<string> {
  if (existsSync(join(id, 'run.json'))) return resolve(id);
  const folders = await listRuns(runs);
  if (id === 'latest' && folders.length > 0) return folders[0];
  const exact = folders.find((folder) => basename(folder) === id);
  if (exact) return exact;
  const fitting = folders.filter((folder) => basename(folder).includes(id));
  if (fitting.length === 1) return fitting[0];
  const near = nearestName(
    id,
    folders.map((folder) => basename(folder)),
  );
  throw new UserError(
    fitting.length > 1
      ? `${fitting.length} runs match "${id}": ${fitting.map((folder) => basename(folder)).join(', ')}`
      : `expected a run in ${runs}, found none that matches "${id}"${near ? `, did you mean ${near}?` : ''}`,
    '`trm runs list` shows them all',
  );
}

/** A run for people. */
export function formatRun(run: RunDetails): string {
  const lines = [`${run.id}  ${run.state}`, `  folder   ${run.folder}`];
  if (run.problem) lines.push(`  damaged  ${run.problem}`);
  if (run.mark) lines.push(`  mark     ${run.mark.replaceAll('\n', '\n           ')}`);
  for (const stage of run.record?.stages ?? []) {
    const time = stage.seconds === null ? '' : `  ${formatDuration(stage.seconds)}`;
    lines.push(
      `  ${stage.stage.padEnd(9)}${stage.state.padEnd(8)}${time.padEnd(9)}${join(workDir(), 'stages', stage.key)}`,
    );
  }
  const metrics = Object.entries(run.metrics).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(4))}`,
  );
  for (let i = 0; i < metrics.length; i += METRICS_A_LINE)
    lines.push(`  ${i === 0 ? 'metrics' : '       '}  ${metrics.slice(i, i + METRICS_A_LINE).join('  ')}`);
  const train = run.record?.stages.find(({ stage }) => stage === 'train');
  const events = train && join(stageFolder(train.key).live, TENSORBOARD);
  if (train?.key && events && existsSync(events)) lines.push(`  curves   tensorboard --logdir ${events}`);
  lines.push(`  files    ${run.files.join('  ')}`);
  return lines.join('\n');
}

const METRICS_A_LINE = 5;

function summarize(folder: string, { record, problem }: ReadRecord): RunSummary {
  const finished = record?.stages.filter(({ state }) => state === 'done' || state === 'skipped').length;
  return {
    id: basename(folder),
    folder,
    state: runState(folder),
    stages: record ? `${finished}/${record.stages.length}` : '',
    startedAt: record?.startedAt ?? null,
    problem,
  };
}

interface ReadRecord {
  record: RunRecord | null;
  problem: string | null;
}

async function readRecord(folder: string): Promise<ReadRecord> {
  const path = join(folder, 'run.json');
  if (!existsSync(path)) return { record: null, problem: null };
  try {
    return { record: await readJson(path, runSchema), problem: null };
  } catch (error) {
    // One broken record must not hide the other runs, nor what else this run left.
    if (error instanceof DataError) return { record: null, problem: error.message };
    throw error;
  }
}

/**
 * Figures that a run ended with: of the last training line, of the last evaluation, and the best score with its step.
 * Empty for a run that has not trained.
 */
export function finalMetrics(lines: readonly Metric[]): Map<string, number> {
  const evaluations = lines.filter(({ kind }) => kind === 'evaluation');
  const final = new Map<string, number>();
  for (const line of [lines.findLast(({ kind }) => kind === 'train'), evaluations.at(-1)])
    for (const [name, value] of Object.entries(line ?? {}))
      if (typeof value === 'number' && name !== 'time') final.set(name, value);
  const scored = evaluations.filter(
    (line): line is Metric & { val_score: number } => typeof line.val_score === 'number',
  );
  if (scored.length === 0) return final;
  const best = scored.reduce((x, y) => (y.val_score > x.val_score ? y : x));
  return final.set('best_score', best.val_score).set('best_step', best.step);
}
