import { z } from 'zod';
import { MAX_WINDOW_TOKENS } from '../records/example';
import { PERMISSIVE_LICENCES } from '../records/permissive-licences';
import { SPLITS } from './admission/split';
import { MAX_VOCABULARY_SIZE, MIN_VOCABULARY_SIZE } from './tokenizer/tokenizer';

/** Version of the process stage's code; raised when the same config would give other examples. */
export const PROCESS_VERSION = 8;

const fraction = z.number().min(0).max(0.5);

/** Config of the process stage; `{}` is valid. */
export const processConfigSchema = z.strictObject({
  /** Most BPE ids, special ones and bytes included. */
  vocabularySize: z.int().min(MIN_VOCABULARY_SIZE).max(MAX_VOCABULARY_SIZE).default(32768),
  /** Entries of the closed vocabulary; the base list is kept whole. */
  closedVocabularySize: z.int().min(1).max(8192).default(1024),
  /** Pairs of pieces seen less often in the training code are not merged. */
  minPieceCount: z.int().positive().default(2),
  /**
   * Most program tokens of a window, END included: of those of training and of the model. Longer functions are cut into
   * windows that overlap, as repair cuts them.
   */
  maxTokens: z.int().min(16).max(MAX_WINDOW_TOKENS).default(MAX_WINDOW_TOKENS),
  /** Shares of projects kept for choosing (val) and judging (test). */
  fractions: z.strictObject({ val: fraction.default(0.1), test: fraction.default(0.1) }).prefault({}),
  /** Splits of named projects, which the seeded hash would otherwise decide; names as in `namesProject`. */
  assignments: z.record(z.string(), z.enum(SPLITS)).default({}),
  /**
   * Projects whose samples are used, clean functions and mined fixes included, by group, repository or package, or
   * prefixes that end in `*`; see `namesProject`. Others are dropped and counted. Null: all.
   */
  allowedGroups: z.array(z.string().min(1)).nullable().default(null),
  /** SPDX ids whose code is used; `OR` and `AND` expressions are understood. */
  licences: z.array(z.string()).default([...PERMISSIVE_LICENCES]),
  /**
   * Clean and buggy rows are balanced 1:1. In train, clean functions are repeated (long ones with another window) up
   * to this many times; elsewhere, and where clean ones are more, the surplus is dropped.
   */
  maxCleanRepeats: z.int().positive().default(8),
  /**
   * Functions that are nearly the same but for names, numbers and strings: of those of a split one stays, and none stays
   * that is near one of an earlier split or of a held-out set; see `NearDuplicates`. Null: only copies and twins go.
   */
  nearDuplicates: z
    .strictObject({
      /** Least Jaccard index of their shingles. */
      threshold: z.number().min(0.7).max(1).default(0.8),
      /** Shorter functions, in program tokens, are near nothing. */
      minTokens: z.int().min(12).default(40),
      /** Sets that judge models: folders of samples and files of held-out functions, below the project's root. */
      heldOut: z
        .array(z.string().min(1))
        .default(['fixtures/benchmarks/synthetic-9', 'fixtures/benchmarks/outside.jsonl']),
    })
    .nullable()
    .prefault({}),
  /** CPython processes that validate samples. */
  criticWorkers: z.int().min(1).max(64).default(1),
  /** Rows of a shard. */
  rowsPerShard: z.int().positive().default(10_000),
});
/** A value of {@link processConfigSchema}. */
export type ProcessConfig = z.infer<typeof processConfigSchema>;
