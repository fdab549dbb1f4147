import { parseJson } from '../../core/files';
import { type SetReport, setReportSchema } from '../../evaluation/benchmarks/set-report';
import { type Report, reportSchema } from '../../evaluation/report';
import { type Metric, metricSchema } from '../../records/run';
import { DROPS_KEY } from '../../storage/drop-log';
import type { ObjectStore } from '../../storage/object-store';
import { listKeys } from '../../storage/objects';

/** A text of a stage's output. @throws DataError when the key is absent */
export async function readText(store: ObjectStore, key: string): Promise<string> {
  return Buffer.from(await store.get(key)).toString('utf8');
}

/** `report.json` of the evaluate stage. @throws DataError when it is missing or damaged */
export async function readReport(store: ObjectStore): Promise<Report> {
  const key = 'report.json';
  return parseJson(await readText(store, key), reportSchema, `${store.location}/${key}`);
}

/** The reports of the evaluate stage's benchmarks, by name. @throws DataError when one is damaged */
export async function readSetReports(store: ObjectStore): Promise<SetReport[]> {
  const keys = (await listKeys(store, 'benchmarks/')).filter((key) => key.endsWith('/report.json'));
  return Promise.all(
    keys.map(async (key) =>
      parseJson(await readText(store, key), setReportSchema, `${store.location}/${key}`),
    ),
  );
}

/** `metrics.jsonl` of the train stage, in the order of the steps. @throws DataError when a line is damaged */
export async function readMetrics(store: ObjectStore): Promise<Metric[]> {
  const key = 'metrics.jsonl';
  const lines = (await readText(store, key)).split('\n').filter((line) => line !== '');
  return lines.map((line, i) => parseJson(line, metricSchema, `${store.location}/${key} line ${i + 1}`));
}

/** A line of `drops.jsonl`: the reason, and what the stage says of the record. */
export type Dropped = { reason: string } & Record<string, unknown>;

/** The first lines of each reason in a stage's `drops.jsonl`. */
export async function readDrops(store: ObjectStore, options: { perReason: number }): Promise<Dropped[]> {
  const text = await readText(store, DROPS_KEY);
  const seen = new Map<string, number>();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Dropped)
    .filter(({ reason }) => {
      const count = (seen.get(reason) ?? 0) + 1;
      seen.set(reason, count);
      return count <= options.perReason;
    });
}
