import { z } from 'zod';
import { FAMILIES } from '../records/sample';
import { checkFamilyShares, checkTypeShares } from './mixture/aims';

/** Version of the generate stage's code; raised when the same config and seed would give other samples. */
export const GENERATE_VERSION = 6;

/** Name of the breaker's model among what a generate job names outside the project. */
export const BREAKER = 'breaker';

/** The config's key for it, for messages. */
export const BREAKER_KEY = 'generate.breaker.model';

/**
 * How often a mutant has one, two or three bugs. Bugs of one mutant are all syntax bugs or all others: broken files
 * hold several errors, while other bugs come one at a time.
 */
export const DEFAULT_BUGS_PER_MUTANT: Readonly<Record<'syntax' | 'other', [number, number, number]>> = {
  // Of 402 broken commits whose every edit a mutator explains, 351 hold one bug, 36 two, 15 three or more.
  syntax: [0.87, 0.09, 0.04],
  other: [1, 0, 0],
};

const weight = z.number().nonnegative();

const share = z.number().min(0).max(1);

/** Weights of 1, 2 and 3 bugs. */
const bugCounts = z
  .tuple([weight, weight, weight])
  .refine((weights) => weights.some((each) => each > 0), 'expected one weight above 0');

/** Config of the generate stage; `{}` is valid. */
export const generateConfigSchema = z.strictObject({
  /** Mutants drawn from each clean function; fewer come out where it offers fewer or some are dropped. */
  mutantsPerFunction: z.int().min(1).max(1000).default(4),
  /**
   * Clean functions written beside the mutants, as a share of the kept mutants, at most one a function. The process
   * stage takes the clean functions from `collect`, so only data sets that stand alone need them.
   */
  cleanPerMutant: z.number().min(0).max(1).default(0),
  /**
   * Shares of families among all mutants, where they are to differ from the defaults of `aimedShares`; the others share
   * what is left. 0 leaves a family out. What too few functions offer is cut to what they hold (`reachableShares`).
   */
  families: z.partialRecord(z.enum(FAMILIES), share).default({}).superRefine(checkFamilyShares),
  /** The same for types by taxonomy id: shares among the mutants of their family. 0 leaves a type out. */
  types: z.record(z.string(), share).default({}).superRefine(checkTypeShares),
  /** Functions whose places are surveyed, so that the mutants drawn have these shares in the code at hand. */
  surveyFunctions: z.int().min(1).default(2000),
  /**
   * Weights of mutants with 1, 2 and 3 bugs, of syntax types and of all others; see {@link DEFAULT_BUGS_PER_MUTANT}.
   * Where a function has no room for more, fewer are planted.
   */
  bugsPerMutant: z
    .strictObject({
      syntax: bugCounts.default(DEFAULT_BUGS_PER_MUTANT.syntax),
      other: bugCounts.default(DEFAULT_BUGS_PER_MUTANT.other),
    })
    .prefault({}),
  /**
   * Bugs that a breaker plants beside the mutators: a model that was trained on real fixes turned around
   * (`experiments/edit-breaker.yaml`). Null: none.
   */
  breaker: z
    .strictObject({
      /** Its folder, or the name of a model in `TRM_WORK_DIR/models`. */
      model: z.string().min(1),
      /** Bugs it proposes for each clean function; fewer come out where some are dropped. */
      bugsPerFunction: z.int().min(1).max(64).default(2),
      /** Places and contents are drawn by their probabilities to the power of 1 / temperature: below 1 likelier ones. */
      temperature: z.number().min(0.05).max(10).default(1),
      /** Another number gives other bugs of the same functions. */
      seed: z.int().nonnegative().default(0),
      /** True: no mutator plants anything. */
      alone: z.boolean().default(false),
    })
    .nullable()
    .default(null),
  /** Longest function that is mutated, in program tokens. */
  maxTokens: z.int().positive().default(1000),
  /** Samples after which the stage stops; null: no limit. */
  maxSamples: z.int().positive().nullable().default(null),
  /**
   * Projects whose code may be used, by group, repository or package, or prefixes that end in `*` (`cpython/*`); see
   * `namesProject`. Others are dropped and counted. Null: all.
   */
  allowedGroups: z.array(z.string().min(1)).nullable().default(null),
  /** Threads that draw mutants. Null: one a core, at most 16. Results do not depend on it. */
  workers: z.int().min(1).max(64).nullable().default(null),
  /** CPython processes that validate. Null: one a core, at most 16. */
  criticWorkers: z.int().min(1).max(64).nullable().default(null),
  /** Sources sent to the critic in one go. */
  batchSize: z.int().min(1).max(10_000).default(256),
  /** Clean functions a shard is made from: the unit that an interrupted run repeats. */
  functionsPerShard: z.int().positive().default(2000),
  /** Lines of `drops.jsonl` kept of each reason; all are counted. */
  maxDropsPerReason: z.int().nonnegative().default(50),
});
/** A value of {@link generateConfigSchema}. */
export type GenerateConfig = z.output<typeof generateConfigSchema>;
