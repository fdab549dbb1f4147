import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { DataError } from '../core/errors';
import { readJson } from '../core/files';
import { runsDir } from '../core/paths';
import { readStageJob, readStageManifest, stageFolder } from '../pipeline/stages/stage-folder';
import type { StageJob } from '../records/stage-job';
import { datasetDigest } from '../shards/manifest';
import { runSchema } from '../records/run';
import { METRICS_KEY, readMetrics } from '../training/metrics-log';
import { finalMetrics, findRun } from './runs';

/** A value in both runs; null where one has none. */
export interface Difference {
  /** Dotted key. */
  key: string;
  a: unknown;
  b: unknown;
}

/** A final figure of both runs. */
export interface MetricDifference {
  name: string;
  a: number | null;
  b: number | null;
  /** b - a; null where one is missing. */
  difference: number | null;
}

/** What `trm runs diff` tells. */
export interface RunsDiff {
  a: string;
  b: string;
  /** Keys of the resolved configs that differ. */
  config: Difference[];
  /** Values of the environments that differ: machine, versions, code commit, variables. */
  environment: Difference[];
  /** Stages whose output differs: hash of the manifest, which holds the hashes of all files. */
  data: Difference[];
  /** All final figures, equal ones too. */
  metrics: MetricDifference[];
}

/**
 * Compares two runs, each named as `trm runs show` takes it or by the folder of a train stage, which is what `trm train`
 * prints at its end.
 * @throws UserError when none or several runs fit a name; DataError when a file of a run is damaged
 */
export async function diffRuns(first: string, second: string, runs = runsDir()): Promise<RunsDiff> {
  const [a, b] = await Promise.all([first, second].map((id) => readEither(id, runs)));
  return {
    a: a.id,
    b: b.id,
    config: differences(a.config, b.config),
    environment: differences(a.environment, b.environment),
    data: differences(a.data, b.data),
    metrics: [...new Set([...a.metrics.keys(), ...b.metrics.keys()])].map((name) => {
      const [x, y] = [a.metrics.get(name) ?? null, b.metrics.get(name) ?? null];
      return { name, a: x, b: y, difference: x === null || y === null ? null : y - x };
    }),
  };
}

interface ReadRun {
  id: string;
  config: Flat;
  environment: Flat;
  data: Flat;
  metrics: ReadonlyMap<string, number>;
}

type Flat = ReadonlyMap<string, unknown>;

async function readEither(id: string, runs: string): Promise<ReadRun> {
  // `trm train` prints the stage's output, one level below its job.
  for (const folder of [id, dirname(id)]) {
    const job = await readStageJob({ job: join(folder, 'job.json') });
    if (job) return readStage(resolve(folder), job);
  }
  return readRun(await findRun(id, runs));
}

/** A training that belongs to no run: it has no environment, and its data are its inputs. */
async function readStage(folder: string, { config, seed, inputs }: StageJob): Promise<ReadRun> {
  return {
    id: basename(folder),
    config: flatten({ seed, train: config }),
    environment: new Map(),
    data: new Map(Object.entries(inputs)),
    metrics: finalMetrics(await readMetrics(join(folder, 'output', METRICS_KEY))),
  };
}

async function readRun(folder: string): Promise<ReadRun> {
  const { stages } = await readJson(join(folder, 'run.json'), runSchema);
  const digests = await Promise.all(
    stages
      .filter(({ key }) => key !== '')
      .map(async ({ stage, key }): Promise<[string, unknown]> => {
        const manifest = await readStageManifest(stageFolder(key));
        return [stage, manifest ? datasetDigest(manifest) : 'unfinished'];
      }),
  );
  const environment = join(folder, 'environment.json');
  const flat = existsSync(environment)
    ? flatten(await readJson(environment, z.looseObject({})))
    : new Map<string, unknown>();
  flat.delete('capturedAt');
  return {
    id: basename(folder),
    config: flatten(await readConfig(join(folder, 'config.yaml'))),
    environment: flat,
    data: new Map(digests),
    metrics: finalMetrics(await readMetrics(join(folder, 'metrics.jsonl'))),
  };
}

async function readConfig(path: string): Promise<unknown> {
  if (!existsSync(path))
    throw new DataError(
      `expected the run's config at ${path}, found none`,
      'the run may have been cut off at its start',
    );
  return parse(await readFile(path, 'utf8'));
}

/** Leaves of a tree by dotted key; lists are leaves. */
function flatten(value: unknown, prefix = ''): Map<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return new Map([[prefix, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, member]) => [
      ...flatten(member, prefix === '' ? key : `${prefix}.${key}`),
    ]),
  );
}

function differences(a: Flat, b: Flat): Difference[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => JSON.stringify(a.get(key)) !== JSON.stringify(b.get(key)))
    .map((key) => ({ key, a: a.get(key) ?? null, b: b.get(key) ?? null }));
}

/** Rows for a table, a heading above each part; parts without a difference say so. */
export function diffRows(diff: RunsDiff): string[][] {
  const part = (title: string, list: readonly Difference[], same: string): string[][] => [
    [title.toUpperCase(), ...(list.length === 0 ? [same] : ['A', 'B'])],
    ...list.map(({ key, a, b }) => [`  ${key}`, short(a), short(b)]),
    [''],
  ];
  return [
    ['RUN', diff.a, diff.b],
    [''],
    ...part('config', diff.config, 'equal'),
    ...part('environment', diff.environment, 'equal'),
    ...part('data', diff.data, 'equal'),
    ['METRICS', ...(diff.metrics.length === 0 ? ['neither has trained'] : ['A', 'B', 'B - A'])],
    ...diff.metrics.map(({ name, a, b, difference }) => [
      `  ${name}`,
      figure(a),
      figure(b),
      difference === null || difference === 0 ? '' : `${difference > 0 ? '+' : ''}${figure(difference)}`,
    ]),
  ];
}

/** Longest cell of a table. */
const MOST_CHARACTERS = 48;

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : value === null ? '-' : JSON.stringify(value);
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 3)}...`;
}

function figure(value: number | null): string {
  if (value === null) return '-';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}
