import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { projectRoot, pythonPath } from '../paths';

/**
 * Path of a program: the one that a variable names (`TRM_RUFF`, `TRM_TY`, ...), in the project's venv, beside its
 * interpreter, or on the search path; undefined when there is none. A variable that is set to nothing says that there is
 * none.
 */
export function findTool(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const told = env[`TRM_${name.toUpperCase()}`];
  if (told !== undefined) return told || undefined;
  const folders = [
    join(projectRoot(), '.venv', 'bin'),
    dirname(pythonPath(env)),
    ...(env.PATH ?? '').split(delimiter),
  ].filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
