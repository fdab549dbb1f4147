import { z } from 'zod';
import { DataError, UserError } from '../../core/errors';
import { seedStream } from '../../core/rng';
import { BREAKER } from '../../generation/config';
import type { Manifest } from '../../records/manifest';
import type { StageName } from '../../records/run';
import type { StageJob } from '../../records/stage-job';
import { datasetDigest, readManifest } from '../../shards/manifest';
import type { Stage, StageContext } from '../../stages/context';
import { INITIAL_WEIGHTS } from '../../training/initial-weights-folder';
import { experimentSchema, STAGE_VERSIONS } from '../runs/experiment';
import { STAGE_FUNCTIONS } from './stage-functions';

/** What is where a job runs, and the job does not name: the machine, places, signals. */
export interface JobContext extends Pick<
  StageContext,
  'signal' | 'progress' | 'machine' | 'store' | 'inputs' | 'scratch' | 'live'
> {
  /**
   * Where this machine keeps the folders, files and repositories of a collect job, `<kind>:<name>` -> path, and the model
   * folders of a train job's `initialWeights` and a generate job's `breaker`. Default none.
   */
  places?: Readonly<Record<string, string>>;
}

/**
 * Runs a job, wherever it was made: the output has the job's key by right. What a job does not say (workers, checkpoints)
 * has its defaults.
 * @throws UserError when this machine cannot do it as it was meant: other code, another Python, a source without a place
 * @throws DataError when an input is not the one that the job speaks of
 */
export async function runJob(job: StageJob, context: JobContext): Promise<Manifest> {
  const { places = {}, ...rest } = context;
  await refuseOther(job, context);
  const config = configOf(job, places);
  const { stage, seed, sources } = job;
  const run = STAGE_FUNCTIONS[stage] as Stage<unknown>;
  return run(config, { ...rest, sources, seed, rng: seedStream(seed, stage) });
}

async function refuseOther(job: StageJob, { machine, inputs }: JobContext): Promise<void> {
  const { stage, version, python } = job;
  if (version !== STAGE_VERSIONS[stage])
    throw new UserError(
      `the job is for version ${version} of stage ${stage}, this code has version ${STAGE_VERSIONS[stage]}`,
      'run it with the code that it was made with',
    );
  const here = python === null ? null : (await machine.pythonFacts()).version;
  if (python !== here)
    throw new UserError(
      `the job is to be judged by Python ${python}, here it is ${here}`,
      'set TRM_PYTHON to an interpreter of that version',
    );
  for (const [name, digest] of Object.entries(job.inputs)) {
    const input = inputs[name as StageName];
    const found = input && datasetDigest(await readManifest(input));
    if (found !== digest)
      throw new DataError(
        `stage ${stage}: expected the output of stage ${name} with digest ${digest}, got ${found ?? 'none'}`,
        'hand over the output that the job was made for',
      );
  }
}

const keyedSource = z.looseObject({
  kind: z.string(),
  name: z.string(),
  uri: z.string(),
  revision: z.string(),
});

/** The stage's whole config: the job's, with defaults for what it leaves out, and with this machine's places. */
function configOf(job: StageJob, places: Readonly<Record<string, string>>): unknown {
  const config =
    job.stage === 'collect'
      ? {
          ...job.config,
          sources: z
            .array(keyedSource)
            .parse(job.config.sources)
            .map((source) => placed(source, places)),
        }
      : job.stage === 'train' && INITIAL_WEIGHTS in job.sources
        ? { ...job.config, initialWeights: placeOf(INITIAL_WEIGHTS, places) }
        : job.stage === 'generate' && BREAKER in job.sources
          ? { ...job.config, breaker: { ...(job.config.breaker as object), model: placeOf(BREAKER, places) } }
          : job.config;
  return experimentSchema.shape[job.stage].parse(config);
}

function placed(
  { uri: _, revision, ...source }: z.infer<typeof keyedSource>,
  places: Readonly<Record<string, string>>,
): Record<string, unknown> {
  if (source.kind === 'package') return source;
  const path = placeOf(`${source.kind}:${source.name}`, places);
  // A history is read up to the commit that the job names, wherever the branch is by now.
  const commit = /^[0-9a-f]{40,64}/.exec(revision)?.[0];
  return { ...source, path, ...(source.kind === 'git' && { revision: commit ?? 'HEAD' }) };
}

function placeOf(source: string, places: Readonly<Record<string, string>>): string {
  if (source in places) return places[source];
  throw new UserError(
    `expected the place of the source ${source} on this machine, got none`,
    `name it in \`places\``,
  );
}
