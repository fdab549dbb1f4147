import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { workDir } from '../core/paths';

/**
 * The model folder to use: the one given, else `TRM_MODEL`, else the newest of `TRM_WORK_DIR/models`, where every
 * finished release is linked by its experiment's name.
 * @throws UserError when there is none
 */
export async function findModel(
  given: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const named = given ?? (env.TRM_MODEL || undefined);
  if (named !== undefined) return named;
  const models = join(workDir(env), 'models');
  const names = existsSync(models) ? await readdir(models) : [];
  const found = await Promise.all(
    names
      .map((name) => join(models, name))
      .filter((folder) => existsSync(join(folder, 'config.json')))
      .map(async (folder) => ({ folder, time: (await stat(join(folder, 'config.json'))).mtimeMs })),
  );
  const newest = found.sort((a, b) => b.time - a.time || (a.folder < b.folder ? -1 : 1))[0];
  if (newest) return newest.folder;
  throw new UserError(
    `expected a trained model in ${models}, found none`,
    'make one with `trm run quickstart`, or give one: --model <folder> or TRM_MODEL',
  );
}
