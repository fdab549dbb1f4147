import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { throwIfAborted, UserError } from '../core/errors';
import { projectRoot } from '../core/paths';
import type { Rng } from '../core/rng';
import type { FunctionSpan } from '../python/functions';
import type { Sample } from '../records/sample';
import type { FolderSource } from './config';
import { agreedLicence, LICENCE_FILE } from './licences';
import { rejectPath, topLevelName } from './paths';
import { cleanSample, isRefusal, readPythonFile, rejectLength, type PythonFile } from './python-file';
import { pythonFacts } from './python-facts';
import type { Reject } from './reject';
import type { OpenSource, ResumePoint, SourceBatch, SourceTools } from './source';

/** Files checked by one call of the critic; also the unit of resuming. */
const FILES_PER_BATCH = 64;

/**
 * Opens a folder of Python files. Its functions become clean samples; files are read in an order that only the
 * seed and their paths decide, so that `maxFunctions` takes from all over the folder.
 * @throws UserError when the folder is missing
 */
export async function openFolder(source: FolderSource, tools: SourceTools): Promise<OpenSource> {
  const { root, name, knownLicence } = await resolveFolder(source);
  const licence = source.licence ?? knownLicence ?? (await readLicence(root));
  const paths = orderPaths(await pathsBelow(root, source), tools.rng);
  return {
    name,
    licence,
    total: paths.length,
    batches: (from) => readBatches({ root, name, licence, paths, source, tools }, from),
    close: () => Promise.resolve(),
  };
}

interface OpenFolder {
  root: string;
  name: string;
  licence: string;
  paths: OrderedPath[];
  source: FolderSource;
  tools: SourceTools;
}

interface OrderedPath {
  /** Position in 0..1, fixed by seed and path: other files coming or going do not move it. */
  order: number;
  path: string;
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
    const { samples, rejects } = await readFiles(folder, part);
    const kept = samples.slice(0, limit - taken);
    taken += kept.length;
    yield { cursor: JSON.stringify(part[part.length - 1]), samples: kept, rejects, units: part.length };
  }
}

async function readFiles(
  folder: OpenFolder,
  paths: readonly OrderedPath[],
): Promise<{ samples: Sample[]; rejects: Reject[] }> {
  const { root, name, source, tools } = folder;
  const rejects: Reject[] = [];
  const reject = (path: string, rest: Pick<Reject, 'reason'> & Partial<Reject>): void => {
    rejects.push({ source: name, path, function: null, commit: null, detail: null, ...rest });
  };
  const files: { path: string; file: PythonFile }[] = [];
  for (const { path } of paths) {
    const reason = rejectPath(path, source);
    const file = reason
      ? { reason, detail: null }
      : readPythonFile(await readFile(join(root, path)), tools.config.maxFileBytes);
    if (isRefusal(file)) reject(path, file);
    else files.push({ path, file });
  }
  const verdicts = await tools.critic.check(files.map(({ file }) => file.text));
  const candidates: { path: string; file: PythonFile; span: FunctionSpan }[] = [];
  for (const [i, { path, file }] of files.entries()) {
    const { valid, unknown, error } = verdicts[i];
    if (!valid) {
      if (unknown) reject(path, { reason: 'not_judged', detail: error && `${error.type}: ${error.message}` });
      else
        reject(path, { reason: 'does_not_parse', detail: error && `line ${error.line}: ${error.message}` });
      continue;
    }
    for (const span of file.functions) {
      const refusal = rejectLength(span, tools.config);
      if (refusal) reject(path, { ...refusal, function: span.name });
      else candidates.push({ path, file, span });
    }
  }
  // A function that parses in its file may not parse alone: `nonlocal` outside of its outer function.
  const alone = await tools.critic.check(candidates.map(({ span }) => span.source));
  const samples: Sample[] = [];
  for (const [i, { path, file, span }] of candidates.entries()) {
    const { valid, unknown, error } = alone[i];
    const reason = unknown ? 'not_judged' : 'does_not_parse';
    if (valid) samples.push(cleanSample(file, span, originOf(folder, path)));
    else reject(path, { reason, function: span.name, detail: error?.message ?? null });
  }
  return { samples, rejects };
}

function originOf({ name, licence, source }: OpenFolder, path: string): Parameters<typeof cleanSample>[2] {
  const group = source.groupBy === 'source' ? name : `${name}/${topLevelName(path)}`;
  return { source: 'folder', group, licence, repo: name, path, commit: null, committedAt: null };
}

async function resolveFolder(
  source: FolderSource,
): Promise<{ root: string; name: string; knownLicence: string | undefined }> {
  if (source.path === 'python:stdlib') {
    const { stdlib } = await pythonFacts();
    // Linux distributions ship the library without its licence file.
    return { root: stdlib, name: source.name ?? 'cpython', knownLicence: 'PSF-2.0' };
  }
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
  return { root, name: source.name ?? basename(root), knownLicence: undefined };
}

async function readLicence(root: string): Promise<string> {
  const names = (await readdir(root)).filter((entry) => LICENCE_FILE.test(entry));
  return agreedLicence(await Promise.all(names.map((entry) => readFile(join(root, entry), 'utf8'))));
}

/**
 * Files below a folder, with `/`, and the folders that the patterns leave out, with a closing `/` and not entered.
 * Links are not followed; caches and version control do not count at all.
 */
async function pathsBelow(root: string, source: FolderSource, folder = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}${entry.name}`;
    if (entry.isFile()) found.push(path);
    else if (!entry.isDirectory() || NEVER_ENTERED.has(entry.name)) continue;
    else if (rejectPath(`${path}/`, source)) found.push(`${path}/`);
    else found.push(...(await pathsBelow(root, source, `${path}/`)));
  }
  return found;
}

const NEVER_ENTERED = new Set(['.git', '.hg', '.svn', '__pycache__', 'node_modules', '.venv', '.tox']);

function orderPaths(paths: readonly string[], rng: Rng): OrderedPath[] {
  return paths.map((path) => ({ order: rng.fork(path).next(), path })).sort(compareOrder);
}

function compareOrder(a: OrderedPath, b: OrderedPath): number {
  return a.order - b.order || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}
