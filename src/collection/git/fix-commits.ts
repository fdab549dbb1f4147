import type { Dropped } from '../dropped';
import type { GitSource } from '../config';
import { dropPath } from '../folders/paths';
import { isDrop, readPythonFile, type Drop, type PythonFile } from '../folders/python-file';
import type { SourceBatch, SourceTools } from '../source';
import { dropCommit, readMessage } from './commit-filter';
import { checkPairs, compareFiles, editOfPair, fixSample, type FixFacts, type FunctionPair } from './fixes';
import type { Commit, CommitChanges, FileChange, GitRepository } from './repository';

/** A history that is being read. */
export interface History {
  repository: GitRepository;
  /** Name of the source: `group` and `repo` of its samples. */
  name: string;
  licence: string;
  /** Repository that the history belongs to; null when no remote tells. */
  url: string | null;
  source: GitSource;
  tools: SourceTools;
}

/** What some commits gave. */
export type FoundFixes = Pick<SourceBatch, 'samples' | 'contexts' | 'drops'>;

/** A changed function of a fix commit, before anything is known of its edit. */
interface Candidate {
  commit: Commit;
  pair: FunctionPair;
  message: FixFacts['message'];
  flags: FixFacts['flags'];
}

/** Makes samples of the functions that fix commits change. Everything else that the commits hold is a drop. */
export async function readFixCommits(history: History, commits: readonly Commit[]): Promise<FoundFixes> {
  const drops: Dropped[] = [];
  const candidates: Candidate[] = [];
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  for await (const changes of history.repository.changes([...byId.keys()])) {
    const commit = byId.get(changes.commit) as Commit;
    const found = await changedFunctions(history, commit, changes);
    drops.push(...found.drops);
    candidates.push(...found.candidates);
  }
  const settled = await settle(history, candidates);
  return { ...settled, drops: [...drops, ...settled.drops] };
}

/** Keeps the candidates whose edit is small enough and whose code CPython accepts once it is mended. */
async function settle(history: History, candidates: readonly Candidate[]): Promise<FoundFixes> {
  const { name, licence, url, source, tools } = history;
  const limits = { ...tools.config, maxEditTokens: source.maxEditTokens };
  const verdicts = await checkPairs(
    tools.critic,
    candidates.map(({ pair }) => pair),
  );
  const found: FoundFixes = { samples: [], contexts: [], drops: [] };
  for (const [i, { commit, pair, message, flags }] of candidates.entries()) {
    const { path, before, context } = pair;
    const { parserError, drop } = verdicts[i];
    const edit = editOfPair(pair, limits);
    const reason = isDrop(edit) ? edit : drop;
    if (isDrop(edit) || reason) {
      found.drops.push({ ...dropOf(history, commit, reason as Drop), path, function: before.name });
      continue;
    }
    const { id, committedAt } = commit;
    const origin = {
      source: 'git',
      group: name,
      licence,
      repo: name,
      url,
      path,
      commit: id,
      committedAt,
    } as const;
    found.samples.push(fixSample(pair, { ...edit, parserError, message, flags }, origin));
    found.contexts.push(context);
  }
  return found;
}

/** The functions that one commit changes; none, and drops, when its message, size or files leave it out. */
async function changedFunctions(
  history: History,
  commit: Commit,
  changes: CommitChanges,
): Promise<{ candidates: Candidate[]; drops: Dropped[] }> {
  const { source } = history;
  const files = changes.files.filter((file) => isCandidate(file, source));
  const reason =
    dropCommit(commit, changes, source) ??
    (files.length === 0 ? { reason: 'no_python_file' as const, detail: null } : undefined);
  if (reason) return { candidates: [], drops: [dropOf(history, commit, reason)] };
  const drops: Dropped[] = [];
  const pairs: FunctionPair[] = [];
  let otherChanges = false;
  for (const file of files) {
    const versions = await readVersions(history, file);
    if (isDrop(versions)) {
      drops.push({ ...dropOf(history, commit, versions), path: file.path });
      otherChanges = true;
      continue;
    }
    const comparison = compareFiles(file.path, versions.before, versions.after);
    pairs.push(...comparison.pairs);
    otherChanges ||= comparison.otherChanges;
  }
  const strength = readMessage(commit.message).strong ? 'strong' : 'weak';
  const message = { kind: 'commit-message', strength } as const;
  const flags = [...(pairs.length > 1 ? ['multi_function'] : []), ...(otherChanges ? ['other_changes'] : [])];
  return { candidates: pairs.map((pair) => ({ commit, pair, message, flags })), drops };
}

function dropOf({ name }: History, commit: Commit, drop: Drop): Dropped {
  return { source: name, path: null, function: null, commit: commit.id, ...drop };
}

/** Modified regular Python files that no path pattern leaves out. */
function isCandidate(file: FileChange, source: GitSource): boolean {
  return file.status === 'M' && file.regular && dropPath(file.path, source) === undefined;
}

/** A file before and after its commit. */
async function readVersions(
  { repository, tools }: History,
  { path, beforeBlob, afterBlob }: FileChange,
): Promise<{ before: PythonFile; after: PythonFile } | Drop> {
  // git's paths are bytes; U+FFFD stands for those that are no UTF-8.
  if (path.includes('\ufffd')) return { reason: 'name_not_utf8', detail: null };
  const { maxFileBytes } = tools.config;
  const [before, after] = (
    await Promise.all([beforeBlob, afterBlob].map((blob) => repository.readBlob(blob, maxFileBytes)))
  ).map((bytes) => toPythonFile(bytes, maxFileBytes));
  if (isDrop(before)) return before;
  return isDrop(after) ? after : { before, after };
}

function toPythonFile(
  bytes: Awaited<ReturnType<GitRepository['readBlob']>>,
  maxFileBytes: number,
): PythonFile | Drop {
  // A partial clone lacks blobs.
  if (!bytes) return { reason: 'missing_blob', detail: null };
  if (!Buffer.isBuffer(bytes)) return { reason: 'too_large', detail: `${bytes.size} bytes` };
  return readPythonFile(bytes, maxFileBytes);
}
