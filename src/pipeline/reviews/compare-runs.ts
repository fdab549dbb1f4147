import { dirname } from 'node:path';
import { DataError } from '../../core/errors';
import { listRuns, runState } from '../../core/run-folder';
import { type PairedDifference, pairedDifference } from '../../metrics/clusters';
import { openRun, type OpenedRun } from '../runs/open-run';
import { readReport } from './readers';

/** What a finished run came to, flat for a table. Numbers that were not measured are NaN. */
export interface RunFigures {
  run: string;
  experiment: string;
  /** Weights of the model. */
  weights: number;
  /** Wall seconds of training. */
  trainSeconds: number;
  /** Share of bugs mended exactly, 0..1. */
  joint: number;
  /** Share of clean functions left alone, 0..1. */
  cleanKept: number;
}

/**
 * Figures of the finished runs beside a run, newest first; those that an older version made, and that can no longer be
 * read, are passed over.
 * @param most runs to read at most. Default 50
 */
export async function runFigures(run: OpenedRun, most = 50): Promise<RunFigures[]> {
  const figures: RunFigures[] = [];
  for await (const found of figuresBeside(run)) {
    if (figures.length >= most) break;
    figures.push(found);
  }
  return figures;
}

/** Newest first, one by one: whoever wants only the first reads no others. */
async function* figuresBeside(run: OpenedRun): AsyncGenerator<RunFigures> {
  for (const folder of await listRuns(dirname(run.folder))) {
    const found = runState(folder) === 'done' ? await figuresOf(folder) : undefined;
    if (found) yield found;
  }
}

async function figuresOf(folder: string): Promise<RunFigures | undefined> {
  try {
    const run = await openRun({ run: folder });
    const report = await readReport(run.output('evaluate'));
    const { joint } = report.overall;
    return {
      run: run.id,
      experiment: run.experiment,
      weights: report.model.parameters,
      trainSeconds: run.record.stages.find(({ stage }) => stage === 'train')?.seconds ?? NaN,
      joint: joint.rate ?? NaN,
      cleanKept: report.cleanKept.rate ?? NaN,
    };
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/**
 * The run to compare with: the one named, else the newest other finished run that can be read, else the run itself (a
 * comparison with itself shows no difference, and that the notebook works).
 */
export async function openOther(run: OpenedRun, against = ''): Promise<OpenedRun> {
  const runs = dirname(run.folder);
  if (against !== '') return openRun({ run: against, runs });
  for await (const { run: id } of figuresBeside(run)) if (id !== run.id) return openRun({ run: id, runs });
  return run;
}

/** A buggy function of a run's test split, judged. */
export interface JudgedBug {
  sampleId: string;
  /** Module, package or repository: rows of one are alike. */
  group: string;
  family: string;
  /** 1 when the edit is exactly right, else 0. */
  mended: number;
}

/** All buggy functions that a run was judged on. @throws DataError when it has not finished its evaluation */
export function judgedBugs(run: OpenedRun): Promise<JudgedBug[]> {
  const columns = 'sample_id AS "sampleId", "group", family, joint::INTEGER AS mended';
  return run
    .data('evaluate')
    .query<JudgedBug>(
      'predictions.parquet',
      `SELECT ${columns} FROM shards WHERE NOT clean ORDER BY sample_id`,
    );
}

/**
 * What a run mends more than another one of the bugs that both were judged on, with its 95 % interval by group.
 * @returns a total of 0 when no bug is common to both: their test splits are of other data
 */
export function differenceOf(first: readonly JudgedBug[], second: readonly JudgedBug[]): PairedDifference {
  const others = new Map(second.map((bug) => [bug.sampleId, bug.mended]));
  return pairedDifference(
    first
      .filter(({ sampleId }) => others.has(sampleId))
      .map(({ sampleId, group, mended }) => ({
        cluster: group,
        first: mended === 1,
        second: others.get(sampleId) === 1,
      })),
  );
}
