import { z } from 'zod';

/** Version of the manifest layout below; readers refuse another. */
export const MANIFEST_VERSION = 1;

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
  /** Rows, for shards. */
  'trm:rows': z.int().nonnegative().optional(),
  /** Split the rows belong to, for processed shards. */
  'trm:split': z.enum(['train', 'val', 'test']).optional(),
});
/** A value of {@link resourceSchema}. */
export type Resource = z.infer<typeof resourceSchema>;

/** Where the data came from and what was lost on the way. */
export const lineageSchema = z.strictObject({
  /** Pipeline stage: collect, generate, process, train, evaluate, release. */
  stage: z.string(),
  /** Version number of the stage's code; part of the stage key. */
  stageVersion: z.int().positive(),
  /** Hash of the stage's resolved config. */
  configHash: sha256Hex,
  /** Git commit of the code, null outside a git checkout. */
  codeCommit: z.string().nullable(),
  /** True when the working tree had changes. */
  dirty: z.boolean(),
  seed: z.int(),
  toolVersions: z.record(z.string(), z.string()),
  /** Manifests this stage read. */
  inputs: z.array(z.strictObject({ stage: z.string(), manifest: z.string(), sha256: sha256Hex })),
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
  'trm:lineage': lineageSchema,
  'trm:checks': z.record(z.string(), z.unknown()).optional(),
  'trm:metrics': z.record(z.string(), z.unknown()).optional(),
});
/** A value of {@link manifestSchema}. */
export type Manifest = z.infer<typeof manifestSchema>;
