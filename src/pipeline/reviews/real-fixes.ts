import { basename, join } from 'node:path';
import { parseJson } from '../../core/files';
import { workDir } from '../../core/paths';
import { CEILING_SOURCE } from '../../evaluation/real-files/ceiling';
import { REAL_FILES_SET, REAL_SPLITS } from '../../evaluation/real-files/real-fixes';
import {
  MEASURE_TEXT,
  realReportSchema,
  type RealGroup,
  type RealReport,
} from '../../evaluation/real-files/real-report';
import { REAL_FILES } from '../../evaluation/real-files/write-real-files';
import { createFolderStore } from '../../storage/folder-store';
import type { ObjectStore } from '../../storage/object-store';
import { rateRow } from './rates';
import { readText } from './readers';
import { readShards, type ShardReader } from './shard-reader';

/** What a run does with real fixes. */
export interface RealFixesOfRun {
  report: RealReport;
  /** `predictions.parquet`, a row a model, fix and view. */
  ask: <Row extends object>(sql: string) => Promise<Row[]>;
}

/**
 * The figures on real fixes of a run: those of its evaluate stage where its config names `real-files`, else those that
 * `trm evaluate <run> --on real-files` wrote, reserved repositories before dev.
 * @param evaluated output of the evaluate stage
 * @param run id or folder; '' for a stage outside of a run
 * @returns null when neither is there
 * @throws DataError when a report is damaged
 */
export async function readRealFixes(evaluated: ObjectStore, run: string): Promise<RealFixesOfRun | null> {
  const places: [store: ObjectStore, folder: string][] = [[evaluated, `benchmarks/${REAL_FILES_SET}/`]];
  if (run !== '')
    for (const split of REAL_SPLITS) {
      const folder = join(workDir(), 'evaluations', basename(run), `${REAL_FILES_SET}-${split}`);
      places.push([createFolderStore(folder), '']);
    }
  for (const [store, folder] of places) {
    const key = `${folder}${REAL_FILES.report}`;
    if (!(await store.exists(key))) continue;
    const report = parseJson(await readText(store, key), realReportSchema, `${store.location}/${key}`);
    const shards: ShardReader = readShards(store);
    return { report, ask: (sql) => shards.query(`${folder}${REAL_FILES.predictions}`, sql) };
  }
  return null;
}

/** The measures of one group of fixes as rows of a table, each with what an engineer could do beside it. */
export function realRows(
  { slices }: RealGroup,
  slice: RealGroup['slices'][number]['slice'],
): (ReturnType<typeof rateRow> & { ceiling: string })[] {
  const measures = slices.find((one) => one.slice === slice)?.measures ?? [];
  return measures.map(({ measure, rate, ceiling }) => ({
    ...rateRow(MEASURE_TEXT[measure], rate),
    ceiling:
      ceiling === null
        ? ''
        : `${((100 * ceiling.count) / ceiling.total).toFixed(0)} % (${CEILING_SOURCE}, n ${ceiling.total})`,
  }));
}
