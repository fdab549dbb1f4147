import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from './errors';

/** Root of this project: the nearest folder above this file that holds package.json. */
export function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${__dirname}`);
    folder = parent;
  }
  return folder;
}

/** Where stages keep what they make: `TRM_WORK_DIR`, default `<project>/data`. Absolute. */
export function workDir(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(projectRoot(), env.TRM_WORK_DIR || 'data');
}

/** Where run folders live: `TRM_RUNS_DIR`, default `<project>/runs`. Absolute. */
export function runsDir(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(projectRoot(), env.TRM_RUNS_DIR || 'runs');
}

/** Read-only extra data: `TRM_DATA_DIR`, or undefined when the setting is absent. Absolute. */
export function dataDir(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.TRM_DATA_DIR ? resolve(env.TRM_DATA_DIR) : undefined;
}

/** Python that runs the critic and the notebooks: `TRM_PYTHON`, else the project's venv, else `python3`. */
export function pythonPath(env: NodeJS.ProcessEnv = process.env): string {
  if (env.TRM_PYTHON) return env.TRM_PYTHON;
  const venv = join(projectRoot(), '.venv', 'bin', 'python');
  return existsSync(venv) ? venv : 'python3';
}

/**
 * The path of an entry directly in a folder, for names that come from data: metadata of packages, manifests, members of archives.
 * @throws DataError when the name would lead elsewhere (`..`, `/`, an empty name) or cannot be a file's name
 */
export function pathInside(folder: string, name: string): string {
  const root = resolve(folder);
  const path = resolve(root, name);
  if (dirname(path) !== root || basename(path) !== name || name.includes('\0'))
    throw new DataError(
      `expected the name of an entry of ${root}, got ${JSON.stringify(name)}`,
      'it comes from data that is damaged or was made to do harm; remove that data',
    );
  return path;
}
