import { z } from 'zod';

/** Version of the manifest layout below; readers refuse another. */
export const MANIFEST_VERSION = 2;

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');

/** One file of a dataset or stage output. Paths are relative to the manifest, with `/`, never `..`. */
export const resourceSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9._/-]+$/),
  path: z
    .string()
    .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'relative path without ..'),
  mediatype: z.string(),
  format: z.literal('binary').optional(),
  /** Size in bytes. */
  bytes: z.int().nonnegative(),
  /** `sha256:<hex>` of the file. */
  hash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** SHA-256 of a shard's values row by row: the same on every machine, however its compressor packs them. */
  'trm:content': sha256Hex.optional(),
  /** True: it holds times, or what only resuming needs; the dataset's digest passes over it. */
  'trm:volatile': z.literal(true).optional(),
  /** Rows, for shards. */
  'trm:rows': z.int().nonnegative().optional(),
  /** Split the rows belong to, for processed shards. */
  'trm:split': z.enum(['train', 'val', 'test']).optional(),
});
/** A value of {@link resourceSchema}. */
export type Resource = z.infer<typeof resourceSchema>;

/** Something outside the project that a stage read. */
export const sourceSchema = z.strictObject({
  /** Its address: a repository's, `pkg:pypi/<name>@<version>`, or `folder:<name>` where nothing names a public one. */
  uri: z.string(),
  /** What was read of it: a commit, `sha256:<hex>` of a folder's files, a version. */
  revision: z.string(),
  /** SHA-256 of what the stage took from it, in its order. */
  digest: sha256Hex,
  /** SPDX id or expression, `NOASSERTION` when unknown. */
  licence: z.string(),
});
/** A value of {@link sourceSchema}. */
export type Source = z.infer<typeof sourceSchema>;

/** Where the data came from and what was lost on the way. */
export const lineageSchema = z.strictObject({
  /** Pipeline stage: collect, generate, process, train, evaluate, release. */
  stage: z.string(),
  /** Version number of the stage's code; part of the stage key. */
  stageVersion: z.int().positive(),
  /** Hash of the stage's resolved config, without what only says how the work is done (workers, checkpoints). */
  configHash: sha256Hex,
  /** Git commit of the code, null outside a git checkout. */
  codeCommit: z.string().nullable(),
  /** True when the working tree had changes. */
  dirty: z.boolean(),
  seed: z.int(),
  toolVersions: z.record(z.string(), z.string()),
  /** Stages whose output this one read, each with the digest of it (`datasetDigest`). */
  inputs: z.array(z.strictObject({ stage: z.string(), digest: sha256Hex })),
  counts: z.strictObject({
    in: z.int().nonnegative(),
    out: z.int().nonnegative(),
    /** Dropped records by stable snake_case reason. */
    dropped: z.record(z.string(), z.int().nonnegative()),
  }),
});
/** A value of {@link lineageSchema}. */
export type Lineage = z.infer<typeof lineageSchema>;

/**
 * A Data Package 2.0 descriptor with our `trm:` additions; written last, so its presence means "complete".
 * `trm:schema` describes shard columns once; `trm:licences` counts rows by SPDX id; `trm:metrics` holds the
 * stage's own figures (each key documented by the stage).
 */
export const manifestSchema = z.strictObject({
  $schema: z.literal('https://datapackage.org/profiles/2.0/datapackage.json'),
  name: z.string(),
  'trm:manifestVersion': z.literal(MANIFEST_VERSION),
  /** ISO 8601, UTC. */
  created: z.string(),
  resources: z.array(resourceSchema),
  'trm:schema': z
    .array(z.strictObject({ name: z.string(), type: z.string(), description: z.string() }))
    .optional(),
  'trm:licences': z.record(z.string(), z.int().nonnegative()).optional(),
  /** What was read from outside the project, by this stage or by those before it. */
  'trm:sources': z.array(sourceSchema),
  'trm:lineage': lineageSchema,
  'trm:checks': z.record(z.string(), z.unknown()).optional(),
  'trm:metrics': z.record(z.string(), z.unknown()).optional(),
});
/** A value of {@link manifestSchema}. */
export type Manifest = z.infer<typeof manifestSchema>;
