import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../core/errors';
import { parseJson, writeJsonAtomic } from '../core/files';
import { normalName } from '../core/groups';
import { projectRoot, pythonPath, workDir } from '../core/paths';
import { runProcess, SubprocessError } from '../core/subprocess';
import { agreedLicence, statedLicence } from './licences';

/** A package's Python files in a folder of their own. */
export interface FetchedPackage {
  /** Name as PyPI normalises it. */
  name: string;
  version: string;
  /** SPDX id, `NOASSERTION` when the package does not say. */
  licence: string;
  /** Where it was found: in the project's Python, or downloaded from the package index. */
  origin: 'installed' | 'downloaded';
  /** Absolute path of the folder: the packages and modules at its top are the package's own. */
  folder: string;
}

/** Settings of {@link fetchPackage}. */
export interface FetchOptions {
  /** Folder that keeps packages. Default `TRM_WORK_DIR/packages`. */
  packages?: string;
  /** Interpreter whose packages and pip are used. Default the project's. */
  python?: string;
  signal?: AbortSignal;
}

const SPEC = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:==([A-Za-z0-9.!+_-]+))?$/;

/** Whether a text is a package's name, or name and version: `requests`, `requests==2.32.0`. */
export function isPackageSpec(text: string): boolean {
  return SPEC.test(text);
}

const factsSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  expression: z.string().nullable(),
  licence: z.string().nullable(),
  classifiers: z.array(z.string()),
  texts: z.array(z.string()),
});

const recordSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  licence: z.string(),
  origin: z.enum(['installed', 'downloaded']),
});

/** Describes a kept package; beside its `files` folder. */
const RECORD = 'package.json';

/**
 * Finds the Python files of a package by name: kept from an earlier call, installed in the project's Python, or downloaded with
 * pip. Nothing of a wheel is run; where only a source archive exists, pip runs its build script to read its metadata.
 * @param spec `name` or `name==version`
 * @throws UserError when the package is found nowhere, or no package index answers
 */
export async function fetchPackage(spec: string, options: FetchOptions = {}): Promise<FetchedPackage> {
  const { packages = join(workDir(), 'packages') } = options;
  const match = SPEC.exec(spec);
  if (!match)
    throw new UserError(`expected a package such as "requests" or "requests==2.32.0", got "${spec}"`);
  const [, name, version] = match;
  const kept = await findKept(packages, normalName(name), version);
  if (kept) return kept;
  await mkdir(packages, { recursive: true });
  const scratch = await mkdtemp(join(packages, '.tmp-'));
  try {
    const found =
      (await fromInstalled(name, version, scratch, options)) ?? (await fromIndex(spec, scratch, options));
    const folder = join(packages, `${found.name}-${found.version}`);
    await writeJsonAtomic(join(scratch, RECORD), found);
    await rm(join(scratch, 'download'), { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    await rename(scratch, folder);
    return { ...found, folder: join(folder, 'files') };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

type PackageRecord = z.infer<typeof recordSchema>;

/** The package of an earlier call. Without a version asked for, only installed packages can have gone stale: ask again. */
async function findKept(
  packages: string,
  name: string,
  version?: string,
): Promise<FetchedPackage | undefined> {
  if (!existsSync(packages)) return undefined;
  for (const entry of (await readdir(packages)).sort().reverse()) {
    const path = join(packages, entry, RECORD);
    if (entry.startsWith('.') || !existsSync(path)) continue;
    const record = parseJson(await readFile(path, 'utf8'), recordSchema, path);
    if (
      record.name !== name ||
      (version === undefined ? record.origin === 'installed' : record.version !== version)
    )
      continue;
    return { ...record, folder: join(packages, entry, 'files') };
  }
  return undefined;
}

async function fromInstalled(
  name: string,
  version: string | undefined,
  scratch: string,
  options: FetchOptions,
): Promise<PackageRecord | undefined> {
  const files = join(scratch, 'files');
  const found = await takeFiles(['installed', name, files], options);
  if (found && (version === undefined || found.version === version) && existsSync(files))
    return { ...found, origin: 'installed' };
  await rm(files, { recursive: true, force: true });
  return undefined;
}

async function fromIndex(spec: string, scratch: string, options: FetchOptions): Promise<PackageRecord> {
  const download = join(scratch, 'download');
  const wheel = await pipDownload(spec, download, '--only-binary=:all:', options);
  const source = wheel === null ? null : await pipDownload(spec, download, '--no-binary=:all:', options);
  const [archive] = existsSync(download) ? await readdir(download) : [];
  if (!archive)
    throw new UserError(
      `expected a folder, an installed package or one that pip can download, got "${spec}": ${source ?? wheel}`,
      'check the name and the connection to the package index, or give the folder of its source code',
    );
  const files = join(scratch, 'files');
  const found = await takeFiles(['archive', join(download, archive), files], options);
  if (!found || !existsSync(files)) throw new UserError(`${archive} holds no Python files`);
  return { ...found, origin: 'downloaded' };
}

/** Downloads one file. @returns null, or why pip could not */
async function pipDownload(
  spec: string,
  folder: string,
  kind: string,
  { python = pythonPath(), signal }: FetchOptions,
): Promise<string | null> {
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--no-input',
    '--disable-pip-version-check',
    '--no-color',
    '--quiet',
  ];
  try {
    await runProcess(python, [...args, kind, '--dest', folder, '--', spec], { signal, timeoutMs: 600_000 });
    return null;
  } catch (error) {
    if (!(error instanceof SubprocessError)) throw error;
    const complaint = error.stderr
      .split('\n')
      .filter((line) => line.startsWith('ERROR:'))
      .at(-1);
    return complaint ?? error.message;
  }
}

async function takeFiles(
  args: readonly string[],
  { python = pythonPath(), signal }: FetchOptions,
): Promise<Omit<PackageRecord, 'origin'> | undefined> {
  const script = join(projectRoot(), 'src', 'collection', 'package-files.py');
  const { stdout } = await runProcess(python, ['-I', '-B', script, ...args], { signal, timeoutMs: 600_000 });
  const facts = parseJson(stdout, factsSchema.nullable(), `the answer of ${script}`);
  if (!facts) return undefined;
  const { name, version, texts, ...stated } = facts;
  const byMetadata = statedLicence(stated);
  return { name: normalName(name), version, licence: byMetadata ?? agreedLicence(texts) };
}
