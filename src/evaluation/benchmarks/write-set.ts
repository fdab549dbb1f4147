import type { Resource } from '../../records/manifest';
import { describeResource } from '../../shards/manifest';
import { writeShard } from '../../shards/writer';
import type { ObjectStore } from '../../storage/object-store';
import { SET_PREDICTION_COLUMNS, type MeasuredSet } from './measure-set';
import { renderSetReport } from './set-tables';

/** Files of a measured set, in its folder. */
export const SET_FILES = {
  report: 'report.json',
  tables: 'report.md',
  predictions: 'predictions.parquet',
} as const;

/**
 * Writes `report.json` (see `setReportSchema`), `report.md` (the same as tables) and `predictions.parquet` (one row a model and
 * sample, for error analysis) below `folder`, '' for the top of the store.
 */
export async function writeSet(
  store: ObjectStore,
  folder: string,
  { report, predictions }: MeasuredSet,
): Promise<Resource[]> {
  const key = (name: keyof typeof SET_FILES): string => (folder ? `${folder}/` : '') + SET_FILES[name];
  const shard = await writeShard(store, key('predictions'), SET_PREDICTION_COLUMNS, predictions);
  await store.put(key('report'), `${JSON.stringify(report, null, 2)}\n`);
  await store.put(key('tables'), renderSetReport(report));
  return [shard, await describeResource(store, key('report')), await describeResource(store, key('tables'))];
}
