import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { throwIfAborted } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import type { GitSource } from '../config';
import { buildDemoHistory } from '../demo-history';
import type { Dropped } from '../dropped';
import {
  isLicenceFile,
  LARGEST_LICENCE,
  licenceOfFiles,
  NO_ASSERTION,
  type LicenceFile,
} from '../licences/licences';
import {
  contextsOf,
  sourceName,
  type OpenSource,
  type ResumePoint,
  type SourceBatch,
  type SourceTools,
} from '../source';
import { readMessage } from './commit-filter';
import { readFixCommits, type History } from './fix-commits';
import { originOfRemotes } from './remote';
import { GitRepository, type Commit } from './repository';

/** Fix commits of a batch: one `git diff-tree`, one call of the critic, one unit of resuming. */
const COMMITS_PER_BATCH = 100;

/**
 * Opens the history of a local git repository. Its fix commits become samples: each function that such a commit
 * changes, before and after. Only reads; works on bare repositories. What is cut off (a shallow clone) and a repository
 * without any commit are counted drops.
 * @throws UserError when the path is no repository or the revision does not exist
 */
export async function openHistory(source: GitSource, tools: SourceTools): Promise<OpenSource> {
  const { path, name, discard } = await openRepository(source, tools.git);
  let repository: GitRepository | undefined;
  const close = async (): Promise<void> => {
    await repository?.close();
    await discard();
  };
  try {
    repository = await GitRepository.open(path, tools);
    if (source.revision === 'HEAD' && (await repository.isUnborn())) return withoutCommits(name, path, close);
    const head = await repository.resolve(source.revision);
    const cuts = await cutOff(repository, path, name);
    const found = await findLicence(repository, head, source.licence, name);
    const { licence } = found;
    const url = source.url ?? originOfRemotes(await repository.remotes());
    const history = { repository, name, licence, url, source, tools };
    const start = { head, drops: [...cuts, ...found.drops] };
    return {
      name,
      licence,
      warning: cuts.at(0)?.detail ?? null,
      total: undefined,
      batches: (from) => readBatches(history, start, from),
      close,
    };
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

/** The commit that was read up to, and the head it was reached from: new commits do not disturb a resumed walk. */
interface HistoryCursor {
  head: string;
  /** '' where there was none to read. */
  commit: string;
}

/** Where a walk begins. */
interface HistoryStart {
  head: string;
  /** Drops of the history as a whole: they go with the first batch. */
  drops: readonly Dropped[];
}

/** Walks the history from its head, or behind the commit of the cursor, until it ends or enough fixes are taken. */
async function* readBatches(
  history: History,
  start: HistoryStart,
  from: ResumePoint,
): AsyncGenerator<SourceBatch> {
  const { repository, source, tools } = history;
  const last = from.cursor === null ? undefined : (JSON.parse(from.cursor) as HistoryCursor);
  const head = last?.head ?? start.head;
  const cursorAt = (commit: string): string => JSON.stringify({ head, commit } satisfies HistoryCursor);
  // A resumed walk has said them before.
  let unsaid = last ? [] : start.drops;
  let left = (source.maxFixes ?? Infinity) - from.taken;
  for await (const { fixes, units, end } of stretches(repository.commits(head), last?.commit)) {
    if (left <= 0) return;
    throwIfAborted(tools.signal, 'collecting');
    const found = await readFixCommits(history, fixes);
    const samples = found.samples.slice(0, left);
    left -= samples.length;
    yield {
      cursor: cursorAt(end),
      samples,
      contexts: contextsOf(samples, found.contexts),
      drops: [...unsaid, ...found.drops],
      units,
    };
    unsaid = [];
  }
  if (unsaid.length > 0)
    yield { cursor: cursorAt(''), samples: [], contexts: [], drops: [...unsaid], units: 0 };
}

/** Neighbouring commits. */
interface Stretch {
  /** Those that speak of a fix. */
  fixes: Commit[];
  /** How many there are in all. */
  units: number;
  /** Id of the last one. */
  end: string;
}

/** The commits behind `after` (undefined: all of them), cut where {@link COMMITS_PER_BATCH} speak of a fix. */
async function* stretches(walk: AsyncIterable<Commit>, after: string | undefined): AsyncGenerator<Stretch> {
  let skipping = after !== undefined;
  let stretch: Stretch = { fixes: [], units: 0, end: '' };
  for await (const commit of walk) {
    if (skipping) {
      skipping = commit.id !== after;
      continue;
    }
    stretch.units++;
    stretch.end = commit.id;
    if (readMessage(commit.message).fix) stretch.fixes.push(commit);
    if (stretch.fixes.length < COMMITS_PER_BATCH) continue;
    yield stretch;
    stretch = { fixes: [], units: 0, end: '' };
  }
  if (stretch.units > 0) yield stretch;
}

/** The licence that is `given`, else that of the files at the root of the tree, with a drop for each that is unreadable. */
async function findLicence(
  repository: GitRepository,
  head: string,
  given: string | null,
  source: string,
): Promise<{ licence: string; drops: Dropped[] }> {
  if (given !== null) return { licence: given, drops: [] };
  const files: LicenceFile[] = [];
  const drops: Dropped[] = [];
  for (const { path, blob, regular } of await repository.rootFiles(head)) {
    if (!isLicenceFile(path)) continue;
    const bytes = regular ? await repository.readBlob(blob, LARGEST_LICENCE) : undefined;
    if (Buffer.isBuffer(bytes)) files.push({ name: path, text: bytes.toString('utf8') });
    else {
      const detail = bytes ? `${bytes.size} bytes` : regular ? 'missing' : 'link';
      drops.push({ ...historyDrop(source, 'licence_unreadable', detail), path });
    }
  }
  return { licence: licenceOfFiles(files), drops };
}

/** Where a history is: name, and path; null for the demo, which is built when it is opened. */
export function locateRepository({ path: place, name }: GitSource): { path: string | null; name: string } {
  if (place === 'demo') return { path: null, name: name ?? 'trm-code-repair/demo-project' };
  const given = resolve(projectRoot(), place);
  // `.git` of a work tree is a place within it.
  const path = basename(given) === '.git' ? dirname(given) : given;
  return { path, name: name ?? sourceName(path) };
}

async function openRepository(
  source: GitSource,
  git: string,
): Promise<{ path: string; name: string; discard: () => Promise<void> }> {
  const { path: given, name } = locateRepository(source);
  if (given !== null) return { path: given, name, discard: () => Promise.resolve() };
  const path = await mkdtemp(join(tmpdir(), 'trm-demo-'));
  const discard = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    await buildDemoHistory(path, git);
  } catch (error) {
    await discard();
    throw error;
  }
  return { path, name, discard };
}
