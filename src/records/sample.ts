import { z } from 'zod';

/** Version of the Sample record; stored in every shard's metadata. */
export const SAMPLE_VERSION = 2;

/** Bug families, coarse groups of the taxonomy; append only. */
export const FAMILIES = [
  'syntax',
  'logic',
  'name',
  'type',
  'api',
  'exception',
  'resource',
  'concurrency',
  'numeric',
  'string',
  'collection',
  'control-flow',
  'framework',
  'security',
] as const;
/** One of {@link FAMILIES}. */
export type Family = (typeof FAMILIES)[number];

/** Kinds of program tokens. The `error-` kinds appear only in broken code. Order is the model's code: append only. */
export const TOKEN_KINDS = [
  'name',
  'keyword',
  'op',
  'number',
  'string',
  'newline',
  'indent',
  'dedent',
  'end',
  'error-string',
  'error-char',
  'error-indent',
] as const;
/** One of {@link TOKEN_KINDS}. */
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** A token to be written into a program: no position yet. Layout tokens have empty text. */
export const tokenTextSchema = z.strictObject({ kind: z.enum(TOKEN_KINDS), text: z.string() });
/** A value of {@link tokenTextSchema}. */
export type TokenText = z.infer<typeof tokenTextSchema>;

const span = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);

/** Replace program tokens [i, j) of `before` by `replacement`. */
export const editSchema = z.strictObject({
  /** Token indices [start, end) in the lexed `before`; an empty span inserts before token `start`. */
  tokenSpan: span,
  /** The same place in UTF-16 code units of `before`, [start, end). */
  charSpan: span,
  replacement: z.array(tokenTextSchema),
});
/** A value of {@link editSchema}. */
export type Edit = z.infer<typeof editSchema>;

/** Where a sample comes from. */
export const originSchema = z.strictObject({
  /** `owner/name`, `cpython`, or a folder's name; null when unknown. */
  repo: z.string().nullable(),
  /** Full commit id of the *fixed* version for mined fixes, of the snapshot otherwise; null outside git. */
  commit: z.string().nullable(),
  /** Path in the repository, with `/`. */
  path: z.string(),
  url: z.string().nullable(),
  /** Qualified name, for example `Decoder.decode`. */
  function: z.string(),
  /** 1-based line of the function's first line (decorators included) in the file. */
  startLine: z.int().positive(),
  /** ISO 8601, UTC; null when unknown. */
  committedAt: z.string().nullable(),
  /** Python codec name of the file, for example `utf-8`. */
  codec: z.string(),
});
/** A value of {@link originSchema}. */
export type Origin = z.infer<typeof originSchema>;

/**
 * One bug and its fix, at function level, or several bugs that stand apart (flag `several_bugs`): one edit a bug,
 * leftmost first, `bugType` and `family` those of the leftmost. Clean functions are samples with no edit: `before === after`,
 * `edits` empty, `bugType` and `family` null.
 */
export const sampleSchema = z.strictObject({
  /** sha256 hex of the normalised before + NUL + after (see `sampleId` in src/python). */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** Repository or package; splits go by it. */
  group: z.string().min(1),
  /** `id` of the clean function a mutant came from; null otherwise. */
  parentId: z.string().nullable(),
  source: z.enum(['github', 'git', 'stackoverflow', 'linter', 'synthetic', 'folder']),
  origin: originSchema,
  /** The file around the function. */
  context: z.strictObject({
    /** Names bound by imports at module level -> the dotted path they stand for: `np` -> `numpy`. */
    imports: z.record(z.string(), z.string()),
    /** Other names bound at module level. */
    names: z.array(z.string()),
  }),
  /** SPDX id, or `NOASSERTION` when unknown. */
  licence: z.string(),
  /** Taxonomy id; null for clean functions and for mined fixes not classified yet. */
  bugType: z.string().nullable(),
  family: z.enum(FAMILIES).nullable(),
  /** Function source, dedented, with decorators, `\n` line ends. */
  before: z.string(),
  after: z.string(),
  /** All of them turn `before` into `after`; each counts the tokens of `before`. */
  edits: z.array(editSchema),
  lexerVersion: z.int().positive(),
  /** 1 (typo that the parser reports) .. 5 (needs knowledge from outside the function). */
  difficulty: z.int().min(1).max(5),
  /** Scores by validation stage, each in 0..1. */
  quality: z.record(z.string(), z.number()),
  /** Stable snake_case remarks, for example `multi_hunk`. */
  flags: z.array(z.string()),
  /** Null until the process stage assigns it. */
  split: z.enum(['train', 'val', 'test']).nullable(),
});
/** A value of {@link sampleSchema}. */
export type Sample = z.infer<typeof sampleSchema>;
