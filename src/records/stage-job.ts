import { z } from 'zod';
import { hashJson } from '../core/hash';
import { STAGES, type StageName } from './run';

const perStage = <S extends z.ZodType>(value: S): z.ZodType<Partial<Record<StageName, z.output<S>>>> =>
  z.partialRecord(z.enum(STAGES), value);

/**
 * A stage call as a value: all that its output depends on, and nothing else. It can be written down and sent to another
 * machine, and its hash names the output: {@link stageKey}. It is `job.json` in a stage's folder.
 *
 * No path, no time, no number of workers, no engine stands in it: two machines that are to do the same work make the
 * same job.
 */
export const stageJobSchema = z.strictObject({
  stage: z.enum(STAGES),
  /** Version of the stage's code. Golden digests hold it to what the code does. */
  version: z.int().positive(),
  /** The stage's part of the resolved config, see {@link settledConfig}. */
  config: z.record(z.string(), z.unknown()),
  /** The experiment's seed. */
  seed: z.int(),
  /** Version of the Python that judges code, for example `3.11.7`; null where none has a say. */
  python: z.string().nullable(),
  /** What lies outside the project (folders, packages, histories, benchmarks), each in one revision: name -> revision. */
  sources: z.record(z.string(), z.string()),
  /** Digests of the inputs' content, see `datasetDigest`. */
  inputs: perStage(z.string()),
});
/** A value of {@link stageJobSchema}. */
export type StageJob = z.infer<typeof stageJobSchema>;

/**
 * Keys of each stage's config that say how the work is done: they change no output, so they stand in no key. A key with
 * dots is a key inside.
 */
export const EXECUTION_KEYS: Readonly<Record<StageName, readonly string[]>> = {
  collect: ['criticWorkers'],
  // The breaker's model is a place on this machine, as the initial weights are.
  generate: ['workers', 'criticWorkers', 'batchSize', 'breaker.model'],
  process: ['criticWorkers'],
  train: [
    // A place on this machine: what it holds is among the job's sources.
    'initialWeights',
    'tracking',
    'checkpointEvery',
    'checkpointSeconds',
    'keepCheckpoints',
    'keepEvery',
    'feed.prefetchBlocks',
    'feed.mutations.criticWorkers',
  ],
  evaluate: [],
  release: [],
};

/** Keys that are younger than outputs still in use: where one is null it stands in no key, and those are found. */
const YOUNGER_KEYS: Readonly<Partial<Record<StageName, readonly string[]>>> = { generate: ['breaker'] };

/** A stage's config without its {@link EXECUTION_KEYS}, and as it was before keys that say nothing. The given one is left as it is. */
export function settledConfig(stage: StageName, config: object): Record<string, unknown> {
  const said = Object.entries(config).filter(
    ([key, value]) => value !== null || !YOUNGER_KEYS[stage]?.includes(key),
  );
  return EXECUTION_KEYS[stage].reduce(
    (left, key) => withoutKey(left, key.split('.')),
    Object.fromEntries(said) as Record<string, unknown>,
  );
}

function withoutKey(
  value: Record<string, unknown>,
  [key, ...rest]: readonly string[],
): Record<string, unknown> {
  if (!(key in value)) return value;
  const { [key]: member, ...others } = value;
  if (rest.length === 0) return others;
  return { ...others, [key]: withoutKey(member as Record<string, unknown>, rest) };
}

/**
 * Name of a stage's folder: the stage (or `name`) and 16 hex digits of the hash of its job. Equal jobs give equal keys
 * on every machine.
 */
export function stageKey(job: StageJob, name: string = job.stage): string {
  return `${name}-${hashJson(job).slice(0, 16)}`;
}
