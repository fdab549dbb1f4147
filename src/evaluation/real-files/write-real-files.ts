import type { Resource } from '../../records/manifest';
import { describeResource } from '../../shards/manifest';
import { writeShard } from '../../shards/writer';
import type { ObjectStore } from '../../storage/object-store';
import { FIX_COLUMNS } from './fix-rows';
import type { MeasuredRealFiles } from './measure-real-files';
import { renderRealReport } from './real-tables';

/** Files of a measurement on real fixes, in its folder. */
export const REAL_FILES = {
  report: 'real-files.json',
  tables: 'real-files.md',
  predictions: 'predictions.parquet',
} as const;

/** Writes `real-files.json` (see `realReportSchema`), the same as tables, and a row a model, fix and view, each by rename. */
export async function writeRealFiles(
  store: ObjectStore,
  folder: string,
  { report, predictions }: MeasuredRealFiles,
): Promise<Resource[]> {
  const key = (name: keyof typeof REAL_FILES): string => (folder ? `${folder}/` : '') + REAL_FILES[name];
  const shard = await writeShard(store, key('predictions'), FIX_COLUMNS, predictions);
  await store.put(key('tables'), renderRealReport(report));
  await store.put(key('report'), `${JSON.stringify(report, null, 2)}\n`);
  return [shard, await describeResource(store, key('report')), await describeResource(store, key('tables'))];
}
