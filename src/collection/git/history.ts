import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { throwIfAborted } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import type { Sample } from '../../records/sample';
import type { GitSource } from '../config';
import { buildDemoHistory } from '../demo-history';
import { agreedLicence, LICENCE_FILE } from '../licences';
import { rejectPath } from '../paths';
import { isRefusal, readPythonFile, type PythonFile, type Refusal } from '../python-file';
import type { Reject } from '../reject';
import type { OpenSource, ResumePoint, SourceBatch, SourceTools } from '../source';
import { readMessage, rejectCommit } from './commit-filter';
import { checkPairs, compareFiles, editOfPair, fixSample, type FunctionPair } from './fixes';
import { GitRepository, type Commit, type FileChange } from './repository';

/** Fix commits of a batch: one `git diff-tree`, one call of the critic, one unit of resuming. */
const COMMITS_PER_BATCH = 100;

/**
 * Opens the history of a local git repository. Its fix commits become samples: each function that such a commit
 * changes, before and after. Only reads; works on bare repositories.
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
    const head = await repository.resolve(source.revision);
    const licence = source.licence ?? (await readLicence(repository, head));
    const history: History = { repository, name, licence, head, source, tools };
    return { name, licence, total: undefined, batches: (from) => readBatches(history, from), close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface History {
  repository: GitRepository;
  name: string;
  licence: string;
  head: string;
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
  const batch = async (commit: string): Promise<SourceBatch> => {
    throwIfAborted(tools.signal, 'collecting');
    const { samples, rejects } = await readCommits(history, fixes);
    const kept = samples.slice(0, limit - taken);
    taken += kept.length;
    const read = { cursor: JSON.stringify({ head, commit }), samples: kept, rejects, units };
    [fixes, units] = [[], 0];
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
  if (units > 0) yield await batch(lastRead);
}

interface FoundPair extends FunctionPair {
  commit: Commit;
  flags: string[];
}

async function readCommits(
  history: History,
  commits: readonly Commit[],
): Promise<{ samples: Sample[]; rejects: Reject[] }> {
  const { name, licence, source, tools } = history;
  const rejects: Reject[] = [];
  const reject = (commit: string, refusal: Refusal, place: Partial<Reject> = {}): void => {
    rejects.push({ source: name, path: null, function: null, commit, ...refusal, ...place });
  };
  const pairs = await findPairs(history, commits, reject);
  const limits = { ...tools.config, maxEditTokens: source.maxEditTokens };
  const edits = pairs.map((pair) => editOfPair(pair, limits));
  const verdicts = await checkPairs(tools.critic, pairs);
  const samples: Sample[] = [];
  for (const [i, pair] of pairs.entries()) {
    const { commit, path, flags } = pair;
    const edit = edits[i];
    const refusal = isRefusal(edit) ? edit : verdicts[i].refusal;
    if (refusal || isRefusal(edit)) {
      reject(commit.id, refusal ?? (edit as Refusal), { path, function: pair.before.name });
      continue;
    }
    const committedAt = new Date(commit.committedAt).toISOString();
    const origin = {
      source: 'git' as const,
      group: name,
      licence,
      repo: name,
      path,
      commit: commit.id,
      committedAt,
    };
    samples.push(fixSample(pair, edit.edit, verdicts[i].parsesBefore, origin, flags));
  }
  return { samples, rejects };
}

async function findPairs(
  { repository, source, tools }: History,
  commits: readonly Commit[],
  reject: (commit: string, refusal: Refusal, place?: Partial<Reject>) => void,
): Promise<FoundPair[]> {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const found: FoundPair[] = [];
  for await (const changes of repository.changes([...byId.keys()])) {
    const commit = byId.get(changes.commit) as Commit;
    const refusal = rejectCommit(commit, changes, source);
    const files = changes.files.filter((file) => isCandidate(file, source));
    if (refusal ?? files.length === 0) {
      reject(commit.id, refusal ?? { reason: 'no_python_file', detail: null });
      continue;
    }
    const pairs: FunctionPair[] = [];
    let otherChanges = false;
    for (const file of files) {
      const versions = await readVersions(repository, file, tools.config.maxFileBytes);
      if (isRefusal(versions)) {
        reject(commit.id, versions, { path: file.path });
        otherChanges = true;
        continue;
      }
      const comparison = compareFiles(file.path, versions.before, versions.after);
      pairs.push(...comparison.pairs);
      otherChanges ||= comparison.otherChanges;
    }
    const flags = [
      readMessage(commit.message).strong ? 'strong_message' : 'weak_message',
      ...(pairs.length > 1 ? ['multi_function'] : []),
      ...(otherChanges ? ['other_changes'] : []),
    ];
    found.push(...pairs.map((pair) => ({ ...pair, commit, flags })));
  }
  return found;
}

/** Modified regular Python files that no path pattern leaves out. */
function isCandidate(file: FileChange, source: GitSource): boolean {
  return file.status === 'M' && rejectPath(file.path, source) === undefined;
}

async function readVersions(
  repository: GitRepository,
  file: FileChange,
  maxFileBytes: number,
): Promise<{ before: PythonFile; after: PythonFile } | Refusal> {
  const blobs = await Promise.all([file.beforeBlob, file.afterBlob].map((blob) => repository.readBlob(blob)));
  const read: PythonFile[] = [];
  for (const bytes of blobs) {
    // A partial clone lacks blobs, and a submodule's "blob" is a commit of another repository.
    if (!bytes) return { reason: 'missing_blob', detail: null };
    const version = readPythonFile(bytes, maxFileBytes);
    if (isRefusal(version)) return version;
    read.push(version);
  }
  return { before: read[0], after: read[1] };
}

async function readLicence(repository: GitRepository, head: string): Promise<string> {
  const texts: string[] = [];
  for (const { path, blob } of await repository.rootFiles(head))
    if (LICENCE_FILE.test(path)) texts.push((await repository.readBlob(blob))?.toString('utf8') ?? '');
  return agreedLicence(texts);
}

async function resolveRepository(
  source: GitSource,
): Promise<{ path: string; name: string; discard: () => Promise<void> }> {
  if (source.path !== 'demo') {
    const path = resolve(projectRoot(), source.path);
    const name = source.name ?? basename(path).replace(/\.git$/, '');
    return { path, name, discard: () => Promise.resolve() };
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
