import { z } from 'zod';
import { generateConfigSchema } from '../../generation/config';

/** Where the rows of training come from. */
export const FEED_SOURCES = ['memory', 'shards', 'mutations'] as const;

/** Config of the data feed; `{}` is valid. */
export const feedConfigSchema = z.strictObject({
  /**
   * `memory`: all rows of the process stage's train split are read at the start. `shards`: they stream from disk, so
   * memory does not grow with the data. `mutations`: bugs are planted while training into the split's clean functions,
   * so that no epoch repeats another's bugs.
   */
  source: z.enum(FEED_SOURCES).default('shards'),
  /** Rows that are shuffled with each other and held in memory at a time; a larger row group counts whole. */
  bufferRows: z.int().positive().default(20_000),
  /** Such blocks that a thread makes ahead of the one that is dealt. */
  prefetchBlocks: z.int().min(1).max(16).default(1),
  /** Rows that wait in a bucket, clean and buggy each, before further ones are dropped. */
  queueRows: z.int().positive().default(256),
  /** Most times that a row is dealt in an epoch to make up for rows that are rarer than the mixture wants. */
  maxRepeats: z.number().min(1).default(4),
  /** Settings of the source `mutations`; shares of families and types as in the generate stage. */
  mutations: generateConfigSchema
    .pick({ families: true, types: true, bugsPerMutant: true, maxTokens: true })
    .extend({
      /** Mutants drawn from a function each time it comes by. */
      mutantsPerFunction: z.int().min(1).max(100).default(2),
      /**
       * Rows beside them in which tokens of the function are hidden or replaced, to be written by slots that are told
       * their places.
       */
      fillsPerFunction: z.int().min(0).max(10).default(0),
      /** Share of those tokens in whose place another one stands, which the model is asked to find; the others are hidden. */
      replacedShare: z.number().min(0).max(1).default(0),
      /** Clean functions of a block. */
      blockFunctions: z.int().positive().default(1000),
      /** CPython processes that judge the mutants. */
      criticWorkers: z.int().min(1).max(16).default(1),
    })
    .prefault({}),
});
/** A value of {@link feedConfigSchema}. */
export type FeedConfig = z.output<typeof feedConfigSchema>;
