import { z } from 'zod';
import { STORAGE_FORMS } from '../trm/storage/form';

/** Version of the release stage's code; part of its key. */
export const RELEASE_VERSION = 1;

/** Config of the release stage. */
export const releaseConfigSchema = z.strictObject({
  /** Name of the model in its card. */
  name: z.string().min(1).default('trm-code-repair'),
  /** SPDX id of the weights' licence; a licence file of it is written. Only Apache-2.0 has its text here. */
  licence: z.literal('Apache-2.0').default('Apache-2.0'),
  /** How the weights are stored: `float32`, `float16` (half the bytes) or `int8` (about a quarter). */
  storage: z.enum(STORAGE_FORMS).default('float32'),
  /**
   * A second file of the weights, for installs that have to be small: they leave the first one out. Null: none. Int8 keeps
   * 1,000 of 1,000 answers (`BENCH=precision-answers`).
   */
  smaller: z.literal('int8').nullable().default(null),
  /** Sentences added to the card's "limits". */
  notes: z.array(z.string()).default([]),
});
/** A value of {@link releaseConfigSchema}. */
export type ReleaseConfig = z.output<typeof releaseConfigSchema>;
