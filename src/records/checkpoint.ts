import { z } from 'zod';

/** Version of the checkpoint layout; a foreign one is refused. */
export const CHECKPOINT_VERSION = 5;

const hex = z.string().regex(/^[0-9a-f]{64}$/);

/** Artefacts a model depends on. A release carries the same hashes. */
export const artefactHashesSchema = z.strictObject({
  /** Manifest of the processed dataset. */
  dataset: hex,
  tokenizer: hex,
  /** Closed vocabulary. */
  vocabulary: hex,
  taxonomy: hex,
  lexerVersion: z.int().positive(),
  exampleVersion: z.int().positive(),
});
/** A value of {@link artefactHashesSchema}. */
export type ArtefactHashes = z.infer<typeof artefactHashesSchema>;

const rngState = z.tuple([z.int(), z.int(), z.int(), z.int()]);

/**
 * `checkpoint.json`, written last into a checkpoint folder beside the safetensors files `weights`, `ema`,
 * `optimizer` and `carries` and the rows in flight (`rows.bin`), whose hashes it holds.
 */
export const checkpointSchema = z.strictObject({
  version: z.literal(CHECKPOINT_VERSION),
  /** Optimizer steps done. */
  step: z.int().nonnegative(),
  /** Wall seconds of training so far: a budget in seconds goes on where it stood. */
  seconds: z.number().nonnegative(),
  /** Rows of training data consumed. */
  samplesSeen: z.int().nonnegative(),
  /** Resolved model config (src/trm). */
  model: z.record(z.string(), z.unknown()),
  /** Resolved training config (src/training). */
  training: z.record(z.string(), z.unknown()),
  /** Hashes of what the rows were made with. */
  hashes: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Random streams by name. */
  random: z.record(z.string(), rngState),
  /** Index of the curriculum's phase, and the score last measured in it. */
  phase: z.int().nonnegative(),
  score: z.number().nullable(),
  /** What the guard against runaway losses remembers. */
  guard: z.strictObject({ mean: z.number(), steps: z.int(), spikes: z.int() }),
  /** Where the data order stands; the feed's own form. */
  cursor: z.unknown(),
  /** Supervision steps done by the rows in flight, by bucket; their states are in `carries`. */
  carries: z.record(z.string(), z.array(z.int())),
  /** File name -> sha256. */
  files: z.record(z.string(), hex),
  /** Best validation score so far and its step; null before the first evaluation. */
  best: z.strictObject({ step: z.int(), score: z.number() }).nullable(),
  /** Evaluations since the best one. */
  stale: z.int().nonnegative(),
});
/** A value of {@link checkpointSchema}. */
export type CheckpointRecord = z.infer<typeof checkpointSchema>;
