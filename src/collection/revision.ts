import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DataError, UserError } from '../core/errors';
import { hashJson, sha256 } from '../core/hash';
import { normalName } from '../core/keys/project-names';
import type { CollectConfig } from './config';
import { demoProjectFolder } from './demo-history';
import { folderEntries, locateFolder } from './folders/folder';
import { readSmallFile } from './folders/source-files';
import { locateRepository } from './git/history';
import { originOfRemotes } from './git/remote';
import { GitRepository } from './git/repository';
import { isLicenceFile, LARGEST_LICENCE } from './licences/licences';
import { locatePairs, pairsRevision } from './pairs/pair-files';
import type { PythonFacts } from '../python/python-facts';

/** A source of the config in the state that it is in now. */
export interface SourceRevision {
  kind: SourceSettings['kind'];
  /** As it stands in samples and drops. No two sources of a kind have the same, nor a folder and a package. */
  name: string;
  /** Its address: a repository's, `pkg:pypi/<name>@<version>`, or `folder:<name>`, `git:<name>` and `pairs:<name>` where none is known. */
  uri: string;
  /** A commit, `sha256:<hex>` over files, or a version. */
  revision: string;
}

/** One of the config's sources. */
export type SourceSettings = CollectConfig['sources'][number];

/** Kinds whose names must differ: a package is a folder once it is fetched. */
const NAMED_AS = { folder: 'folder', package: 'folder', git: 'git', pairs: 'pairs' } as const;

/** What {@link sourceRevisions} works with. */
export interface RevisionTools {
  /** The machine's Python. */
  python: PythonFacts;
  /** The machine's git program. */
  git: string;
  signal?: AbortSignal;
}

/**
 * Finds out in which state each source is, in the order of the config. Whatever would change the samples changes it: an
 * edited, new or removed file, a new commit, a clone that was deepened, another Python, another remote.
 * @throws UserError when a source is not there, or two of a kind have the same name
 */
export async function sourceRevisions(
  { sources, maxFileBytes }: Pick<CollectConfig, 'sources' | 'maxFileBytes'>,
  tools: RevisionTools,
): Promise<SourceRevision[]> {
  const revisions: SourceRevision[] = [];
  for (const source of sources) {
    const found = await revisionOf(source, maxFileBytes, tools);
    const called = NAMED_AS[found.kind];
    if (revisions.some(({ kind, name }) => NAMED_AS[kind] === called && name === found.name))
      throw new UserError(
        `two sources of kind ${called} have the name "${found.name}"`,
        'samples are told apart by it: give one of them another collect.sources[].name',
      );
    revisions.push(found);
  }
  return revisions;
}

/**
 * A collect config as it stands in a stage's key: each source by name, address and revision instead of the place where
 * this machine keeps it.
 */
export function keyedCollectConfig<C extends Pick<CollectConfig, 'sources'>>(
  config: C,
  revisions: readonly SourceRevision[],
): Omit<C, 'sources'> & { sources: object[] } {
  const sources = config.sources.map((source, i) => {
    const { path: _, ...rest } = { path: null, ...source };
    return { ...withoutDefaultDirection(rest), ...revisions[i] };
  });
  return { ...config, sources };
}

/** The key `direction` is younger than outputs that are still in use: at its default it stands in no key. */
function withoutDefaultDirection<S extends object>(source: S): object {
  const { direction, ...rest } = { direction: 'forward', ...source };
  return direction === 'forward' ? rest : source;
}

/** Revisions as a stage's job has them: `<kind>:<name>` -> revision. */
export function revisionsByName(revisions: readonly SourceRevision[]): Record<string, string> {
  return Object.fromEntries(revisions.map(({ kind, name, revision }) => [`${kind}:${name}`, revision]));
}

/** @throws DataError when a source is no longer in the revision that was expected of it */
export function refuseChanged(
  expected: Readonly<Record<string, string>>,
  now: readonly SourceRevision[],
): void {
  for (const [name, revision] of Object.entries(revisionsByName(now)))
    if (name in expected && expected[name] !== revision)
      throw new DataError(
        `the source ${name} changed since the stage began: it was at ${expected[name]}, now it is at ${revision}`,
        'run the same command again: it reads the source as it is now',
      );
}

async function revisionOf(
  source: SourceSettings,
  maxFileBytes: number,
  tools: RevisionTools,
): Promise<SourceRevision> {
  switch (source.kind) {
    case 'folder':
      return folderRevision(source, maxFileBytes, tools);
    case 'package': {
      // An exact version is the same everywhere; it need not be fetched to be known.
      const [name, version] = source.package.split('==');
      const uri = `pkg:pypi/${normalName(name)}@${version}`;
      return { kind: 'package', name: source.name ?? normalName(name), uri, revision: version };
    }
    case 'git':
      return gitRevision(source, tools);
    case 'pairs': {
      const located = await locatePairs(source);
      const { name } = located;
      return { kind: 'pairs', name, uri: `pairs:${name}`, revision: await pairsRevision(located) };
    }
  }
}

async function folderRevision(
  source: Extract<SourceSettings, { kind: 'folder' }>,
  maxFileBytes: number,
  tools: RevisionTools,
): Promise<SourceRevision> {
  const { root, name, url } = await locateFolder(source, tools);
  const uri = url ?? `folder:${name}`;
  // The library of an installed Python is what its version says.
  if (source.path === 'python:stdlib') return { kind: 'folder', name, uri, revision: tools.python.version };
  const revision = await treeHash(root, source, (path) => readLimit(path, maxFileBytes));
  return { kind: 'folder', name, uri, revision };
}

/** Most bytes that collecting reads of a file; undefined where it only sees that it is there. */
function readLimit(path: string, maxFileBytes: number): number | undefined {
  if (!path.includes('/') && isLicenceFile(path)) return LARGEST_LICENCE;
  return path.endsWith('.py') ? maxFileBytes : undefined;
}

const wholeFile = (): number => Infinity;

/** Hash of a folder's entries, by path: of each its bytes, or why they are not read. */
async function treeHash(
  root: string,
  patterns: Parameters<typeof folderEntries>[1],
  limitOf: (path: string) => number | undefined,
): Promise<string> {
  const hash = createHash('sha256');
  const entries = await folderEntries(root, patterns);
  for (const { path, drop } of entries.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const limit = drop ? undefined : limitOf(path);
    const bytes = limit === undefined ? (drop ?? null) : await readSmallFile(join(root, path), limit);
    hash.update(`${JSON.stringify([path, bytes instanceof Uint8Array ? sha256(bytes) : bytes])}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}

async function gitRevision(
  source: Extract<SourceSettings, { kind: 'git' }>,
  tools: RevisionTools,
): Promise<SourceRevision> {
  const { path, name } = locateRepository(source);
  if (path === null) {
    // The demo's commits follow from its files.
    const revision = await treeHash(demoProjectFolder(), { exclude: [], includeTests: true }, wholeFile);
    return { kind: 'git', name, uri: source.url ?? `git:${name}`, revision };
  }
  const repository = await GitRepository.open(path, tools);
  try {
    const url = source.url ?? originOfRemotes(await repository.remotes());
    const uri = url ?? `git:${name}`;
    if (source.revision === 'HEAD' && (await repository.isUnborn()))
      return { kind: 'git', name, uri, revision: 'no commit' };
    const commit = await repository.resolve(source.revision);
    const ends = await repository.shallowCommits();
    // Where a clone ends decides what can be read of the same commit's history.
    const cut = ends.length > 0 ? ` cut at ${hashJson([...ends].sort()).slice(0, 16)}` : '';
    return { kind: 'git', name, uri, revision: `${commit}${cut}` };
  } finally {
    await repository.close();
  }
}
