import { extname } from 'node:path';
import { DataError } from '../core/errors';
import { parseJson } from '../core/files';
import { canonicalJson, hashJson } from '../core/hash';
import { projectRoot } from '../core/paths';
import { runProcess, SubprocessError } from '../core/processes/subprocess';
import {
  MANIFEST_VERSION,
  manifestSchema,
  type Lineage,
  type Manifest,
  type Resource,
  type Source,
} from '../records/manifest';
import type { StageName } from '../records/run';
import { clearJournal } from '../storage/journal';
import type { ObjectStore } from '../storage/object-store';
import { hashObject } from '../storage/objects';
import { settledConfig } from '../records/stage-job';
import { describeColumns, type Column } from './columns';
import { PARQUET_MEDIA_TYPE } from './writer';

/** Key of the manifest in a dataset; written last, so its presence means "complete". */
export const MANIFEST_KEY = 'manifest.json';

/** Finished outputs of stages, by stage. */
export type StageInputs = Readonly<Partial<Record<StageName, ObjectStore>>>;

/** What a stage knows about its output; {@link buildManifest} adds the rest. */
export interface ManifestParts {
  stage: StageName;
  stageVersion: number;
  /** The stage's resolved config; the hash of what counts of it goes into the lineage. */
  config: object;
  /** The stage's context: seed, inputs and the git program are taken from it. */
  context: { seed: number; inputs: StageInputs; machine: { git: string } };
  /** Every file of the output but the manifest. */
  resources: readonly Resource[];
  counts: Lineage['counts'];
  /** What was read from outside the project. Default: what the inputs' manifests name. */
  sources?: readonly Source[];
  /** Columns of the shards. */
  columns?: readonly Column[];
  /** Rows by SPDX id. */
  licences?: Readonly<Record<string, number>>;
  /** Versions of programs that shaped the output beside Node, for example `{python: '3.11.7'}`. */
  toolVersions?: Readonly<Record<string, string>>;
  /** Results of checks: parse rate, dedup, ... */
  checks?: Readonly<Record<string, unknown>>;
  /** The stage's own figures. */
  metrics?: Readonly<Record<string, unknown>>;
}

/** Builds a stage's manifest: lineage with config hash, code commit, seed and the digests of the inputs. */
export async function buildManifest(parts: ManifestParts): Promise<Manifest> {
  const { stage, columns, licences, checks, metrics } = parts;
  const { inputs, sources } = await describeInputs(parts.context.inputs);
  const { commit, dirty } = await codeIdentity(parts.context.machine.git);
  return {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: stage,
    'trm:manifestVersion': MANIFEST_VERSION,
    created: new Date().toISOString(),
    resources: [...parts.resources].sort((a, b) => (a.path < b.path ? -1 : 1)),
    ...(columns && { 'trm:schema': describeColumns(columns) }),
    ...(licences && { 'trm:licences': { ...licences } }),
    'trm:sources': [...(parts.sources ?? sources)],
    'trm:lineage': {
      stage,
      stageVersion: parts.stageVersion,
      configHash: hashJson(settledConfig(stage, parts.config)),
      codeCommit: commit,
      dirty,
      seed: parts.context.seed,
      toolVersions: { node: process.versions.node, ...parts.toolVersions },
      inputs,
      counts: parts.counts,
    },
    ...(checks && { 'trm:checks': { ...checks } }),
    ...(metrics && { 'trm:metrics': { ...metrics } }),
  };
}

/**
 * Validates a manifest and writes it as `manifest.json` with sorted keys; then the stage's journal goes, never before:
 * when the manifest cannot be written (a full disk), the stage is resumed from it. Call it last.
 * @throws DataError when it is not valid
 */
export async function writeManifest(store: ObjectStore, manifest: Manifest): Promise<void> {
  const text = canonicalJson(manifest);
  parseJson(text, manifestSchema, `manifest for ${store.location}`);
  await store.put(MANIFEST_KEY, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  await clearJournal(store);
}

/**
 * Reads and validates a dataset's manifest.
 * @throws DataError when it is missing, damaged, or of another version
 */
export async function readManifest(store: ObjectStore): Promise<Manifest> {
  if (!(await store.exists(MANIFEST_KEY)))
    throw new DataError(
      `expected ${MANIFEST_KEY} in ${store.location}, found none`,
      'the stage that writes it has not finished; run it (again)',
    );
  const text = Buffer.from(await store.get(MANIFEST_KEY)).toString('utf8');
  return parseJson(text, manifestSchema, `${store.location}/${MANIFEST_KEY}`);
}

/**
 * SHA-256 of what a dataset holds: its files by content (a shard's rows, however they are packed) and its counts. Times,
 * places and versions of programs are no part of it: whoever makes the same data anew gets the same digest.
 */
export function contentDigest(manifest: Manifest): string {
  const files = manifest.resources
    .filter((resource) => !resource['trm:volatile'])
    .map((resource) => ({
      path: resource.path,
      content: resource['trm:content'] ?? resource.hash,
      rows: resource['trm:rows'],
      split: resource['trm:split'],
    }));
  return hashJson({ files, counts: manifest['trm:lineage'].counts });
}

/**
 * SHA-256 of what a later stage may make of a dataset: its {@link contentDigest}, and the stage with its version, what
 * counts of its config, and its seed. So a report that a new version words otherwise is another input, too.
 */
export function datasetDigest(manifest: Manifest): string {
  const { stage, stageVersion, configHash, seed } = manifest['trm:lineage'];
  return hashJson({ stage, stageVersion, configHash, seed, content: contentDigest(manifest) });
}

/** Describes a finished file of the store for the manifest: bytes, sha256, media type by its ending. */
export async function describeResource(
  store: ObjectStore,
  key: string,
  more: Pick<Resource, 'trm:rows' | 'trm:split' | 'trm:content' | 'trm:volatile'> = {},
): Promise<Resource> {
  if (!(await store.exists(key)))
    throw new DataError(`expected a file "${key}" in ${store.location} to describe, found none`);
  const { bytes, sha256: hash } = await hashObject(store, key);
  return {
    name: key.toLowerCase().replace(/[^a-z0-9._/-]/g, '-'),
    path: key,
    mediatype: MEDIA_TYPES[extname(key)] ?? 'application/octet-stream',
    bytes,
    hash: `sha256:${hash}`,
    ...more,
  };
}

/**
 * The code that runs: git commit of the project, null outside a checkout, and whether files differ from it.
 * @param program the git program
 * @param root folder of the checkout. Default: the project's
 */
export async function codeIdentity(
  program: string,
  root = projectRoot(),
): Promise<{ commit: string | null; dirty: boolean }> {
  // Inside a git hook GIT_DIR and others point elsewhere; `root` alone must decide.
  const hidden = Object.keys(process.env).filter((name) => name.startsWith('GIT_'));
  const env = Object.fromEntries(hidden.map((name) => [name, undefined]));
  const git = async (...args: string[]): Promise<string> =>
    (await runProcess(program, ['-C', root, ...args], { env })).stdout;
  try {
    const commit = await git('rev-parse', '--verify', 'HEAD');
    const changes = await git('status', '--porcelain', '--untracked-files=no');
    return { commit: commit.trim(), dirty: changes !== '' };
  } catch (error) {
    if (!(error instanceof SubprocessError)) throw error;
    // No git, no checkout, or no commit yet: the identity is unknown, which the record can say.
    return { commit: null, dirty: false };
  }
}

const MEDIA_TYPES: Record<string, string> = {
  '.parquet': PARQUET_MEDIA_TYPE,
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.md': 'text/markdown',
  '.txt': 'text/plain',
  '.py': 'text/x-python',
};

/** Digests of the inputs, and the sources that they go back to, each once. */
async function describeInputs(
  stores: StageInputs,
): Promise<{ inputs: Lineage['inputs']; sources: Source[] }> {
  const inputs: Lineage['inputs'] = [];
  const sources = new Map<string, Source>();
  for (const [stage, store] of Object.entries(stores)) {
    const manifest = await readManifest(store);
    inputs.push({ stage, digest: datasetDigest(manifest) });
    for (const source of manifest['trm:sources']) sources.set(canonicalJson(source), source);
  }
  return { inputs, sources: [...sources.values()] };
}
