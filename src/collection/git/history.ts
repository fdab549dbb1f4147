import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { throwIfAborted } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import type { GitSource } from '../config';
import { buildDemoHistory } from '../demo-history';
import {
  isLicenceFile,
  LARGEST_LICENCE,
  licenceOfFiles,
  NO_ASSERTION,
  type LicenceFile,
} from '../licences/licences';
import { dropPath } from '../folders/paths';
import { isDrop, readPythonFile, type PythonFile, type Drop } from '../folders/python-file';
import type { Dropped } from '../dropped';
import {
  contextsOf,
  sourceName,
  type OpenSource,
  type ResumePoint,
  type SourceBatch,
  type SourceTools,
} from '../source';
import { readMessage, dropCommit } from './commit-filter';
import { checkPairs, compareFiles, editOfPair, fixSample, type FixFacts, type FunctionPair } from './fixes';
import { originOfRemotes } from './remote';
import { GitRepository, type Commit, type FileChange } from './repository';

/** Fix commits of a batch: one `git diff-tree`, one call of the critic, one unit of resuming. */
const COMMITS_PER_BATCH = 100;

/**
 * Opens the history of a local git repository. Its fix commits become samples: each function that such a commit
 * changes, before and after. Only reads; works on bare repositories. What is cut off (a shallow clone) and a repository
 * without any commit are counted drops.
 * @throws UserError when the path is no repository or the revision does not exist
 */
export async function openHistory(source: GitSource, tools: SourceTools): Promise<OpenSource> {
  const { path, name, discard } = await resolveRepository(source);
  let repository: GitRepository | undefined;
  const close = async (): Promise<void> => {
    await repository?.close();
    await discard();
  };
  try {
    repository = await GitRepository.open(path, tools.signal);
    if (source.revision === 'HEAD' && (await repository.isUnborn())) return withoutCommits(name, path, close);
    const head = await repository.resolve(source.revision);
    const first: Dropped[] = await cutOff(repository, path, name);
    const licence = source.licence ?? (await readLicence(repository, head, name, first));
    const url = source.url ?? originOfRemotes(await repository.remotes());
    const history: History = { repository, name, licence, url, head, first, source, tools };
    const warning = first.find(({ reason }) => reason === 'shallow_history')?.detail ?? null;
    return { name, licence, warning, total: undefined, batches: (from) => readBatches(history, from), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A repository as `git init` leaves it: nothing to read, and that is said. */
function withoutCommits(name: string, path: string, close: () => Promise<void>): OpenSource {
  const drop = historyDrop(name, 'no_commits', `${path} has no commit yet`);
  const batch = { cursor: '', samples: [], contexts: [], drops: [drop], units: 0 };
  return {
    name,
    licence: NO_ASSERTION,
    warning: drop.detail,
    total: 0,
    // A cursor of an earlier start: the drop stands in the journal already.
    async *batches(from) {
      if (from.cursor === null) yield await Promise.resolve(batch);
    },
    close,
  };
}

/** One drop for each commit at which a shallow clone ends: fixes behind it, and its own, are not to be seen. */
async function cutOff(repository: GitRepository, path: string, name: string): Promise<Dropped[]> {
  const detail = `shallow clone, the history ends here; get all of it with: git -C ${path} fetch --unshallow`;
  return (await repository.shallowCommits()).map((commit) => ({
    ...historyDrop(name, 'shallow_history', detail),
    commit,
  }));
}

function historyDrop(source: string, reason: Dropped['reason'], detail: string): Dropped {
  return { reason, source, path: null, function: null, commit: null, detail };
}

interface History {
  repository: GitRepository;
  name: string;
  licence: string;
  /** Repository that the history belongs to; null when no remote tells. */
  url: string | null;
  head: string;
  /** Drops of the history as a whole, for the first batch. */
  first: Dropped[];
  source: GitSource;
  tools: SourceTools;
}

/** The commit that was read up to, and the head it was reached from: new commits do not disturb a resumed walk. */
interface HistoryCursor {
  head: string;
  commit: string;
}

async function* readBatches(history: History, from: ResumePoint): AsyncGenerator<SourceBatch> {
  const { repository, source, tools } = history;
  const last = from.cursor === null ? undefined : (JSON.parse(from.cursor) as HistoryCursor);
  const head = last?.head ?? history.head;
  const limit = source.maxFixes ?? Infinity;
  let taken = from.taken;
  let skipping = last !== undefined;
  let fixes: Commit[] = [];
  let units = 0;
  let first = last ? [] : history.first;
  const batch = async (commit: string): Promise<SourceBatch> => {
    throwIfAborted(tools.signal, 'collecting');
    const { samples, contexts, drops } = await readCommits(history, fixes);
    const kept = samples.slice(0, limit - taken);
    taken += kept.length;
    const cursor = JSON.stringify({ head, commit });
    const own = contextsOf(kept, contexts);
    const read = { cursor, samples: kept, contexts: own, drops: [...first, ...drops], units };
    [fixes, units, first] = [[], 0, []];
    return read;
  };
  let lastRead = '';
  for await (const commit of repository.commits(head)) {
    if (skipping) {
      skipping = commit.id !== last?.commit;
      continue;
    }
    if (taken >= limit) return;
    units++;
    lastRead = commit.id;
    if (readMessage(commit.message).fix) fixes.push(commit);
    if (fixes.length === COMMITS_PER_BATCH) yield await batch(commit.id);
  }
  if (units > 0 || first.length > 0) yield await batch(lastRead);
}

interface FoundPair extends FunctionPair, Pick<FixFacts, 'message' | 'flags'> {
  commit: Commit;
}

async function readCommits(
  history: History,
  commits: readonly Commit[],
): Promise<Pick<SourceBatch, 'samples' | 'contexts' | 'drops'>> {
  const { name, licence, url, source, tools } = history;
  const drops: Dropped[] = [];
  const recordDrop = (commit: string, drop: Drop, place: Partial<Dropped> = {}): void => {
    drops.push({ source: name, path: null, function: null, commit, ...drop, ...place });
  };
  const pairs = await findPairs(history, commits, recordDrop);
  const limits = { ...tools.config, maxEditTokens: source.maxEditTokens };
  const edits = pairs.map((pair) => editOfPair(pair, limits));
  const verdicts = await checkPairs(tools.critic, pairs);
  const samples: SourceBatch['samples'] = [];
  for (const [i, pair] of pairs.entries()) {
    const { commit, path, message, flags } = pair;
    const edit = edits[i];
    const { drop = null, parserError } = verdicts[i];
    if (isDrop(edit) || drop) {
      recordDrop(commit.id, isDrop(edit) ? edit : (drop as Drop), { path, function: pair.before.name });
      continue;
    }
    const origin = {
      source: 'git' as const,
      group: name,
      licence,
      repo: name,
      url,
      path,
      commit: commit.id,
      committedAt: commit.committedAt,
    };
    samples.push(fixSample(pair, { edit: edit.edit, parserError, message, flags }, origin));
  }
  return { samples, contexts: pairs.map(({ context }) => context), drops };
}

async function findPairs(
  { repository, source, tools }: History,
  commits: readonly Commit[],
  recordDrop: (commit: string, drop: Drop, place?: Partial<Dropped>) => void,
): Promise<FoundPair[]> {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const found: FoundPair[] = [];
  for await (const changes of repository.changes([...byId.keys()])) {
    const commit = byId.get(changes.commit) as Commit;
    const drop = dropCommit(commit, changes, source);
    const files = changes.files.filter((file) => isCandidate(file, source));
    if (drop ?? files.length === 0) {
      recordDrop(commit.id, drop ?? { reason: 'no_python_file', detail: null });
      continue;
    }
    const pairs: FunctionPair[] = [];
    let otherChanges = false;
    for (const file of files) {
      const versions = await readVersions(repository, file, tools.config.maxFileBytes);
      if (isDrop(versions)) {
        recordDrop(commit.id, versions, { path: file.path });
        otherChanges = true;
        continue;
      }
      const comparison = compareFiles(file.path, versions.before, versions.after);
      pairs.push(...comparison.pairs);
      otherChanges ||= comparison.otherChanges;
    }
    const strength = readMessage(commit.message).strong ? 'strong' : 'weak';
    const message = { kind: 'commit-message', strength } as const;
    const flags = [
      ...(pairs.length > 1 ? ['multi_function'] : []),
      ...(otherChanges ? ['other_changes'] : []),
    ];
    found.push(...pairs.map((pair) => ({ ...pair, commit, message, flags })));
  }
  return found;
}

/** Modified regular Python files that no path pattern leaves out. */
function isCandidate(file: FileChange, source: GitSource): boolean {
  return file.status === 'M' && file.regular && dropPath(file.path, source) === undefined;
}

async function readVersions(
  repository: GitRepository,
  file: FileChange,
  maxFileBytes: number,
): Promise<{ before: PythonFile; after: PythonFile } | Drop> {
  // git's paths are bytes; U+FFFD stands for those that are no UTF-8.
  if (file.path.includes('\ufffd')) return { reason: 'name_not_utf8', detail: null };
  const ids = [file.beforeBlob, file.afterBlob];
  const blobs = await Promise.all(ids.map((blob) => repository.readBlob(blob, maxFileBytes)));
  const read: PythonFile[] = [];
  for (const bytes of blobs) {
    // A partial clone lacks blobs.
    if (!bytes) return { reason: 'missing_blob', detail: null };
    if (!Buffer.isBuffer(bytes)) return { reason: 'too_large', detail: `${bytes.size} bytes` };
    const version = readPythonFile(bytes, maxFileBytes);
    if (isDrop(version)) return version;
    read.push(version);
  }
  return { before: read[0], after: read[1] };
}

/** Reads the licence files at the root of the tree; those that cannot be had are added to `dropped`. */
async function readLicence(
  repository: GitRepository,
  head: string,
  source: string,
  dropped: Dropped[],
): Promise<string> {
  const files: LicenceFile[] = [];
  for (const { path, blob, regular } of await repository.rootFiles(head)) {
    if (!isLicenceFile(path)) continue;
    const bytes = regular ? await repository.readBlob(blob, LARGEST_LICENCE) : undefined;
    if (Buffer.isBuffer(bytes)) files.push({ name: path, text: bytes.toString('utf8') });
    else {
      const detail = bytes ? `${bytes.size} bytes` : regular ? 'missing' : 'link';
      dropped.push({ ...historyDrop(source, 'licence_unreadable', detail), path });
    }
  }
  return licenceOfFiles(files);
}

async function resolveRepository(
  source: GitSource,
): Promise<{ path: string; name: string; discard: () => Promise<void> }> {
  if (source.path !== 'demo') {
    const given = resolve(projectRoot(), source.path);
    // `.git` of a work tree is a place within it.
    const path = basename(given) === '.git' ? dirname(given) : given;
    return { path, name: source.name ?? sourceName(path), discard: () => Promise.resolve() };
  }
  const path = await mkdtemp(join(tmpdir(), 'trm-demo-'));
  const discard = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    await buildDemoHistory(path);
  } catch (error) {
    await discard();
    throw error;
  }
  return { path, name: source.name ?? 'trm-code-repair/demo-project', discard };
}
