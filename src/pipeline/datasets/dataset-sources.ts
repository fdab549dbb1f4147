import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import type { PythonTools } from '../../collection/packages/package-index';
import { fetchPackage, isPackageSpec } from '../../collection/packages/packages';
import { UserError } from '../../core/errors';

/** How the standard library of the project's Python is asked for. */
export const STDLIB = 'python:stdlib';

/** Where some of a dataset's code came from. */
export const sourceSchema = z.strictObject({
  /** As it was asked for. */
  from: z.string(),
  name: z.string(),
  version: z.string().nullable(),
  licence: z.string().nullable(),
  /** Its repository, or `pkg:pypi/<name>`; null: read from the folder's git remotes. */
  url: z.string().nullable().default(null),
  origin: z.enum(['folder', 'stdlib', 'installed', 'downloaded']),
  /** Absolute path of the folder that is read, or `python:stdlib`. */
  path: z.string(),
});
/** A value of {@link sourceSchema}. */
export type DatasetSource = z.infer<typeof sourceSchema>;

/**
 * Finds each source: an existing folder, `python:stdlib`, or a package (see {@link fetchPackage}).
 * @param licence SPDX id of the folders; null: read from their licence files
 * @param python path of the interpreter whose packages are taken
 * @throws UserError when one is not there, or two have the same name
 */
export async function resolveSources(
  { from, licence }: { from: readonly string[]; licence: string | null },
  { cwd = process.cwd(), ...tools }: PythonTools & { cwd?: string },
): Promise<DatasetSource[]> {
  const sources: DatasetSource[] = [];
  for (const one of from) sources.push(await resolveSource(one, licence, cwd, tools));
  const same = sources.find(({ name }, i) => sources.findIndex((other) => other.name === name) < i);
  if (same)
    throw new UserError(
      `two sources have the name "${same.name}": ${sources
        .filter(({ name }) => name === same.name)
        .map(({ from: text }) => text)
        .join(', ')}`,
      'samples are told apart by their source: make two datasets, or rename a folder',
    );
  return sources;
}

async function resolveSource(
  from: string,
  licence: string | null,
  cwd: string,
  tools: PythonTools,
): Promise<DatasetSource> {
  if (from === STDLIB)
    return {
      from,
      name: 'cpython',
      version: null,
      licence: 'PSF-2.0',
      url: null,
      origin: 'stdlib',
      path: from,
    };
  if (from.trim() === '')
    throw new UserError(
      'expected a folder, python:stdlib or the name of a package, got an empty text',
      'write "." for the current folder',
    );
  const path = resolve(cwd, from);
  if (existsSync(path)) {
    if (!(await stat(path)).isDirectory())
      throw new UserError(`expected a folder of Python code, ${path} is a file`, 'give the folder around it');
    const name = basename(path).replace(/[^A-Za-z0-9._-]+/g, '-') || 'root';
    return { from, name, version: null, licence, url: null, origin: 'folder', path };
  }
  if (!isPackageSpec(from))
    throw new UserError(
      `expected a folder, python:stdlib or the name of a package, got "${from}", and there is no folder ${path}`,
    );
  const { name, version, licence: own, url, origin, folder } = await fetchPackage(from, tools);
  return { from, name, version, licence: own, url, origin, path: folder };
}
