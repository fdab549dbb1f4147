import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

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
