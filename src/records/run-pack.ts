import { z } from 'zod';
import { stageJobSchema } from './stage-job';

/** Version of a pack's layout; a foreign one is refused. */
export const RUN_PACK_VERSION = 1;

const hex = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * `pack.json`, first in a pack: what a training goes on from on another machine. It stays as `unpacked.json` in the run
 * folder there. The data is named, not held.
 */
export const runPackSchema = z.strictObject({
  version: z.literal(RUN_PACK_VERSION),
  /** Id of the run that the training is part of; a training without one gets an id when it is packed. */
  run: z.string(),
  experiment: z.string(),
  /** Hash of the resolved config, which is `config.yaml` in the pack. */
  configHash: z.string(),
  /** ISO 8601, UTC. */
  packedAt: z.string(),
  /** Optimizer steps, rows and wall seconds of training behind it. */
  step: z.int().nonnegative(),
  samplesSeen: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
  /** Of matrix products; a training goes on in the one that it began with. */
  precision: z.string(),
  /** Name of the train stage's folder, and the job that it is the name of; `inputs` holds the digest of the data. */
  key: z.string(),
  job: stageJobSchema,
  /** Name of the folder of the data, the output of the process stage. */
  dataKey: z.string(),
  /** File in the pack -> sha256. */
  files: z.record(z.string(), hex),
});
/** A value of {@link runPackSchema}. */
export type RunPack = z.infer<typeof runPackSchema>;
