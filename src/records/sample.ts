import { z } from 'zod';
import { DataError } from '../core/errors';

/** Version of the Sample record; stored in every shard's metadata. */
export const SAMPLE_VERSION = 3;

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

/** A function's place in a file of a repository, a package or a folder. */
const filePlace = {
  /** `owner/name`, `cpython`, or a folder's name; null when unknown. */
  repo: z.string().nullable(),
  /** Full commit id of the *fixed* version for mined fixes, of the snapshot otherwise; null outside git. */
  commit: z.string().nullable(),
  /** Path in the repository, with `/`. */
  path: z.string(),
  /** The project's repository, or `pkg:pypi/<name>` for a package that names none; null when unknown. */
  url: z.string().nullable(),
  /** Qualified name, for example `Decoder.decode`. */
  function: z.string(),
  /** 1-based line of the function's first line (decorators included) in the file. */
  startLine: z.int().positive(),
  /** ISO 8601, UTC; null when unknown. */
  committedAt: z.string().nullable(),
  /** Python codec name of the file, for example `utf-8`. */
  codec: z.string(),
};

/** A rule of a tool that speaks of a place, and what it said. */
const toolFinding = {
  /** For example `ruff`. */
  tool: z.string().min(1),
  version: z.string().min(1),
  /** The tool's own name of the rule, for example `F841`. */
  rule: z.string().min(1),
  message: z.string(),
};

/** Where a sample comes from, by the kind of its source. */
export const originSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), ...filePlace }),
  /** A question that shows the bug and an answer that mends it. */
  z.strictObject({
    kind: z.literal('answer'),
    /** Numbers of the two posts on their site. */
    questionId: z.int().positive(),
    answerId: z.int().positive(),
    /** Address of the answer. */
    postUrl: z.url(),
    /** Number of the answer's revision, from 1; null when unknown. */
    revision: z.int().positive().nullable(),
    /** ISO 8601, UTC; null when unknown. */
    postedAt: z.string().nullable(),
  }),
  /** A tool's finding in a file, which its own fix or a later commit mends. */
  z.strictObject({ kind: z.literal('finding'), ...filePlace, ...toolFinding }),
]);
/** A value of {@link originSchema}. */
export type Origin = z.infer<typeof originSchema>;

/** The origin of a function that stands in a file. */
export type FileOrigin = Exclude<Origin, { kind: 'answer' }>;

/** The origin of a sample whose function must stand in a file. @throws DataError when it does not */
export function fileOrigin(origin: Origin): FileOrigin {
  if (origin.kind !== 'answer') return origin;
  throw new DataError(`expected a function of a file, got one of ${origin.postUrl}`, 'use samples of files');
}

/** Where a sample stands, for lists and messages: its path and function, or the address of its post. */
export function placeOf(origin: Origin): { path: string; function: string } {
  if (origin.kind === 'answer') return { path: origin.postUrl, function: '' };
  return { path: origin.path, function: origin.function };
}

/** What a licence that asks for attribution (CC BY-SA) wants to be told of a text. */
export const attributionSchema = z.strictObject({
  /** Name of the author as the site shows it; null when the account is gone. */
  author: z.string().min(1).nullable(),
  authorUrl: z.url().nullable(),
  /** Address of the text. */
  url: z.url(),
  /** Sentence that has to stand with copies, with the licence's name and address. */
  notice: z.string().min(1),
});
/** A value of {@link attributionSchema}. */
export type Attribution = z.infer<typeof attributionSchema>;

/** Something that speaks for a sample's `before` being wrong and its `after` right. */
export const evidenceSchema = z.discriminatedUnion('kind', [
  /** We planted it: one entry a bug, in the order of the edits. */
  z.strictObject({ kind: z.literal('planted'), bugType: z.string().min(1) }),
  /** The message of the commit that mends it says so: of a bug and nothing else (`strong`), or in passing. */
  z.strictObject({ kind: z.literal('commit-message'), strength: z.enum(['strong', 'weak']) }),
  /** CPython's parser refuses `before`. */
  z.strictObject({ kind: z.literal('parser-error'), message: z.string() }),
  /** A tool finds something in `before` and no longer in `after`. */
  z.strictObject({ kind: z.literal('tool-finding'), ...toolFinding }),
  /** A test fails with `before` and passes with `after`. */
  z.strictObject({ kind: z.literal('failing-test'), test: z.string().min(1) }),
]);
/** A value of {@link evidenceSchema}. */
export type Evidence = z.infer<typeof evidenceSchema>;

/**
 * One bug and its fix, at function level, or several bugs that stand apart (flag `several_bugs`): one edit a bug,
 * leftmost first, `bugType` and `family` those of the leftmost. Clean functions are samples with no edit: `before === after`,
 * `edits` empty, `bugType` and `family` null.
 */
export const sampleSchema = z.strictObject({
  /** sha256 hex of the normalised before + NUL + after (see `sampleId` in src/python). */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** Repository, or package and its top module. What is one project is told by `projectOf`, and splits go by that. */
  group: z.string().min(1),
  /** `id` of the clean function a mutant came from; null otherwise. */
  parentId: z.string().nullable(),
  source: z.enum(['github', 'git', 'stackoverflow', 'linter', 'synthetic', 'folder']),
  origin: originSchema,
  /** The file around the function, see `contextAround`; null for code without one. */
  context: z
    .strictObject({
      /** Id of a context that is stored beside the samples, in `contexts/`. */
      id: z.string().regex(/^[0-9a-f]{64}$/),
      /** Which of the context's `functions` this is; its name says the class around it. */
      function: z.int().nonnegative(),
    })
    .nullable(),
  /** SPDX id, or `NOASSERTION` when unknown. */
  licence: z.string(),
  /** Null where the SPDX id says all that has to be said. */
  attribution: attributionSchema.nullable(),
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
  /** What speaks for the bug; empty for clean functions. */
  evidence: z.array(evidenceSchema),
  /** Stable snake_case remarks, for example `multi_function`. */
  flags: z.array(z.string()),
  /** Null until the process stage assigns it. */
  split: z.enum(['train', 'val', 'test']).nullable(),
});
/** A value of {@link sampleSchema}. */
export type Sample = z.infer<typeof sampleSchema>;
