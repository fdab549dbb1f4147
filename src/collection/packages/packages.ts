import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../core/errors';
import { writeJsonAtomic } from '../../core/files';
import { normalName } from '../../core/keys/project-names';
import { pathInside, workDir } from '../../core/paths';
import { packageLicence } from '../licences/licences';
import {
  packageFactsSchema,
  takeFromIndex,
  takeInstalled,
  type PythonTools,
  type WantedPackage,
} from './package-index';
import { statedRepository } from './project-links';

/** A package's Python files in a folder of their own. */
export interface FetchedPackage {
  /** Name as PyPI normalises it. */
  name: string;
  /** Version as PEP 440 normalises it. */
  version: string;
  /** SPDX expression, `NOASSERTION` when the package does not say. */
  licence: string;
  /** Its repository, `https://<host>/<owner>/<name>`; `pkg:pypi/<name>` when its metadata leads to none. */
  url: string;
  /** Where it was found: in the machine's Python, or downloaded from the package index. */
  origin: 'installed' | 'downloaded';
  /** Absolute path of the folder: the packages and modules at its top are the package's own. */
  folder: string;
}

/** Settings of {@link fetchPackage}. */
export interface FetchOptions extends PythonTools {
  /** Folder that keeps packages. Default `TRM_WORK_DIR/packages`. */
  packages?: string;
}

const SPEC = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:==([A-Za-z0-9.!+_-]+))?$/;

/** Whether a text is a package's name, or name and version: `requests`, `requests==2.32.0`. */
export function isPackageSpec(text: string): boolean {
  return SPEC.test(text);
}

/** Version of the record beside a kept package's files; packages of other versions are fetched again. */
const RECORD_VERSION = 2;

const recordSchema = z.strictObject({
  recordVersion: z.literal(RECORD_VERSION),
  origin: z.enum(['installed', 'downloaded']),
  /** As the package states them, so that what is concluded from them follows the code of today. */
  facts: packageFactsSchema,
});
type PackageRecord = z.infer<typeof recordSchema>;

/** Describes a kept package; beside its `files` folder. */
const RECORD = 'package.json';

/**
 * Finds the Python files of a package by name: kept from an earlier call, installed in the machine's Python, or downloaded.
 * Nothing of a package is ever run: source archives are unpacked without their build script.
 * @param spec `name` or `name==version`
 * @throws UserError when the package is found nowhere, or no package index answers
 * @throws DataError when its archive is damaged, names other files than its own, or says to be another package
 */
export async function fetchPackage(spec: string, options: FetchOptions): Promise<FetchedPackage> {
  const { packages = join(workDir(), 'packages') } = options;
  const match = SPEC.exec(spec);
  if (!match)
    throw new UserError(`expected a package such as "requests" or "requests==2.32.0", got "${spec}"`);
  const wanted: WantedPackage = { name: match[1], version: match[2] };
  const kept = await findKept(packages, wanted);
  if (kept) return kept;
  await mkdir(packages, { recursive: true });
  const scratch = await mkdtemp(join(packages, '.tmp-'));
  try {
    const fresh = join(scratch, 'package');
    const record = await take(wanted, fresh, scratch, options);
    await writeJsonAtomic(join(fresh, RECORD), record);
    const folder = pathInside(packages, `${record.facts.name}-${record.facts.version}`);
    // The old one makes way by rename, not piece by piece: whoever opens it meanwhile finds the old or the new one.
    if (existsSync(folder)) await rename(folder, join(scratch, 'replaced'));
    await rename(fresh, folder);
    return describe(record, folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function take(
  wanted: WantedPackage,
  fresh: string,
  scratch: string,
  options: FetchOptions,
): Promise<PackageRecord> {
  const files = join(fresh, 'files');
  const installed = await takeInstalled(wanted, files, options);
  if (installed && existsSync(files))
    return { recordVersion: RECORD_VERSION, origin: 'installed', facts: installed };
  await rm(files, { recursive: true, force: true });
  const facts = await takeFromIndex(wanted, files, join(scratch, 'download'), options);
  return { recordVersion: RECORD_VERSION, origin: 'downloaded', facts };
}

function describe({ origin, facts }: PackageRecord, folder: string): FetchedPackage {
  const { name, version, texts, home, links } = facts;
  const url = statedRepository(home, links) ?? `pkg:pypi/${name}`;
  return { name, version, licence: packageLicence(facts, texts), url, origin, folder: join(folder, 'files') };
}

/** The package of an earlier call. Without a version asked for, only installed packages can have gone stale: ask again. */
async function findKept(
  packages: string,
  { name, version }: WantedPackage,
): Promise<FetchedPackage | undefined> {
  if (!existsSync(packages)) return undefined;
  for (const entry of (await readdir(packages)).sort().reverse()) {
    const record = entry.startsWith('.') ? undefined : await readRecord(join(packages, entry, RECORD));
    if (record?.facts.name !== normalName(name)) continue;
    if (version === undefined ? record.origin === 'installed' : record.facts.version !== version) continue;
    return describe(record, join(packages, entry));
  }
  return undefined;
}

/** A record that cannot be read, or of another version, hides no other package: that one is fetched again. */
async function readRecord(path: string): Promise<PackageRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
