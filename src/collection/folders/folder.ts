import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { throwIfAborted, UserError } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import type { Rng } from '../../core/rng';
import type { FunctionSpan } from '../../python/structure/functions';
import { fileContext } from '../../python/names/file-context';
import { storedContext, type StoredContext } from '../../records/file-context';
import type { Sample } from '../../records/sample';
import type { FolderSource } from '../config';
import { originUrl } from '../git/remote';
import type { GitTools } from '../git/repository';
import { isLicenceFile, LARGEST_LICENCE, licenceOfFiles, type LicenceFile } from '../licences/licences';
import { dropPath, topLevelName } from './paths';
import { cleanSample, isDrop, readPythonFile, dropLength, type PythonFile, type Drop } from './python-file';
import { CPYTHON, type PythonFacts } from '../../python/python-facts';
import type { Dropped } from '../dropped';
import { entriesBelow, readSmallFile, type FoundEntry } from './source-files';
import {
  contextsOf,
  sourceName,
  type OpenSource,
  type ResumePoint,
  type SourceBatch,
  type SourceTools,
} from '../source';

/** Files checked by one call of the critic; also the unit of resuming. */
const FILES_PER_BATCH = 64;

/**
 * Opens a folder of Python files. Its functions become clean samples; files are read in an order that only the
 * seed and their paths decide, so that `maxFunctions` takes from all over the folder. An entry that cannot be read is
 * dropped and counted, whatever it is.
 * @throws UserError when the folder is missing or cannot be listed
 */
export async function openFolder(source: FolderSource, tools: SourceTools): Promise<OpenSource> {
  const { root, name, knownLicence, url } = await locateFolder(source, tools);
  const dropped: FoundEntry[] = [];
  const licence = source.licence ?? knownLicence ?? (await readLicence(root, dropped));
  const noLicences = new Set(dropped.map(({ path }) => path));
  // A dangling link named LICENSE is dropped once.
  const entries = (await folderEntries(root, source)).filter(({ path }) => !noLicences.has(path));
  const found = [...dropped, ...entries];
  const paths = orderPaths(found, tools.rng);
  return {
    name,
    licence,
    warning: null,
    total: paths.length,
    batches: (from) => readBatches({ root, name, licence, url, paths, source, tools }, from),
    close: () => Promise.resolve(),
  };
}

interface OpenFolder {
  root: string;
  name: string;
  licence: string;
  /** Repository of the code; null when unknown. */
  url: string | null;
  paths: OrderedPath[];
  source: FolderSource;
  tools: SourceTools;
}

interface OrderedPath {
  /** Position in 0..1, fixed by seed and path: other files coming or going do not move it. */
  order: number;
  path: string;
  drop?: Drop;
}

async function* readBatches(folder: OpenFolder, from: ResumePoint): AsyncGenerator<SourceBatch> {
  const { paths, source, tools } = folder;
  const last = from.cursor === null ? undefined : (JSON.parse(from.cursor) as OrderedPath);
  const left = last ? paths.filter((item) => compareOrder(item, last) > 0) : paths;
  const limit = source.maxFunctions ?? Infinity;
  let taken = from.taken;
  for (let start = 0; start < left.length && taken < limit; start += FILES_PER_BATCH) {
    throwIfAborted(tools.signal, 'collecting');
    const part = left.slice(start, start + FILES_PER_BATCH);
    const { samples, contexts, drops } = await readFiles(folder, part);
    const kept = samples.slice(0, limit - taken);
    taken += kept.length;
    const { order, path } = part[part.length - 1];
    const cursor = JSON.stringify({ order, path });
    yield { cursor, samples: kept, contexts: contextsOf(kept, contexts), drops, units: part.length };
  }
}

async function readFiles(
  folder: OpenFolder,
  entries: readonly OrderedPath[],
): Promise<Pick<SourceBatch, 'samples' | 'contexts' | 'drops'>> {
  const { root, name, source, tools } = folder;
  const drops: Dropped[] = [];
  const recordDrop = (path: string, rest: Pick<Dropped, 'reason'> & Partial<Dropped>): void => {
    drops.push({ source: name, path, function: null, commit: null, detail: null, ...rest });
  };
  const files: { path: string; file: PythonFile }[] = [];
  for (const { path, drop } of entries) {
    const file = drop ?? (await readEntry(join(root, path), dropPath(path, source), tools.config));
    if (isDrop(file)) recordDrop(path, file);
    else files.push({ path, file });
  }
  const verdicts = await tools.critic.check(files.map(({ file }) => file.text));
  const candidates: Candidate[] = [];
  for (const [i, { path, file }] of files.entries()) {
    const { valid, unknown, error } = verdicts[i];
    if (!valid) {
      if (unknown)
        recordDrop(path, { reason: 'not_judged', detail: error && `${error.type}: ${error.message}` });
      else
        recordDrop(path, {
          reason: 'does_not_parse',
          detail: error && `line ${error.line}: ${error.message}`,
        });
      continue;
    }
    for (const [index, span] of file.functions.entries()) {
      const drop = dropLength(span, tools.config);
      if (drop) recordDrop(path, { ...drop, function: span.name });
      else candidates.push({ path, file, span, index });
    }
  }
  // A function that parses in its file may not parse alone: `nonlocal` outside of its outer function.
  const alone = await tools.critic.check(candidates.map(({ span }) => span.source));
  const samples: Sample[] = [];
  const contexts = new Map<PythonFile, StoredContext>();
  for (const [i, { path, file, span, index }] of candidates.entries()) {
    const { valid, unknown, error } = alone[i];
    const reason = unknown ? 'not_judged' : 'does_not_parse';
    if (!valid) {
      recordDrop(path, { reason, function: span.name, detail: error?.message ?? null });
      continue;
    }
    const { id, context } = contexts.get(file) ?? storedContext(fileContext(file.tokens));
    contexts.set(file, { id, context });
    const placed = { span, codec: file.codec, context: { id, function: index } };
    samples.push(cleanSample(placed, originOf(folder, path)));
  }
  return { samples, contexts: [...contexts.values()], drops };
}

/** A function of a file that CPython accepts. */
interface Candidate {
  path: string;
  file: PythonFile;
  span: FunctionSpan;
  /** Its place in the file's functions. */
  index: number;
}

async function readEntry(
  path: string,
  reason: Dropped['reason'] | undefined,
  { maxFileBytes }: SourceTools['config'],
): Promise<PythonFile | Drop> {
  if (reason) return { reason, detail: null };
  const bytes = await readSmallFile(path, maxFileBytes);
  return isDrop(bytes) ? bytes : readPythonFile(bytes, maxFileBytes);
}

function originOf(
  { name, licence, url, source }: OpenFolder,
  path: string,
): Parameters<typeof cleanSample>[1] {
  const group = source.groupBy === 'source' ? name : `${name}/${topLevelName(path)}`;
  return { source: 'folder', group, licence, repo: name, url, path, commit: null, committedAt: null };
}

/** A folder that is read, and what is known of it beforehand. */
export interface LocatedFolder {
  /** Absolute path. */
  root: string;
  name: string;
  /** SPDX id, where it need not be read. */
  knownLicence: string | undefined;
  /** Repository of the code; null when unknown. */
  url: string | null;
}

/** Finds the folder of a source. @throws UserError when it is missing or cannot be listed */
export async function locateFolder(
  source: FolderSource,
  tools: GitTools & { python: PythonFacts },
): Promise<LocatedFolder> {
  if (source.path === 'python:stdlib')
    // Linux distributions ship the library without its licence file.
    return {
      root: tools.python.stdlib,
      name: source.name ?? 'cpython',
      knownLicence: 'PSF-2.0',
      url: CPYTHON,
    };
  const root = resolve(projectRoot(), source.path);
  try {
    await readdir(root);
  } catch (error) {
    throw new UserError(
      `expected a readable folder at ${root}: ${(error as Error).message}`,
      'correct collect.sources[].path in the experiment',
      { cause: error },
    );
  }
  const url = source.url ?? (await originUrl(root, tools));
  return { root, name: source.name ?? sourceName(root), knownLicence: undefined, url };
}

/** Everything in a folder that collecting looks at, in no certain order. */
export async function folderEntries(
  root: string,
  source: Pick<FolderSource, 'exclude' | 'includeTests'>,
): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  for await (const entry of entriesBelow(root, (path, last) => enters(path, last, source))) found.push(entry);
  return found;
}

/** Reads the licence files at the root; those that cannot be read are added to `dropped`. */
async function readLicence(root: string, dropped: FoundEntry[]): Promise<string> {
  const files: LicenceFile[] = [];
  for (const name of (await readdir(root)).filter((entry) => isLicenceFile(entry)).sort()) {
    const bytes = await readSmallFile(join(root, name), LARGEST_LICENCE);
    if (isDrop(bytes))
      dropped.push({ path: name, drop: { reason: 'licence_unreadable', detail: bytes.detail } });
    else files.push({ name, text: Buffer.from(bytes).toString('utf8') });
  }
  return licenceOfFiles(files);
}

/**
 * Whether to go on below a folder: not into caches and version control, which do not count at all, nor into what the
 * patterns leave out.
 */
function enters(
  path: string,
  name: string,
  source: Pick<FolderSource, 'exclude' | 'includeTests'>,
): true | false | Drop {
  if (NEVER_ENTERED.has(name)) return false;
  const reason = dropPath(path, source);
  return reason ? { reason, detail: null } : true;
}

const NEVER_ENTERED = new Set(['.git', '.hg', '.svn', '__pycache__', 'node_modules', '.venv', '.tox']);

function orderPaths(entries: readonly FoundEntry[], rng: Rng): OrderedPath[] {
  return entries.map((entry) => ({ order: rng.fork(entry.path).next(), ...entry })).sort(compareOrder);
}

function compareOrder(a: OrderedPath, b: OrderedPath): number {
  return a.order - b.order || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}
